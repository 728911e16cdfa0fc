// `keyturn keys [VERB KEY]`.

import { closest } from '../../../base/closest.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import type { KeyVerb } from '../../../base/key-command.ts';
import { quoted } from '../../flags/argv.ts';
import type { Session } from '../../run.ts';
import { listKeysCommand } from './list.ts';

export const KEY_VERBS = ['deactivate', 'activate', 'delete'] as const satisfies KeyVerb[];

export async function runKeys(session: Session, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return await listKeysCommand(session, args);
  const verb = KEY_VERBS.find((known) => known === first);
  if (verb === undefined) throw unknownVerb(first);
  const { changeKeyCommand } = await import('./change.ts');
  return await changeKeyCommand(session, verb, rest);
}

function unknownVerb(word: string): KeyturnError {
  const suggestion = closest(word, [...KEY_VERBS]);
  return new KeyturnError('unknown-command', `unknown command ${quoted(`keys ${word}`)}`, {
    hint:
      suggestion === undefined
        ? [
            `keys takes ${KEY_VERBS.join(', ')} and the ID of a key; alone it lists keys:`,
            command('keyturn', 'keys'),
          ]
        : `did you mean keyturn keys ${suggestion}?`,
  });
}
