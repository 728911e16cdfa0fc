// `keyturn verify [USER...]`: reads the places of rotations again, and heals those that lost their key.

import { openState } from '../../app/open-state.ts';
import type { VerifyOptions } from '../../app/verify-accounts.ts';
import type { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { namedWords, shellWords } from '../../base/shell-words.ts';
import type { NotifyModel } from '../../config/tell-model.ts';
import { healWords } from '../../reports/heal-words.ts';
import { tellAfterwards } from '../after-run.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { isAskedFor } from '../flags/argv.ts';
import { askedConfig } from '../flags/config-flag.ts';
import { custodyOf } from '../flags/custody-flags.ts';
import { newPlacesAsked } from '../flags/deliver-options.ts';
import { limitsOf } from '../flags/environment-limits.ts';
import { helpWidth } from '../flags/help.ts';
import { entranceWords, flagWords, whereaboutWords } from '../flags/later-command.ts';
import { sameReach } from '../flags/same-reach.ts';
import { regionOf, stateDirectory } from '../flags/surroundings.ts';
import { DEFAULTS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { styleOf } from '../terminal/style.ts';
import { quietLog } from './keys/quiet-log.ts';
import { readVerify, VERIFY_FLAGS, type VerifyValues, verifyHelp } from './verify-flags.ts';

export async function runVerify(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(VERIFY_FLAGS, args, 'help')) {
    await host.stdout.write(verifyHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, users } = readVerify(args);
  const options = settle(session, values, users);
  const { heals, dryRun } = options;
  const notify = await notifyOf(values.config, session);
  const place = stateDirectory(values.stateDir, host);
  const shell: ShellOptions = {
    log: quietLog(values, host),
    stillFinished: 'the places under way',
    leftOpen: 'reads them anew',
    loadProgress: progressBar(dryRun),
    failureDocument: (error) => (values.json ? json({ error: issue(error) }) : undefined),
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const reach = { ...options, clock, env, custody: custodyOf(values), emit: log.emit, signal };
    const state = await openState(place, reach);
    const { verifyAccounts } = await import('../../app/verify-accounts.ts');
    const { buildVerifyReport, isAllFine } = await import('../../app/build-verify-report.ts');
    const context = { clock, emit: log.emit, signal, env, state };
    const verified = await verifyAccounts(options, context);
    const now = clock.now();
    const report = buildVerifyReport(verified, { heals, dryRun, run: state.run, now });
    const { renderVerify } = await import('../../reports/verify-text.ts');
    const page = () =>
      renderVerify(report, {
        ...styleOf(host.stdout, host),
        showsAll: users.length > 0,
        healCommand: healCommand(values, users, healWords(report.places)),
      });
    await print(values.json ? json(report) : page());
    if (notify !== undefined) {
      const { standingOfVerify } = await import('../../app/notify/standing-of-verify.ts');
      const { profile, region } = options;
      const standing = async () =>
        standingOfVerify(report, isEverybody(values, users), clock.now());
      const told = { notify, standing, state, profile, region };
      await tellAfterwards(told, session, { log, signal });
    }
    return isAllFine(report) ? 0 : 1;
  });
}

/** Whom to tell; nobody where no configuration was asked for. Throws `bad-config`. */
async function notifyOf(
  flag: string | undefined,
  { host }: Session,
): Promise<NotifyModel | undefined> {
  const file = askedConfig(flag, host);
  if (file === undefined) return undefined;
  const { loadConfig } = await import('../../app/config/config-file.ts');
  return (await loadConfig(file, host.clock.now())).model.notify;
}

/** Whether all places were read of which anything is on record. */
function isEverybody(values: VerifyValues, users: readonly string[]): boolean {
  const { accounts, excludeAccounts } = values;
  return users.length === 0 && accounts === undefined && excludeAccounts === undefined;
}

function settle({ host }: Session, values: VerifyValues, users: readonly string[]): VerifyOptions {
  const wayToName = ['name the users:', command('keyturn', 'verify', 'USER')];
  const { isDryRunForced } = limitsOf(host.env, users[0], wayToName);
  const accounts = selectionOf(values);
  return {
    users,
    heals: values.heal ?? false,
    dryRun: isDryRunForced || (values.dryRun ?? false),
    accounts,
    profile: values.profile,
    region: values.region ?? regionOf(host.env),
    maxParallel: values.maxParallel ?? DEFAULTS.maxParallel,
    mayReplace: new Set(values.replaceForeign),
    newPlaces: newPlacesAsked(values),
    reach: (account) => sameReach(values, accounts === undefined ? undefined : account),
  };
}

/** The same about the same accounts, told before it is done. */
function healCommand(
  values: VerifyValues,
  users: readonly string[],
  heal: readonly string[],
): string {
  const { organization, accounts, excludeAccounts } = values;
  return shellWords([
    ...['keyturn', 'verify'],
    ...namedWords(users, [
      ...(organization === true ? ['--organization'] : []),
      ...flagWords('accounts', accounts?.join(',')),
      ...flagWords('exclude-accounts', excludeAccounts?.join(',')),
      ...(organization === true || accounts !== undefined ? entranceWords(values) : []),
      ...whereaboutWords(values),
      ...heal,
    ]),
  ]);
}

function issue({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}

function json(document: unknown): string {
  return `${printableJson(document, 2)}\n`;
}
