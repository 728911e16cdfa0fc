// Which run is meant by an ID of which a page shows only the beginning.

import { KeyturnError } from '../base/errors.ts';
import type { Command, HintPart } from '../base/hint.ts';
import { inState } from '../base/key-command.ts';
import type { StateStore } from '../state/state-store.ts';

/** A slip of a few letters must not name a run. */
const BEGINNING_MIN = 6;
const NAMED_MAX = 5;

/** The whole ID; as it was given where no run begins so. Throws where several do. */
export async function findRun(
  given: string,
  store: StateStore,
  commandFor: (run: string) => Command,
): Promise<string> {
  const found = await runsBeginning(given, store);
  if (found.has(given)) return given;
  if (given.length < BEGINNING_MIN) throw tooShort(given, store.where);
  if (found.size === 0) return given;
  const [first = given, ...others] = [...found].sort();
  if (others.length === 0) return first;
  const hint: HintPart[] = [
    'say which one:',
    ...[first, ...others].slice(0, NAMED_MAX).map(commandFor),
  ];
  throw new KeyturnError(
    'nothing-to-undo',
    `${found.size} runs have an ID that begins with ${given}`,
    {
      hint,
    },
  );
}

function tooShort(given: string, state: string): KeyturnError {
  return new KeyturnError(
    'nothing-to-undo',
    `no run has the ID ${JSON.stringify(given)}, and a beginning of one takes ${BEGINNING_MIN} characters`,
    {
      hint: ['the runs and their IDs are listed by:', inState(state, 'history')],
    },
  );
}

async function runsBeginning(given: string, store: StateStore): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'read');
    for (const user of await state.users()) {
      for (const run of (await state.history(user)).runs) {
        const isMeant = given.length >= BEGINNING_MIN && run.startsWith(given);
        if (run === given || isMeant) found.add(run);
      }
    }
  }
  return found;
}
