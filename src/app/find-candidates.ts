// Which users a run must look at closely: those with a due key, with a rotation that an earlier
// run left open, or with Inactive keys when clean-up was asked for.

import type { OldKey } from '../executor/outcome.ts';
import type { Inventory } from '../iam/inventory.ts';
import type { Journal } from '../journal/journal.ts';
import { isDue } from '../lifecycle/due.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { findLateKey } from '../lifecycle/late-key.ts';
import { foldRotations, isOpen } from '../lifecycle/rotation.ts';

export interface CandidateUser {
  readonly user: string;
  readonly oldKey: OldKey;
  /** Whether there is a key to rotate, or only Inactive ones to clean up. */
  readonly isForRotation: boolean;
  readonly keys: readonly AccessKey[];
}

export interface CandidateScope {
  readonly daysThreshold: number;
  readonly cleanupInactive: boolean;
  /** The only user to look at; undefined means all (I6). */
  readonly scope: string | undefined;
  /** Only users with an open rotation. */
  readonly recoverOnly: boolean;
}

export interface Candidates {
  readonly candidates: readonly CandidateUser[];
  /** How many keys are due. */
  readonly due: number;
}

export async function findCandidates(
  inventory: Inventory,
  journal: Journal,
  wanted: CandidateScope,
  now: Date,
): Promise<Candidates> {
  const open = await usersWithOpenRotation(journal, wanted.scope);
  const journaled = new Set((await journal.users()).map((user) => user.toLowerCase()));
  const candidates: CandidateUser[] = [];
  let due = 0;
  for (const { userName: user, keys } of inventory.users) {
    const dueKeys = keys.filter((key) => isDue(key, wanted.daysThreshold, now));
    due += dueKeys.length;
    const unfinished = open.get(user.toLowerCase());
    open.delete(user.toLowerCase());
    const isKnown = journaled.has(user.toLowerCase());
    // A request of a rotation that was given up may have landed since: nobody else would ever look.
    const isLate = isKnown && findLateKey(await journal.recordsOf(user), keys) !== undefined;
    if (wanted.recoverOnly && unfinished === undefined && !isLate) continue;
    const inactive = wanted.cleanupInactive && keys.some(({ status }) => status === 'Inactive');
    const first = oldest(dueKeys) ?? oldest(keys);
    if (dueKeys.length === 0 && unfinished === undefined && !inactive && !isLate) continue;
    const oldKey = unfinished?.oldKey ?? first;
    const isForRotation = dueKeys.length > 0 || unfinished !== undefined;
    if (oldKey !== undefined) candidates.push({ user, oldKey, isForRotation, keys });
  }
  const unreadable = new Set(inventory.unreadable.map(({ userName }) => userName.toLowerCase()));
  // Whom AWS does not list any more: the executor finds out, and closes what is open.
  for (const [name, { user, oldKey }] of open) {
    if (!unreadable.has(name)) candidates.push({ user, oldKey, isForRotation: true, keys: [] });
  }
  return { candidates, due };
}

export interface UnfinishedUser {
  readonly user: string;
  readonly oldKey: OldKey;
}

/** By lower-cased name; only `scope` when one user is meant (I6). */
export async function usersWithOpenRotation(
  journal: Journal,
  scope: string | undefined,
): Promise<Map<string, UnfinishedUser>> {
  const open = new Map<string, UnfinishedUser>();
  for (const user of await journal.users()) {
    if (scope !== undefined && user.toLowerCase() !== scope.toLowerCase()) continue;
    const rotation = foldRotations(await journal.recordsOf(user)).find(isOpen);
    if (rotation === undefined) continue;
    const oldKey = { id: rotation.oldKeyId, createdAt: undefined, status: 'unknown' } as const;
    open.set(user.toLowerCase(), { user, oldKey });
  }
  return open;
}

function oldest(keys: readonly AccessKey[]): AccessKey | undefined {
  return keys.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
}
