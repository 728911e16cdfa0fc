// `keyctl`: argv -> an order -> the use cases -> one result on stdout.
//
//   options.ts   what is to be done
//   lists.ts     -l and -k: files only, so nothing heavy is loaded
//   run.ts       everything that asks AWS, and the person; its steps are in steps.ts
//
// Machine contract: with --json stdout holds exactly one JSON object, whatever happens; --help and
// --version are pages for people and print text.

import { buildKeyctlReport } from '../../app/keyctl/build-keyctl-report.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command as commandLine } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { flagWords } from '../../base/shell-words.ts';
import { VERSION } from '../../base/version.ts';
import { isAskedFor, quoted } from '../flags/argv.ts';
import { helpWidth, renderUsage } from '../flags/help.ts';
import { canAsk, type Host } from '../host.ts';
import { type Command, runCli } from '../run.ts';
import { KEYCTL_FLAGS } from './flags.ts';
import { requireNamedFile } from './named-file.ts';
import { type KeyctlOrder, resolveKeyctl } from './options.ts';
import { KEYCTL_PARTS, type KeyctlParts } from './parts.ts';
import type { LoadAsker } from './run.ts';

export function main(): Promise<void> {
  return runCli(keyctlCommand());
}

/** Tests hand in use cases of their own, and an asker that answers. */
export function keyctlCommand(parts: KeyctlParts = KEYCTL_PARTS, loadAsker?: LoadAsker): Command {
  return {
    program: 'keyctl',
    failureOutput: (host, error) => (wantsJson(host.args) ? failureJson(host, error) : undefined),
    run: async (session) => {
      const { host } = session;
      const page = await pageFor(host);
      if (page !== undefined) {
        await host.stdout.write(page);
        return 0;
      }
      const options = resolveKeyctl(host.args, host);
      const { order } = options;
      requireNamedFile(options.credentialsFile);
      if (order.kind === 'choose' && !canAsk(host)) {
        const { profile } = order.preselected;
        const found = profile === undefined ? undefined : await parts.listProfiles(options, host);
        const isThere = found?.profiles.some(({ name }) => name === profile) === true;
        throw await nobodyToAsk(host, order, isThere);
      }
      if (order.kind === 'list' || order.kind === 'list-files') {
        const { listFiles } = await import('./lists.ts');
        return listFiles(session, options, order.kind, parts);
      }
      await session.followSandbox();
      const { runKeyctl } = await import('./run.ts');
      return runKeyctl(session, options, { parts, loadAsker });
    },
  };
}

/** --help and --version win over every other flag, also over a wrong one. */
async function pageFor({ args, stdout }: Host): Promise<string | undefined> {
  if (isAskedFor(KEYCTL_FLAGS, args, 'help')) {
    const { keyctlHelp } = await import('./help.ts');
    return keyctlHelp(helpWidth(stdout));
  }
  if (isAskedFor(KEYCTL_FLAGS, args, 'version')) return `keyctl ${VERSION}\n`;
  return undefined;
}

/** Prints how keyctl is called; the error that it returns says what is missing. */
async function nobodyToAsk(
  host: Host,
  { preselected: { profile, profileVariable } }: Extract<KeyctlOrder, { kind: 'choose' }>,
  isThere: boolean,
): Promise<KeyturnError> {
  const { KEYCTL_USAGE } = await import('./help.ts');
  host.stderr.writeNow(`${renderUsage(KEYCTL_USAGE, helpWidth(host.stderr))}\n`);
  return new KeyturnError('no-profile', 'no profile is named, and there is no terminal to ask in', {
    hint: [
      ...(profile === undefined
        ? []
        : !isThere
          ? [`${profileVariable} names ${quoted(profile)}, which is in neither file of profiles`]
          : [
              `${profileVariable} names ${profile}, which is rotated only when you say so:`,
              commandLine('keyctl', ...flagWords('-t', profile, '--target-profile')),
            ]),
      'keyctl -l lists the profiles; keyctl --help says more',
    ],
  });
}

function wantsJson(args: readonly string[]): boolean {
  return isAskedFor(KEYCTL_FLAGS, args, 'json');
}

/** The document of a run that failed before it began: nothing is known but the error. */
function failureJson(host: Host, error: KeyturnError): string {
  const start = {
    command: null,
    dryRun: isAskedFor(KEYCTL_FLAGS, host.args, 'dryRun'),
    profile: undefined,
    authProfile: undefined,
    credentialsFile: undefined,
    startedAt: host.clock.now(),
  };
  return `${printableJson(buildKeyctlReport(start, {}, error), 2)}\n`;
}
