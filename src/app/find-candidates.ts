// Which users a run must look at closely: those with a due key, with a rotation that an earlier
// run left open or a change that it could not tell, or with Inactive keys when clean-up was asked for.

import type { Inventory } from '../aws/inventory.ts';
import { comparableUserName, isSameUser } from '../base/user-name.ts';
import type { UserListed } from '../engine/foretell-user.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import { isDue } from '../lifecycle/due.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { AccountState, OpenUser } from '../state/state-store.ts';

/** Whose keys a run is about, and what it wants of them. */
export interface Scope {
  /** The only user to look at; undefined means all (I6). */
  readonly user: string | undefined;
  readonly wanted: Wanted;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is to be cleaned up. */
  readonly cleanUpDays: number | undefined;
}

export interface Candidates {
  readonly candidates: readonly UserListed[];
  /** How many keys are due. */
  readonly due: number;
}

export async function findCandidates(
  { users, unreadable }: Inventory,
  state: AccountState,
  scope: Scope & { readonly now: Date },
): Promise<Candidates> {
  const unfinished = await openUsers(state, scope.user);
  const histories = new Map(unfinished.map((open) => [comparableUserName(open.user), open]));
  const candidates: UserListed[] = [];
  let due = 0;
  for (const { userName: user, keys } of users) {
    const history = histories.get(comparableUserName(user))?.history;
    const dueKeys = history?.open?.phase === 'in-grace' ? [] : dueAmong(keys, scope);
    due += dueKeys.length;
    histories.delete(comparableUserName(user));
    const candidate = candidateOf({ user, keys, dueKeys, history }, scope);
    if (candidate !== undefined) candidates.push(candidate);
  }
  const unread = new Set(unreadable.map(({ userName }) => comparableUserName(userName)));
  // Whom AWS does not list any more: the engine finds out, closes what is open, and tells what was done.
  for (const [name, { user, history }] of histories) {
    const oldKey = unknownKey(history);
    if (unread.has(name) || oldKey === undefined) continue;
    candidates.push({ user, oldKey, isForRotation: history.open !== undefined, keys: [] });
  }
  return { candidates, due };
}

/** Only `scope` when one user is meant (I6). */
export async function openUsers(
  state: AccountState,
  scope: string | undefined,
): Promise<readonly OpenUser[]> {
  const users = await state.openUsers();
  return scope === undefined ? users : users.filter(({ user }) => isSameUser(user, scope));
}

function dueAmong(
  keys: readonly AccessKey[],
  { wanted, now }: Scope & { readonly now: Date },
): readonly AccessKey[] {
  if (wanted.kind === 'recovery') return [];
  if (wanted.kind === 'named-key') return keys.filter(({ id }) => id === wanted.keyId);
  return keys.filter((key) => isDue(key, wanted.daysThreshold, now));
}

interface ListedUser {
  readonly user: string;
  readonly keys: readonly AccessKey[];
  readonly dueKeys: readonly AccessKey[];
  /** Undefined for a user for whom nothing may be left to finish. */
  readonly history: UserHistory | undefined;
}

function candidateOf(
  { user, keys, dueKeys, history }: ListedUser,
  { wanted, cleanUpDays }: Scope,
): UserListed | undefined {
  const isOpen = history?.open !== undefined;
  // A request of a rotation that was given up may have landed since: nobody else would ever look.
  const isLate = history?.lateKey(keys) !== undefined;
  const isLeft = isOpen || isLate || history?.hasChangesToSettle === true;
  if (wanted.kind === 'recovery' && !isLeft) return undefined;
  const isToClean = cleanUpDays !== undefined && keys.some(({ status }) => status === 'Inactive');
  if (dueKeys.length === 0 && !isToClean && !isLeft) return undefined;
  const unknown = history && unknownKey(history);
  const oldKey = isOpen ? unknown : (oldest(dueKeys) ?? oldest(keys) ?? unknown);
  const isForRotation = dueKeys.length > 0 || isOpen;
  return oldKey && { user, oldKey, isForRotation, keys };
}

/** The key of what is left, of which nothing else is known yet: the old key of the open rotation first. */
function unknownKey({
  open,
  unsettled,
  threatened,
}: UserHistory): UserListed['oldKey'] | undefined {
  const id = open?.oldKeyId ?? unsettled[0]?.intent.keyId ?? threatened[0]?.keyId;
  return id && { id, createdAt: undefined, status: 'unknown' };
}

function oldest(keys: readonly AccessKey[]): AccessKey | undefined {
  return keys.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
}
