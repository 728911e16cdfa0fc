// `rotate-iam-keys` as a service of Itential Gateway: docs/itential.md.
//
//   - JSON unless asked otherwise: a workflow reads stdout, and `--output_format=` arrives empty.
//   - A run has an end: whoever started it waits for it, and the gateway knows no time limit.
//   - The state directory is absolute: the gateway throws the working directory away.
//   - KEYTURN_GATEWAY_FLAGS holds flags that the administrator adds to those of the caller. The same
//     flag in both is refused, so neither can quietly win. Quotes keep blanks together, as in a shell.

import { KeyturnError } from '../base/errors.ts';
import { wordsOf } from '../base/words.ts';
import { refuseMisspelt } from '../state/misspelt-place.ts';
import { isStatePlace } from '../state/stores.ts';
import { lastText, quoted, spellingsOf } from './flags/argv.ts';
import { stateVariable } from './flags/surroundings.ts';
import type { Host } from './host.ts';
import { rotateCommand } from './rotate/command.ts';
import { ROTATE_FLAGS } from './rotate/flags.ts';
import type { LoadParts } from './rotate/run.ts';
import { type Command, runCli } from './run.ts';

const TIMEOUT_SECONDS = 900;

const FLAGS = 'KEYTURN_GATEWAY_FLAGS';

export function main(): Promise<void> {
  return runCli(gatewayCommand());
}

/** Tests hand in parts of their own. */
export function gatewayCommand(load?: LoadParts): Command {
  const rotate = rotateCommand(load, { outputFormat: 'json', timeoutSeconds: TIMEOUT_SECONDS });
  return {
    ...rotate,
    args: ({ args, env }) => [...administratorsWords(env), ...args],
    run: (session) => {
      requireClosedQuotes(session.host);
      refuseShared(session.host);
      requireAbsoluteState(session.host);
      return rotate.run(session);
    },
  };
}

/** Quotes keep blanks together, as in --deliver 'command=PROGRAM {user}'. */
function administratorsWords(env: Host['env']): readonly string[] {
  return wordsOf(env[FLAGS] ?? '') ?? [];
}

function requireClosedQuotes({ env }: Host): void {
  if (wordsOf(env[FLAGS] ?? '') !== undefined) return;
  throw new KeyturnError('bad-value', `${FLAGS} has a quote that is not closed`, {
    hint: "quotes keep blanks together, as in --deliver 'command=/opt/put-key {user}'",
  });
}

/** Of a list both would count: a caller could have the secrets that go to the administrator's places as well. */
function refuseShared({ args, env }: Host): void {
  const words = administratorsWords(env);
  const fixed = spellingsOf(ROTATE_FLAGS, words);
  const callers = [...spellingsOf(ROTATE_FLAGS, args.slice(words.length))];
  const [, shared] = callers.find(([key]) => fixed.has(key)) ?? [];
  if (shared === undefined) return;
  throw new KeyturnError('repeated-flag', `${shared} is given in ${FLAGS} too`, {
    hint: 'keep one of them',
  });
}

function requireAbsoluteState({ args, env }: Host): void {
  const given = lastText(ROTATE_FLAGS, args, 'stateDir') || stateVariable(env);
  if (!given) return;
  refuseMisspelt(given);
  if (isStatePlace(given)) return;
  throw new KeyturnError('state-dir', `the state directory ${quoted(given)} is not absolute`, {
    hint: 'name one outside the checkout, which the gateway throws away: KEYTURN_STATE=/var/lib/keyturn',
  });
}
