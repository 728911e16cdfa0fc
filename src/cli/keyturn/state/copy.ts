// `keyturn state copy FROM TO` and `keyturn state export`.

import { CUSTODY_VARIABLES } from '../../../app/custody-wish.ts';
import { openState, type StateReach } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { printable, printableJson } from '../../../base/printable.ts';
import { isAskedFor, parseCommandLine, parseFlags } from '../../flags/argv.ts';
import { CUSTODY_FLAGS } from '../../flags/custody-flags.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { formerState } from '../../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../../flags/help.ts';
import { stateDirectory } from '../../flags/surroundings.ts';
import * as rule from '../../flags/value-rules.ts';
import type { Host } from '../../host.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { reachOfState, STATE_CUSTODY_FLAGS, STATE_FLAGS, type StateValues } from './flags.ts';

const account = {
  names: ['account'],
  rule: rule.accountId,
  group: 'What is copied',
  about: 'Only this account.',
  fallback: 'all accounts that have state',
} as const;

const { profile, region } = STATE_FLAGS;

export const STATE_COPY_FLAGS = {
  ...{ account, profile, region },
  ...CUSTODY_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const STATE_EXPORT_FLAGS = {
  account,
  ...STATE_CUSTODY_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runStateCopy({ host }: Session, args: readonly string[]): Promise<number> {
  const { stdout } = host;
  if (isAskedFor(STATE_COPY_FLAGS, args, 'help')) {
    await stdout.write(stateCopyHelp(helpWidth(stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(STATE_COPY_FLAGS, args, 2);
  const [from, to] = words;
  if (from === undefined || to === undefined) {
    throw new KeyturnError('bad-value', 'a copy is from one place to another, and both are named', {
      hint: [command('keyturn', 'state', 'copy', '/var/lib/keyturn', 'dynamodb:keyturn')],
    });
  }
  const target = stateDirectory(to, host);
  const places = [await formerState(from, host), target] as const;
  const one = await openState(places[0], reachOfFormer(values, host));
  const other = await openState(places[1], reachOfState(values, host));
  const { copyState, refuseOverlap } = await import('../../../app/state/copy-state.ts');
  await refuseOverlap({ from: one, to: other });
  let count = 0;
  for await (const copied of copyState(
    { from: one, to: other, clock: host.clock },
    values.account,
  )) {
    count += 1;
    const { account: id, records, secrets } = copied;
    await stdout.write(
      `account ${id}: ${records} records and ${secrets} secrets, and the same there\n`,
    );
  }
  await stdout.write(
    count === 0
      ? `nothing is kept in ${printable(one.where)}\n`
      : `from now on give every run --state ${printable(to)}; what is in ${printable(one.where)} stays until you remove it\n`,
  );
  return 0;
}

/** What is there is opened as it was kept: how new secrets are kept is said of the other place. */
function reachOfFormer(values: StateValues, host: Host): StateReach {
  const { custody, custodyKmsKey } = CUSTODY_VARIABLES;
  const env = { ...host.env, [custody]: undefined, [custodyKmsKey]: undefined };
  const { custodyIdentity } = values;
  return { ...reachOfState(values, host), env, custody: { custodyIdentity } };
}

export async function runStateExport({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATE_EXPORT_FLAGS, args, 'help')) {
    await host.stdout.write(stateExportHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(STATE_EXPORT_FLAGS, args);
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  const { exportState } = await import('../../../app/state/copy-state.ts');
  const document = await exportState(store, values.account);
  await host.stdout.write(`${printableJson(document, 2)}\n`);
  return 0;
}

export function stateCopyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state copy',
      summary: 'copies state from one place to another, and compares the two.',
      usage: ['keyturn state copy FROM TO [flags]'],
      description: [
        'All of it: records byte for byte, secrets, encrypted secrets, condemned keys and sightings, account by account. It refuses while a run is under way, and an account of which anything is kept where it is to go. What is open is finished from the copy; give every run the new place from then on, or two journals would know half each.',
      ],
      flags: STATE_COPY_FLAGS,
      sections: [],
      examples: [
        {
          about: 'From a directory into tables:',
          command: 'keyturn state copy /var/lib/keyturn dynamodb:keyturn',
        },
      ],
    },
    form,
  );
}

export function stateExportHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state export',
      summary: 'prints all state as one JSON object, without secrets.',
      usage: ['keyturn state export [flags]'],
      description: [
        'Of each secret it tells only whose it is. It refuses while a run is under way.',
      ],
      flags: STATE_EXPORT_FLAGS,
      sections: [],
      examples: [
        { about: 'For an archive:', command: 'keyturn state export > keyturn-state.json' },
      ],
    },
    form,
  );
}
