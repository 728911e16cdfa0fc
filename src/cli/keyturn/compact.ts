// `keyturn compact`: drops the journal records that no decision needs any more.

import { openState } from '../../app/open-state.ts';
import { printable } from '../../base/printable.ts';
import { isAskedFor, parseFlags } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { formerState } from '../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { reachOfState, STATE_FLAGS } from './state/flags.ts';

export const COMPACT_FLAGS = {
  ...STATE_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runCompact({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(COMPACT_FLAGS, args, 'help')) {
    await host.stdout.write(compactHelp(helpWidth(host.stdout)));
    return 0;
  }
  const flags = parseFlags(COMPACT_FLAGS, args);
  const stateDir = await formerState(flags.stateDir, host);
  const { compactJournals } = await import('../../app/compact-journals.ts');
  const compacted = await compactJournals(await openState(stateDir, reachOfState(flags, host)));
  const lines = compacted.map(
    ({ account, before, after }) => `account ${account}: ${after} of ${before} records are needed`,
  );
  await host.stdout.write(`${lines.join('\n') || `no journal is in ${printable(stateDir)}`}\n`);
  return 0;
}

export function compactHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn compact',
      summary: 'drops the journal records that no decision needs any more.',
      usage: ['keyturn compact [flags]'],
      description: [
        'Open rotations stay, and so does every recorded deactivation of a key that may still exist. It refuses while a run is under way.',
      ],
      flags: COMPACT_FLAGS,
      sections: [],
      examples: [{ about: 'Once a year, perhaps:', command: 'keyturn compact' }],
    },
    form,
  );
}
