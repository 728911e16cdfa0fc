// Where `keyturn` begins: its own commands, or one of the two other executables by its name.

import { processHost } from '../host.ts';
import { keyctlCommand } from '../keyctl/command.ts';
import { rotateCommand } from '../rotate/command.ts';
import { type Command, runCli } from '../run.ts';
import { keyturnCommand } from './command.ts';

/** For whoever has one executable and no links to it: `keyturn keyctl -l` is `keyctl -l`. */
const OTHERS = new Map<string, () => Command>([
  ['keyctl', () => keyctlCommand()],
  ['rotate-iam-keys', () => rotateCommand()],
]);

export function main(): Promise<void> {
  return runCli(commandFor(processHost().args));
}

/** What the arguments of `keyturn` start. */
export function commandFor([first = '']: readonly string[]): Command {
  const other = OTHERS.get(first)?.();
  return other === undefined ? keyturnCommand : { ...other, args: ({ args }) => args.slice(1) };
}
