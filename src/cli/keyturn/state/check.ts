// `keyturn state check`: whether runs can work with a place of state, and what it does not keep safe.

import { hintText } from '../../../base/hint.ts';
import { printableJson } from '../../../base/printable.ts';
import type { Finding } from '../../../state/stores.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../../flags/help.ts';
import { stateDirectory } from '../../flags/surroundings.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { JSON_FLAG } from '../status.ts';
import { reachOfState, STATE_CUSTODY_FLAGS } from './flags.ts';

export const STATE_CHECK_FLAGS = {
  ...STATE_CUSTODY_FLAGS,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

/** Exits with 1 when something is wrong; what is doubtful is told. */
export async function runStateCheck({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATE_CHECK_FLAGS, args, 'help')) {
    await host.stdout.write(stateCheckHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(STATE_CHECK_FLAGS, args);
  const place = stateDirectory(values.stateDir, host);
  const { checkState } = await import('../../../app/state/set-up.ts');
  const findings = await checkState(place, reachOfState(values, host));
  const page = () => `${findings.map(lineOf).join('\n')}\n`;
  await host.stdout.write(values.json ? document(place, findings) : page());
  return findings.some(({ verdict }) => verdict === 'wrong') ? 1 : 0;
}

const MARKS = { fine: 'ok   ', doubtful: 'note ', wrong: 'wrong' } as const;

function lineOf({ verdict, what, hint }: Finding): string {
  const told = hint === undefined || hint.length === 0 ? '' : hintText(hint);
  const lines = told === '' ? [] : told.split('\n').map((line) => `       ${line}`);
  return [`${MARKS[verdict]}  ${what}`, ...lines].join('\n');
}

function document(place: string, findings: readonly Finding[]): string {
  const told = findings.map(({ verdict, what, hint }) => ({
    ...{ verdict, what },
    hint: hint === undefined || hint.length === 0 ? null : hintText(hint),
  }));
  const isUsable = findings.every(({ verdict }) => verdict !== 'wrong');
  return `${printableJson({ place, usable: isUsable, findings: told }, 2)}\n`;
}

export function stateCheckHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state check',
      summary: 'tells whether runs can work with a place of state, and what it does not keep safe.',
      usage: ['keyturn state check [flags]'],
      description: [
        'It changes nothing. Of a table it asks for the keys, the capacity, recovery and protection, reads it, and seals something with the KMS key and opens it again. It exits with 1 when something is wrong.',
      ],
      flags: STATE_CHECK_FLAGS,
      sections: [],
      examples: [{ about: 'For a monitor:', command: 'keyturn state check --json' }],
    },
    form,
  );
}
