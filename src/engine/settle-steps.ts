// I16: a change of a key that an earlier run asked for, and whose answer it did not live to hear or to
// record, is looked for and told by the next run that works on the user.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { whyFound } from '../base/key-changes.ts';
import type { FoundChange } from '../lifecycle/found-changes.ts';
import type { ThreatenedKey } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { type Settled, settledBy, withSettled } from '../lifecycle/unsettled.ts';
import { changeKey } from './change-key.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/**
 * Tells what is to be seen of such changes, and puts on record how each of them ended; and makes a key Active
 * again that one of them has made Inactive since it was taken back into use (I13). Resolves with whether the
 * user is gone, as far as it had to look.
 */
export async function settleSteps(work: UserWork): Promise<'user-gone' | undefined> {
  const { history, account } = work;
  if (!history.hasChangesToSettle) return undefined;
  const keys = await work.listKeysUnlessGone();
  await settle(settledBy(history, keys ?? [], account.clock.now()), work);
  for (const threatened of history.threatened) await lookAfter(threatened, keys ?? [], work);
  return keys === undefined ? 'user-gone' : undefined;
}

async function settle(settled: readonly Settled[], work: UserWork): Promise<void> {
  for (const { found, outcome } of settled) {
    if (found !== undefined) tellFound(found, work);
    await work.recordKey(outcome);
  }
}

/**
 * Ends a rotation whose old key is seen to be Inactive. That a request of ours has made it so, which landed
 * since the changes were settled, is told before (I16): the end on record would hide it.
 */
export async function recordInactive(
  { id, oldKeyId }: Pick<Rotation, 'id' | 'oldKeyId'>,
  oldKey: AccessKey,
  work: UserWork,
): Promise<void> {
  const settled = settledBy(work.history, [oldKey], work.account.clock.now());
  await settle(
    settled.filter(({ outcome }) => outcome.keyId === oldKeyId),
    work,
  );
  await work.record(id, { type: 'deactivated' });
}

async function lookAfter(
  { keyId, until }: ThreatenedKey,
  keys: readonly AccessKey[],
  work: UserWork,
): Promise<void> {
  const key = keys.find(({ id }) => id === keyId);
  if (key?.status === 'Inactive') {
    tellFound(madeInactiveLate(keyId), work);
    return await changeKey({ keyId, to: 'Active', ...LANDED }, work);
  }
  if (work.account.clock.now() >= until) await work.recordKey({ type: 'lapsed', keyId });
}

const LANDED = {
  by: 'recovery',
  why: 'it had been taken back into use, and an earlier request to make it Inactive landed after that',
} as const;

/** What landed is told as well as what is done about it: the key was Inactive in between. */
function madeInactiveLate(keyId: AccessKeyId): FoundChange {
  return { change: 'deactivated', keyId, reason: 'before the key was taken back into use' };
}

/** A user, and their keys. */
export interface Foretold {
  readonly at: UserAtHand;
  readonly keys: readonly AccessKey[];
  /** Those that are made Active again. */
  readonly landed: readonly AccessKey[];
}

/** The user as that leaves them; what the run would tell is said (I12). */
export function foretellSteps(keys: readonly AccessKey[], at: UserAtHand): Foretold {
  const { history, account, user } = at;
  const now = account.clock.now();
  const settled = settledBy(history, keys, now);
  for (const { found } of settled) if (found !== undefined) foretellFound(found, at);
  const after = withSettled(history, settled, now);
  const threatened = new Set(after.threatened.map(({ keyId }) => keyId));
  const landed = keys.filter(({ id, status }) => status === 'Inactive' && threatened.has(id));
  for (const { id: keyId } of landed) {
    foretellFound(madeInactiveLate(keyId), at);
    account.emit({ code: 'reactivation-foretold', user, keyId, ...LANDED });
  }
  const looked = keys.map((key): AccessKey => {
    return landed.includes(key) ? { ...key, status: 'Active' } : key;
  });
  return { at: { ...at, history: after }, keys: looked, landed };
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
