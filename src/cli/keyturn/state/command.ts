// `keyturn state VERB`: the place where state is kept, as a thing of its own.

import { closest } from '../../../base/closest.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { isAskedFor, quoted } from '../../flags/argv.ts';
import { helpWidth } from '../../flags/help.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { stateHelp } from './help.ts';

type Run = (session: Session, args: readonly string[]) => Promise<number>;

const VERBS: Readonly<Record<string, () => Promise<Run>>> = {
  init: async () => (await import('./init.ts')).runStateInit,
  check: async () => (await import('./check.ts')).runStateCheck,
  copy: async () => (await import('./copy.ts')).runStateCopy,
  export: async () => (await import('./copy.ts')).runStateExport,
  secret: async () => (await import('./secret.ts')).runStateSecret,
  compact: async () => (await import('../compact.ts')).runCompact,
};

export const STATE_VERBS = Object.keys(VERBS);

export async function runState(session: Session, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) {
    if (isAskedFor(ABOUT_FLAGS, args, 'help')) {
      const { stdout } = session.host;
      await stdout.write(stateHelp(helpWidth(stdout)));
      return 0;
    }
    throw unknownVerb(first);
  }
  const load = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  if (load === undefined) throw unknownVerb(first);
  const run = await load();
  return await run(session, rest);
}

function unknownVerb(word: string | undefined): KeyturnError {
  const near = word === undefined ? undefined : closest(word, STATE_VERBS);
  const said =
    word === undefined ? 'state takes a command' : `unknown command ${quoted(`state ${word}`)}`;
  return new KeyturnError('unknown-command', said, {
    hint:
      near === undefined
        ? [`it takes ${STATE_VERBS.join(', ')}:`, command('keyturn', 'state', '--help')]
        : ['did you mean:', command('keyturn', 'state', near)],
  });
}
