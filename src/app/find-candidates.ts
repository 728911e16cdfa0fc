// Which users a run must look at closely: those with a due key, with a rotation that an earlier
// run left open or a change that it could not tell, or with Inactive keys when clean-up was asked for.

import type { Inventory } from '../aws/inventory.ts';
import { comparableUserName, isSameUser } from '../base/user-name.ts';
import type { UserListed } from '../engine/foretell-user.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import { isDue } from '../lifecycle/due.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import type { AccountState, OpenUser } from '../state/state-store.ts';
import type { HeldBack, RunSettings, UserTurn } from './run-settings.ts';
import { inSlice, type UserSlice } from './user-slice.ts';

/** Whose keys a run is about, and what it wants of them. */
export interface Scope {
  /** The only user to look at; undefined means all (I6). */
  readonly user: string | undefined;
  /** The users of a plan, where one is applied: looked at whatever is to be done with them, and nobody else. */
  readonly users?: readonly string[] | undefined;
  /** Only the users of this slice, where several processes share an account. */
  readonly slice?: UserSlice | undefined;
  readonly wanted: Wanted;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is to be cleaned up. */
  readonly cleanUpDays: number | undefined;
}

export interface Candidates {
  readonly candidates: readonly UserListed[];
  /** How many keys are due. */
  readonly due: number;
  /** Users who would be candidates, and why nothing new is begun for them now. */
  readonly held: readonly HeldUser[];
}

/** A user for whom nothing new is begun now, which is no failure. */
export interface HeldUser {
  readonly user: string;
  readonly held: HeldBack;
  /** The key that it is about. */
  readonly oldKey: UserListed['oldKey'];
  /** When it was to go whatever uses it, as that was told; left out where it was not. */
  readonly deadline?: Date | undefined;
}

/** Whose keys a run is about, what holds for each of them, and when. */
export interface CandidateScope extends Pick<Scope, 'user' | 'users' | 'slice'> {
  /** Everybody in the account of whom something is open. */
  readonly open: readonly OpenUser[];
  readonly settings: Pick<RunSettings, 'of' | 'shortlist' | 'isAbout'>;
  readonly now: Date;
}

export function findCandidates(
  { users, unreadable }: Inventory,
  scope: CandidateScope,
): Candidates {
  const isAbout = (user: string) =>
    isNamed(user, scope) && (scope.settings.isAbout?.(user) ?? true);
  const unfinished = scope.open.filter(({ user }) => isInScope(user, scope.user) && isAbout(user));
  const histories = new Map(unfinished.map((open) => [comparableUserName(open.user), open]));
  const candidates: UserListed[] = [];
  const held: HeldUser[] = [];
  let due = 0;
  for (const { userName: user, keys } of users) {
    if (!isAbout(user)) continue;
    const history = histories.get(comparableUserName(user))?.history;
    const turn = scope.settings.of(user);
    const would = wouldBe(turn, scope);
    const dueKeys =
      history?.open?.phase === 'in-grace' ? [] : dueAmong(keys, would.wanted, scope.now);
    due += dueKeys.length;
    histories.delete(comparableUserName(user));
    const listed = { user, keys, dueKeys, history };
    const candidate = candidateOf(listed, would) ?? planned(listed, scope);
    if (candidate === undefined) continue;
    const why = heldBack(turn, candidate, history);
    if (why !== undefined) {
      const open = history?.open;
      const deadline = open?.phase === 'in-grace' ? open.announcedDeadline : undefined;
      held.push({ user, held: why, oldKey: candidate.oldKey, deadline });
    }
    const now = turn.kind === 'work' ? turn.settings : would;
    const left = staysAtHand(turn, why, history)
      ? (candidateOf({ ...listed, dueKeys: why === undefined ? dueKeys : [] }, now) ??
        planned(listed, scope))
      : undefined;
    if (left !== undefined) candidates.push(left);
  }
  const unread = new Set(unreadable.map(({ userName }) => comparableUserName(userName)));
  // Whom AWS does not list any more: the engine finds out, closes what is open, and tells what was done.
  for (const [name, { user, history }] of histories) {
    const oldKey = unknownKey(history);
    if (unread.has(name) || oldKey === undefined) continue;
    // Of whom AWS does not list a configuration cannot tell what holds: only what is open is closed.
    if (scope.settings.of(user).kind === 'left') continue;
    candidates.push({ user, oldKey, isForRotation: history.open !== undefined, keys: [] });
  }
  return { candidates, due, held };
}

/** Whom something may have to be done for, by what may concern anybody: nobody else has to be asked about. */
export function shortlistedUsers({ users }: Inventory, scope: CandidateScope): readonly string[] {
  const { users: planned = [], open, settings, now } = scope;
  const { shortlist } = settings;
  const isMeant = (user: string) => isInScope(user, scope.user) && isInPart(user, scope.slice);
  const unfinished = open.map(({ user }) => user).filter(isMeant);
  const named = [...unfinished, ...planned];
  const names = new Map(named.map((user) => [comparableUserName(user), user]));
  for (const { userName: user, keys } of users) {
    const dueKeys = dueAmong(keys, shortlist.wanted, now);
    const listed = candidateOf({ user, keys, dueKeys, history: undefined }, shortlist);
    if (listed !== undefined) names.set(comparableUserName(user), user);
  }
  return [...names.values()];
}

