// `keyturn deliver USER --to PLACE`: the key of a rotation that is done, in a further place.

import type { DeliverKeyOptions } from '../../app/deliver-key.ts';
import { openState } from '../../app/open-state.ts';
import type { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { DEFAULT_ROLE_NAME } from '../flags/account-flags.ts';
import { isAskedFor } from '../flags/argv.ts';
import { custodyOf } from '../flags/custody-flags.ts';
import { newPlacesAsked } from '../flags/deliver-options.ts';
import { limitsOf } from '../flags/environment-limits.ts';
import { helpWidth } from '../flags/help.ts';
import { sameReach } from '../flags/same-reach.ts';
import { regionOf, stateDirectory } from '../flags/surroundings.ts';
import { DEFAULTS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { styleOf } from '../terminal/style.ts';
import { DELIVER_FLAGS, type DeliverOrder, deliverHelp, readDeliver } from './deliver-flags.ts';
import { quietLog } from './keys/quiet-log.ts';

export async function runDeliver(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(DELIVER_FLAGS, args, 'help')) {
    await host.stdout.write(deliverHelp(helpWidth(host.stdout)));
    return 0;
  }
  const order = readDeliver(args);
  const { values, user } = order;
  const commandIn = (account: string) =>
    command('keyturn', 'deliver', '--account', account, ...args);
  const options = { ...settle(session, order), commandIn };
  const { dryRun } = options;
  const place = stateDirectory(values.stateDir, host);
  const shell: ShellOptions = {
    log: quietLog(values, host),
    stillFinished: 'the place under way',
    leftOpen: 'goes on where this one was',
    loadProgress: progressBar(dryRun),
    failureDocument: (error) => (values.json ? json({ error: issue(error) }) : undefined),
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const { profile, region } = options;
    const reach = {
      clock,
      env,
      profile,
      region,
      custody: custodyOf(values),
      emit: log.emit,
      signal,
    };
    const state = await openState(place, reach);
    const { deliverKey } = await import('../../app/deliver-key.ts');
    const { buildDeliverReport } = await import('../../app/build-deliver-report.ts');
    const context = { clock, emit: log.emit, signal, env, state };
    const delivered = await deliverKey(options, context);
    const facts = { user, dryRun, run: state.run, now: clock.now() };
    const report = buildDeliverReport(delivered, facts);
    const { renderDeliver } = await import('../../reports/deliver-text.ts');
    await print(values.json ? json(report) : renderDeliver(report, styleOf(host.stdout, host)));
    return report.places.every(({ outcome }) => outcome !== 'failed') ? 0 : 1;
  });
}

function settle(
  { host }: Session,
  { values, user, to }: DeliverOrder,
): Omit<DeliverKeyOptions, 'commandIn'> {
  const { isDryRunForced } = limitsOf(host.env, user, [
    'name another user:',
    command('keyturn', 'deliver', 'USER', '--to', 'KIND=NAME'),
  ]);
  return {
    user,
    to,
    dryRun: isDryRunForced || (values.dryRun ?? false),
    profile: values.profile,
    region: values.region ?? regionOf(host.env),
    account: values.account,
    roleName: values.roleName ?? DEFAULT_ROLE_NAME,
    externalId: values.externalId,
    maxParallel: values.maxParallel ?? DEFAULTS.maxParallel,
    mayReplace: new Set(values.replaceForeign),
    newPlaces: newPlacesAsked(values),
    reach: sameReach(values, values.account),
  };
}

function issue({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}

function json(document: unknown): string {
  return `${printableJson(document, 2)}\n`;
}
