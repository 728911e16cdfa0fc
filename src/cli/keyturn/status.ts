// `keyturn status`: what earlier runs left open, and which secrets wait. AWS is not asked.

import { openState } from '../../app/open-state.ts';
import { printableJson } from '../../base/printable.ts';
import { shellWords } from '../../base/shell-words.ts';
import { isAskedFor, parseFlags } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { formerState } from '../flags/former-state.ts';
import { helpWidth, renderHelp } from '../flags/help.ts';
import { whereaboutWords } from '../flags/later-command.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { styleOf } from '../terminal/style.ts';
import { reachOfState, STATE_FLAGS } from './state/flags.ts';

/** One JSON object on stdout for machines. */
export const JSON_FLAG = {
  names: ['json'],
  rule: rule.boolean,
  group: 'What is printed',
  about: 'Print one JSON object.',
} as const;

export const STATUS_FLAGS = {
  ...STATE_FLAGS,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runStatus({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATUS_FLAGS, args, 'help')) {
    await host.stdout.write(statusHelp(helpWidth(host.stdout)));
    return 0;
  }
  const flags = parseFlags(STATUS_FLAGS, args);
  const stateDir = await formerState(flags.stateDir, host);
  const { readStatus } = await import('../../app/read-status.ts');
  const report = await readStatus(
    await openState(stateDir, reachOfState(flags, host)),
    host.clock.now(),
  );
  const { renderStatus } = await import('../../reports/status-text.ts');
  const inSameState = (name: string) =>
    shellWords([...['keyturn', name], ...whereaboutWords(flags)]);
  const commands = {
    recoverCommand: inSameState('recover'),
    keysCommand: inSameState('keys'),
    verifyCommand: inSameState('verify'),
  };
  const page = () => renderStatus(report, { ...styleOf(host.stdout, host), ...commands });
  await host.stdout.write(flags.json ? `${printableJson(report, 2)}\n` : page());
  return 0;
}

export function statusHelp(width?: number): string {
  return renderHelp(
    {
      program: 'keyturn status',
      summary: 'lists the rotations that earlier runs left open, and the secrets that wait.',
      usage: ['keyturn status [flags]'],
      description: [],
      flags: STATUS_FLAGS,
      sections: [],
      examples: [{ about: 'For a monitor:', command: 'keyturn status --json' }],
    },
    width,
  );
}