/** What would be done with a user if nothing held it back; of whom no rule is about, what may concern anybody. */
function wouldBe(
  turn: UserTurn,
  { settings }: CandidateScope,
): Pick<Scope, 'wanted' | 'cleanUpDays'> {
  if (turn.kind !== 'work') return { ...settings.shortlist, cleanUpDays: undefined };
  const { wanted, wantedOtherwise, cleanUpDays } = turn.settings;
  return { wanted: wantedOtherwise ?? wanted, cleanUpDays };
}

/** Why the user is told as held back: somebody would have expected something to begin. */
function heldBack(
  turn: UserTurn,
  candidate: UserListed,
  history: UserHistory | undefined,
): HeldBack | undefined {
  if (turn.kind === 'left') return turn.held;
  if (turn.kind === 'refused' || !candidate.isForRotation) return undefined;
  const { notNow, notRetiring, oldKeyFate } = turn.settings;
  const open = history?.open;
  if (open === undefined) return notNow;
  if (open.phase === 'in-grace') return undefined;
  // On its way it would be delivered, and with some fates the old key would go right after.
  return notNow ?? (oldKeyFate === 'deactivate' ? notRetiring : undefined);
}

/** Whether something of the user is worked on all the same: an old key in grace, clean-up, a refusal to tell. */
function staysAtHand(
  turn: UserTurn,
  why: HeldBack | undefined,
  history: UserHistory | undefined,
): boolean {
  if (turn.kind === 'left') return false;
  return why === undefined || history?.open === undefined;
}

/** Only `scope` when one user is meant (I6). */
export async function openUsers(
  state: AccountState,
  scope: string | undefined,
): Promise<readonly OpenUser[]> {
  return (await state.openUsers()).filter(({ user }) => isInScope(user, scope));
}

/** Whether a run is about the user, as far as it names users or has a part of them. */
export function isNamed(user: string, { users, slice }: Pick<Scope, 'users' | 'slice'>): boolean {
  return (users?.some((each) => isSameUser(each, user)) ?? true) && isInPart(user, slice);
}

function isInPart(user: string, slice: UserSlice | undefined): boolean {
  return slice === undefined || inSlice(user, slice);
}

/** Whether a run that names one user is about this one. */
export function isInScope(user: string, scope: string | undefined): boolean {
  return scope === undefined || isSameUser(user, scope);
}

function dueAmong(keys: readonly AccessKey[], wanted: Wanted, now: Date): readonly AccessKey[] {
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
  { wanted, cleanUpDays }: Pick<Scope, 'wanted' | 'cleanUpDays'>,
): UserListed | undefined {
  const isOpen = history?.open !== undefined;
  // A request of a rotation that was given up may have landed since: nobody else would ever look.
  const isLate = (history?.lateKeys(keys) ?? []).length > 0;
  const isWatched = history?.watched !== undefined;
  const isLeft = isOpen || isLate || isWatched || history?.hasChangesToSettle === true;
  if (wanted.kind === 'recovery' && !isLeft) return undefined;
  const isToClean = cleanUpDays !== undefined && keys.some(({ status }) => status === 'Inactive');
  if (dueKeys.length === 0 && !isToClean && !isLeft) return undefined;
  const unknown = history && unknownKey(history);
  const oldKey = isOpen ? unknown : (oldest(dueKeys) ?? oldest(keys) ?? unknown);
  const isForRotation = dueKeys.length > 0 || isOpen || isWatched;
  const isEndDoubtful = history?.open !== undefined && wasEndTried(history.open);
  return oldKey && { user, oldKey, isForRotation, keys, isEndDoubtful };
}

function wasEndTried({ phase, hooks }: Rotation): boolean {
  return phase === 'deactivating' || hooks?.veto !== undefined;
}

/** A user of a plan with whom nothing is to be done any more: that is found out like everything else. */
function planned(
  { user, keys }: ListedUser,
  { users }: Pick<Scope, 'users'>,
): UserListed | undefined {
  const oldKey = users === undefined ? undefined : oldest(keys);
  return oldKey && { user, oldKey, isForRotation: false, keys };
}

/** The key of what is left, of which nothing else is known yet: the old key of the open rotation first. */
function unknownKey({
  open,
  watched,
  unsettled,
  threatened,
}: UserHistory): UserListed['oldKey'] | undefined {
  const id =
    open?.oldKeyId ?? watched?.oldKeyId ?? unsettled[0]?.intent.keyId ?? threatened[0]?.keyId;
  return id && { id, createdAt: undefined, status: 'unknown' };
}

function oldest(keys: readonly AccessKey[]): AccessKey | undefined {
  return keys.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
}
