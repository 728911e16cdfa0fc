// Use case of `keyturn hooks`: hooks of which nobody knows whether they were done, and a person's word about them.
// AWS is not asked, and no hook is run.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { inState } from '../base/key-command.ts';
import { flagWords, namedWords } from '../base/shell-words.ts';
import { isSameUser } from '../base/user-name.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { type HookRun, hooksInDoubt, type NamedHook } from '../lifecycle/hooks.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import type { StateStore } from '../state/state-store.ts';

export interface HookInDoubt {
  readonly account: string;
  readonly user: string;
  readonly rotation: string;
  readonly hook: string;
}

/** `done`: it was done. `again`: the next run is to do it. */
export type HookWord = 'done' | 'again';

/** Of every account, or of the one that is named. Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function listHooksInDoubt(
  store: StateStore,
  only: string | undefined,
): Promise<readonly HookInDoubt[]> {
  const found: HookInDoubt[] = [];
  for (const account of await store.accounts()) {
    if (only !== undefined && only !== account) continue;
    const state = await store.open(account, 'read');
    for (const { user, history } of await state.openUsers()) {
      for (const { rotation, label } of inDoubt(history)) {
        found.push({ account, user, rotation: rotation.id, hook: label });
      }
    }
  }
  return found;
}

interface Doubt extends HookRun, Pick<NamedHook, 'mark'> {
  readonly rotation: Rotation;
}

/** Of the open rotation: what is over asks nobody any more. */
function inDoubt({ open }: UserHistory): readonly Doubt[] {
  if (open === undefined) return [];
  return hooksInDoubt(open).map((run) => ({ ...run, rotation: open }));
}

/** Puts the person's word on record. Throws `no-hook-in-doubt`, and `rotation-in-progress` while a run is at it. */
export async function answerHook(
  { user, word }: { readonly user: string; readonly word: HookWord },
  store: StateStore,
  only: string | undefined,
): Promise<readonly HookInDoubt[]> {
  const asked = (await listHooksInDoubt(store, only)).filter((one) => isSameUser(one.user, user));
  const [first] = asked;
  if (first === undefined) throw nothingAsked(user, store);
  const other = asked.find(({ account }) => account !== first.account);
  if (other !== undefined) {
    throw new KeyturnError(
      'bad-value',
      `${user} has a hook in doubt in ${first.account} and in ${other.account}`,
      {
        hint: [
          'name the account:',
          command(
            ...['keyturn', 'hooks', word],
            ...namedWords(
              [user],
              ['--account', first.account, ...flagWords('--state', store.where)],
            ),
          ),
        ],
      },
    );
  }
  const state = await store.open(first.account, 'write');
  return await state.exclusively(first.user, async (log) => {
    const doubts = inDoubt(log.history);
    if (doubts.length === 0) throw nothingAsked(user, store);
    const end = word === 'done' ? 'done' : 'failed';
    for (const { rotation, mark } of doubts) {
      // It answers what the run has asked, so a plan that was applied by it goes on from here.
      const plan = log.history.recordsOf(rotation.id).at(-1)?.plan;
      await log.record(rotation.id, { type: 'hook-ended', mark, end, by: 'operator' }, plan);
    }
    return doubts.map(({ rotation, label }) => ({
      ...{ account: first.account, user: first.user, rotation: rotation.id, hook: label },
    }));
  });
}

function nothingAsked(user: string, { where }: StateStore): KeyturnError {
  return new KeyturnError('no-hook-in-doubt', `nobody asks whether a hook was done for ${user}`, {
    hint: ['to see of whom it is asked:', inState(where, 'hooks')],
  });
}
