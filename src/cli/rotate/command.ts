// `rotate-iam-keys`: argv -> options -> the use case -> one document on stdout.
//
// Machine contract: with --output-format json stdout holds exactly one JSON document, whatever
// happens; --help and --version are pages for people and print text.

import type { KeyturnError } from '../../base/errors.ts';
import { NOTHING_TOLD } from '../../base/key-changes.ts';
import { VERSION } from '../../base/version.ts';
import { isAskedFor, lastText, parseFlags } from '../flags/argv.ts';
import { askedConfig } from '../flags/config-flag.ts';
import { isDryRunForced } from '../flags/environment-limits.ts';
import { helpWidth } from '../flags/help.ts';
import type { Host } from '../host.ts';
import { type Command, runCli, type Session } from '../run.ts';
import { failureCode } from './exit-code.ts';
import { failureJson } from './failure-report.ts';
import { DEFAULTS, ROTATE_FLAGS } from './flags.ts';
import { rotateHelp } from './help.ts';
import {
  PLAIN_DEFAULTS,
  type ResolvedOptions,
  type RotateDefaults,
  settle,
  type Values,
} from './options.ts';
import type { FailureDocument, KnownOfRun, LoadParts } from './run.ts';

export function main(): Promise<void> {
  return runCli(rotateCommand());
}

/** Tests hand in parts of their own; the gateway hands in its defaults. */
export function rotateCommand(
  load?: LoadParts,
  defaults: RotateDefaults = PLAIN_DEFAULTS,
): Command {
  const wantsJson = (args: readonly string[]): boolean =>
    (lastText(ROTATE_FLAGS, args, 'outputFormat') || defaults.outputFormat) === 'json';
  return {
    program: 'rotate-iam-keys',
    logFormat: (args) => (lastText(ROTATE_FLAGS, args, 'logFormat') === 'json' ? 'json' : 'text'),
    failureCode,
    failureOutput: (host, error) => (wantsJson(host.args) ? failureFor(host, error) : undefined),
    run: async (session) => {
      const { host } = session;
      const page = pageFor(host);
      if (page !== undefined) {
        await host.stdout.write(page);
        return 0;
      }
      const values = parseFlags(ROTATE_FLAGS, host.args);
      const given = settle(values, host, { ...defaults, readsConfig: true });
      const { recipients } = given;
      if (recipients.length > 0) {
        const { checkRecipients } = await import('../../destinations/handoff/seal.ts');
        checkRecipients(recipients);
      }
      for (const remark of emptyFlagRemarks(host.args)) session.voice.remark(remark);
      const failureDocument: FailureDocument = (error, known) => failureFor(host, error, known);
      await session.followSandbox();
      const options = await configured(values, given, session);
      const { rotate } = await import('./run.ts');
      return rotate(session, options, { load, failureDocument });
    },
  };
}

/** What flags say, beside a configuration where one was asked for. Throws what `settle` throws, and `bad-config`. */
export async function settledBeside(values: Values, session: Session): Promise<ResolvedOptions> {
  const given = settle(values, session.host, { ...PLAIN_DEFAULTS, readsConfig: true });
  return await configured(values, given, session);
}

/** By the configuration, where one was asked for. Throws `bad-config` and `conflicting-flags`. */
async function configured(
  values: Values,
  options: ResolvedOptions,
  { host, voice }: Session,
): Promise<ResolvedOptions> {
  const file = askedConfig(values.config, host);
  if (file === undefined) return options;
  const { withConfig } = await import('./config-options.ts');
  const found = await withConfig({ file, values, options }, host, host.clock.now());
  for (const remark of found.remarks) voice.remark(remark);
  return found.options;
}

/** --help and --version win over every other flag, also over a wrong one. */
function pageFor({ args, stdout }: Host): string | undefined {
  if (isAskedFor(ROTATE_FLAGS, args, 'help')) return rotateHelp(helpWidth(stdout));
  if (isAskedFor(ROTATE_FLAGS, args, 'version')) return `rotate-iam-keys ${VERSION}\n`;
  return undefined;
}

/** What a run is about when a flag that narrows it is given and empty. */
const EMPTY_MEANS = {
  user: ['user', 'this run is about all users of the account'],
  'target-user': ['user', 'this run is about all users of the account'],
  accounts: ['accounts', 'no account is named'],
  'exclude-accounts': ['excludeAccounts', 'no account is left out'],
} as const;

/**
 * Warns of `--user "$UNSET"`, a common accident of cron lines. A flag spelled with `_` comes from a
 * scheduler that sends every field: there an empty value means that the flag is not set.
 */
function emptyFlagRemarks(args: readonly string[]): string[] {
  return Object.entries(EMPTY_MEANS).flatMap(([name, [key, meaning]]) => {
    const isThere = args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    const isEmpty = lastText(ROTATE_FLAGS, args, key) === '';
    return isThere && isEmpty
      ? [`--${key === 'user' ? 'user' : name} is empty, so ${meaning}`]
      : [];
  });
}

/** The document of a run that failed before it had a report. */
export function failureFor(
  host: Host,
  error: KeyturnError,
  known: KnownOfRun = { runId: undefined, told: NOTHING_TOLD },
): string {
  const days = lastText(ROTATE_FLAGS, host.args, 'daysThreshold') ?? '';
  return failureJson({
    error,
    ...known,
    at: host.clock.now(),
    dryRun: isDryRunForced(host.env) || isAskedFor(ROTATE_FLAGS, host.args, 'dryRun'),
    daysThreshold: ROTATE_FLAGS.daysThreshold.rule.read(days) ?? DEFAULTS.daysThreshold,
    version: VERSION,
  });
}
