// What the journal says of keys, whoever they belong to: for questions about a file, in which no account
// and no user is named.

import { type AccessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import type { UserHistory } from '../../lifecycle/history.ts';
import { hasNewKey, type Rotation } from '../../lifecycle/rotation.ts';
import type { StateStore } from '../../state/state-store.ts';

/** What became of a key that a rotation knew. */
export interface RecordedKey {
  readonly user: string;
  readonly isDeleted: boolean;
  /** The key that holds its place now, where it was replaced. */
  readonly successor: AccessKeyId | undefined;
}

/** Of every account and user. Throws `journal-damaged` and the like: unknown is not unneeded (I11). */
export async function readHistories(store: StateStore): Promise<readonly UserHistory[]> {
  const histories: UserHistory[] = [];
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'read');
    for (const user of await state.users()) histories.push(await state.history(user));
  }
  return histories;
}

/** Undefined for a key that the journal has never named. */
export function recordOf(
  keyId: AccessKeyId,
  histories: readonly UserHistory[],
): RecordedKey | undefined {
  for (const history of histories) {
    if (!history.hasNamed(keyId)) continue;
    const user = history.records.at(-1)?.user ?? '';
    const successor = successorOf(keyId, history);
    return { user, isDeleted: isGone(keyId, history), successor };
  }
  return undefined;
}

/** Whether a rotation may need the key: it was not deleted, as far as the journal knows. */
export function isNeeded(keyId: string, histories: readonly UserHistory[]): boolean {
  if (!isAccessKeyId(keyId)) return false;
  return histories.some((history) => isOfRotation(keyId, history) && !isGone(keyId, history));
}

function isOfRotation(keyId: AccessKeyId, { rotations }: UserHistory): boolean {
  return [...rotations].some(
    (each) => each.oldKeyId === keyId || (hasNewKey(each) && each.newKeyId === keyId),
  );
}

function isGone(keyId: AccessKeyId, history: UserHistory): boolean {
  const endsIt = (each: Rotation) =>
    each.oldKeyId === keyId && each.phase === 'closed' && each.reason === 'old-key-gone';
  return history.hasDeleted(keyId) || history.latest(endsIt) !== undefined;
}

/** The last of those that replaced each other, an undone rotation left out. */
function successorOf(keyId: AccessKeyId, history: UserHistory): AccessKeyId | undefined {
  let last: AccessKeyId | undefined;
  for (const each of history.rotations) {
    if (each.oldKeyId !== (last ?? keyId) || !hasNewKey(each) || each.phase === 'undone') continue;
    last = each.newKeyId;
  }
  return last;
}
