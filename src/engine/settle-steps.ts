// I16: a change of a key that an earlier run asked for, and whose answer it did not live to hear or to
// record, is looked for and told by the next run that works on the user.

import { toKeyturnError } from '../base/errors.ts';
import { whyFound } from '../base/key-changes.ts';
import type { FoundChange } from '../lifecycle/found-changes.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { settledBy, withSettled } from '../lifecycle/unsettled.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/**
 * Tells what is to be seen of such changes, and puts on record how each of them ended. Resolves with
 * whether the user is gone, as far as it had to look.
 */
export async function settleSteps(work: UserWork): Promise<'user-gone' | undefined> {
  const { history, account } = work;
  if (history.unsettled.length === 0) return undefined;
  const keys = await keysUnlessGone(work);
  for (const { found, outcome } of settledBy(history, keys ?? [], account.clock.now())) {
    if (found !== undefined) tellFound(found, work);
    await work.recordKey(outcome);
  }
  return keys === undefined ? 'user-gone' : undefined;
}

/** The user as that leaves them; what the run would tell is said (I12). */
export function foretellSteps(keys: readonly AccessKey[], at: UserAtHand): UserAtHand {
  const { history, account } = at;
  const now = account.clock.now();
  const settled = settledBy(history, keys, now);
  for (const { found } of settled) if (found !== undefined) foretellFound(found, at);
  return { ...at, history: withSettled(history, settled, now) };
}

/** A change whose answer was lost, or came to a run that ended before it could say so. */
export function tellFound(found: FoundChange, { user, account }: UserAtHand): void {
  account.emit({ code: 'change-found', user, ...told(found) });
}

/** The same in a dry run, which puts nothing on record. */
export function foretellFound(found: FoundChange, { user, account }: UserAtHand): void {
  account.emit({ code: 'finding-foretold', user, ...told(found) });
}

function told({ change, keyId, reason }: FoundChange) {
  return { change, keyId, by: 'recovery', why: whyFound(reason) } as const;
}

async function keysUnlessGone(work: UserWork): Promise<readonly AccessKey[] | undefined> {
  try {
    return await work.listKeys();
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'unknown-user') return undefined;
    throw thrown;
  }
}
