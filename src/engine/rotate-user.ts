// One user, from claim to result: finish what an earlier run left, clean up, and rotate. Expected
// failures become part of the outcome; the other users go on.

import { earliestOf } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { hintLine, partsOf } from '../base/hint.ts';
import { newId } from '../base/new-id.ts';
import type { Next, UserDecision, Wanted } from '../lifecycle/decide-user.ts';
import { isBeyondWatch, promisedBy } from '../lifecycle/hooks.ts';
import { type AccessKey, KEYS_PER_USER_MAX } from '../lifecycle/keys.ts';
import type { RotationStep } from '../lifecycle/record.ts';
import { isGraced } from '../lifecycle/rotation.ts';
import type { AccountWork, RotationPolicy } from './account-work.ts';
import { deleteAsJudged } from './change-key.ts';
import { cleanUp } from './clean-up.ts';
import { create } from './create-key.ts';
import { decide, decideNext } from './decide.ts';
import { makePlaces } from './delivery.ts';
import { announce, retiredOutcome, tellGrace, waitingOutcome } from './grace.ts';
import { holdBegunEnds } from './hold-begun.ts';
import { rememberTakenBack } from './key-uses.ts';
import { assertNotRenamed } from './other-name.ts';
import {
  type CleanupOutcome,
  ended,
  failed,
  failedIn,
  type OldKey,
  oldKeyOf,
  type Retired,
  type RetirementOutcome,
  type RotationOutcome,
  replacedThough,
  type UserOutcome,
} from './outcome.ts';
import { advance } from './perform.ts';
import { carryOut, type Deciding } from './recover-user.ts';
import { refusalOf } from './refusal.ts';
import { assertAsPlanned } from './seen-user.ts';
import { settleLeftOver } from './settle-custody.ts';
import { settleSteps } from './settle-steps.ts';
import { proofsDenied } from './take-back-denied.ts';
import { type UserWork, whileAlone } from './user-work.ts';
import { watchAfter } from './watch-after-retire.ts';

/** What the inventory saw of a user, for the case that nothing more can be learned. */
export interface UserSeen {
  readonly user: string;
  readonly oldKey: OldKey;
  /** Whether there is a key to rotate, or only Inactive ones to clean up. */
  readonly isForRotation: boolean;
}

export async function rotateUser(
  seen: UserSeen,
  wanted: Wanted,
  account: AccountWork,
): Promise<UserOutcome> {
  const { user } = seen;
  try {
    account.signal.throwIfAborted();
    const done = await whileAlone(user, account, async (work) => {
      await assertAsPlanned(work);
      const { hookResults: hooks } = work;
      const { recovered, ...made } = await turn(wanted, work);
      const told = { ...made, rotation: recovered ?? made.rotation };
      return { ...told, hooks, holdEnds: holdBegunEnds(told, work) };
    });
    const { rotation, cleanup, retirement, decision, hooks, holdEnds } = done;
    const outcome = { user, rotation, cleanup, retirement };
    return outcomeOf({ ...outcome, ...(hooks.length > 0 && { hooks }) }, decision, holdEnds);
  } catch (thrown) {
    return notBegun(seen, toKeyturnError(thrown));
  }
}

/** What came of the user's turn, and when to come again; `holdEnds` is the end of a hold that it began. */
export function outcomeOf(
  outcome: Omit<UserOutcome, 'notBefore'>,
  decision: UserDecision | undefined,
  holdEnds?: Date,
): UserOutcome {
  const { rotation, cleanup, retirement } = outcome;
  const failedUntil = rotation?.kind === 'failed' ? rotation.error.notBefore : undefined;
  const holds = cleanup?.kept.map(({ notBefore }) => notBefore) ?? [];
  const waits = retirement?.waiting?.notBefore;
  const notBefore = earliestOf([failedUntil, decision?.notBefore, waits, holdEnds, ...holds]);
  return { ...outcome, notBefore };
}

/** Nothing could be done for the user, and nothing learned of them. */
export function notBegun(seen: UserSeen, error: KeyturnError): UserOutcome {
  const { user, oldKey, isForRotation } = seen;
  const nothing = { user, rotation: undefined, cleanup: undefined, retirement: undefined };
  return isForRotation
    ? outcomeOf({ ...nothing, rotation: failed(oldKey, error) }, undefined)
    : outcomeOf({ ...nothing, cleanup: { deleted: [], kept: [], error } }, undefined);
}

/** What came of one user's turn. */
export interface Turn {
  /** The decision that nothing could be taken further from; undefined when the user is gone. */
  readonly decision: UserDecision | undefined;
  /** Of a rotation that an earlier run had left open. */
  readonly recovered: RotationOutcome | undefined;
  readonly cleanup: CleanupOutcome | undefined;
  readonly rotation: RotationOutcome | undefined;
  /** Of an old key that waits for its end, or has waited for it. */
  readonly retirement: RetirementOutcome | undefined;
}

const NOTHING: Turn = {
  decision: undefined,
  recovered: undefined,
  cleanup: undefined,
  rotation: undefined,
  retirement: undefined,
};

/** Each closes an open rotation: the one that was left, and those whose keys landed late. */
const RECOVERIES_MAX = 2 * KEYS_PER_USER_MAX;

/** Performs what is decided about the user, again after each recovery that leads to a fresh start. */
export async function turn(wanted: Wanted, work: UserWork): Promise<Turn> {
  if ((await settleSteps(work)) === 'user-gone' && work.history.open === undefined) return NOTHING;
  await settleLeftOver(work);
  const watched = await watchedBefore(work);
  if (watched !== undefined) return { ...NOTHING, recovered: watched };
  for (let recoveries = 0; recoveries <= RECOVERIES_MAX; recoveries += 1) {
    // What is acted on is read inside the claim: the inventory may be minutes old.
    const keys = await keysUnlessGone(work);
    if (keys === undefined) return NOTHING;
    await rememberTakenBack(keys, work);
    const decision = await decideOrFail(keys, wanted, work);
    if ('kind' in decision) return { ...NOTHING, recovered: decision };
    tellUnexplained(decision, work);
    const { recover, grace } = decision;
    work.grace = grace;
    if (grace !== undefined) await announce(grace, work);
    if (recover === undefined) {
      const cleaned = await cleanUpFirst(decision, work);
      const { cleanup } = cleaned;
      const rotation = await rotateNext(cleaned, work);
      return { ...NOTHING, decision, cleanup, rotation, retirement: toldGrace(work) };
    }
    const recovered = await recoverOrFail({ ...decision, recover }, work);
    const retirement = recovered?.kind === 'retired' ? recovered : toldGrace(work);
    const outcome = recovered?.kind === 'retired' ? undefined : recovered;
    const isOver = recover.leadsTo === 'way-back' || wanted.kind === 'recovery';
    if (recovered !== undefined || retirement !== undefined || isOver) {
      return { ...NOTHING, decision, recovered: outcome, retirement };
    }
  }
  throw new KeyturnError('internal', `rotations of ${work.user} do not settle`);
}

/** A watch that an earlier run did not bring to its end: what is seen now decides. Undefined when all is well. */
async function watchedBefore(work: UserWork): Promise<RotationOutcome | undefined> {
  const { watched } = work.history;
  if (watched === undefined) return undefined;
  // I11: nothing is decided about a user whose keys were not read.
  const keys = await keysUnlessGone(work);
  if (keys === undefined) return undefined;
  if (isBeyondWatch(watched, keys)) {
    await work.record(watched.id, { type: 'watched', saw: 'dropped' });
    return undefined;
  }
  try {
    await watchAfter(watched, work);
    return undefined;
  } catch (thrown) {
    const about = { oldKey: oldKeyOf(watched, []), resumed: true };
    return failedIn(work.history.rotation(watched.id), toKeyturnError(thrown), about);
  }
}

/** An old key that stays Active for now; told on the log. */
function toldGrace(work: UserWork): RetirementOutcome | undefined {
  if (work.grace === undefined) return undefined;
  tellGrace(work.grace, work);
  return waitingOutcome(work.grace);
}

/**
 * Undefined when the user was deleted: then an open rotation is over, and that is journaled. Throws
 * `user-renamed`.
 */
async function keysUnlessGone(work: UserWork): Promise<readonly AccessKey[] | undefined> {
  try {
    const keys = await work.listKeys();
    await assertNotRenamed(keys, work);
    return keys;
  } catch (thrown) {
    const { open, watched } = work.history;
    const isLeft = open !== undefined || watched !== undefined;
    if (toKeyturnError(thrown).code !== 'unknown-user' || !isLeft) throw thrown;
    await assertNotRenamed(undefined, work);
    if (watched !== undefined) await work.record(watched.id, { type: 'watched', saw: 'dropped' });
    if (open === undefined) return undefined;
    await work.record(open.id, { type: 'closed', reason: 'user-gone' });
    work.account.emit({ code: 'rotation-closed', user: work.user, reason: 'user-gone' });
    return undefined;
  }
}

/** What cannot be decided about an open rotation is that one's failure. */
async function decideOrFail(
  keys: readonly AccessKey[],
  wanted: Wanted,
  work: UserWork,
): Promise<UserDecision | RotationOutcome> {
  try {
    return await decide(work, keys, wanted);
  } catch (thrown) {
    const { open } = work.history;
    if (open === undefined) throw thrown;
    const about = { oldKey: oldKeyOf(open, keys), resumed: true };
    return failedIn(open, toKeyturnError(thrown), about);
  }
}

export function tellUnexplained(
  { unexplained }: UserDecision,
  { user, account }: Pick<UserWork, 'user' | 'account'>,
): void {
  if (unexplained === undefined) return;
  const { keyId, reason, hint } = unexplained;
  const told = hint === undefined ? reason : hintLine([reason, ...partsOf(hint)]);
  account.emit({ code: 'key-unexplained', user, keyId, reason: told });
}

/** Undefined when the open rotation ended without a new key in use. */
async function recoverOrFail(
  decision: Deciding,
  work: UserWork,
): Promise<RotationOutcome | Retired | undefined> {
  const { recover, keys, gate } = decision;
  const { id, user } = recover.rotation;
  const before = recover.rotation;
  const about = { oldKey: oldKeyOf(recover.rotation, keys), resumed: true };
  try {
    const rotation = await carryOut(decision, work);
    if (rotation.phase === 'undone') return undefined;
    if (rotation.phase === 'closed') {
      work.account.emit({ code: 'rotation-closed', user, reason: rotation.reason });
      // It counted as rotated when its grace began.
      const replaced = isGraced(before) ? undefined : replacedThough(rotation, about);
      return replaced && told(replaced, work);
    }
    if (isGraced(before)) {
      return rotation.phase === 'in-grace' ? undefined : retiredOutcome(before, 'Inactive', gate);
    }
    return told(ended(rotation, about), work);
  } catch (thrown) {
    return failedIn(work.history.rotation(id), toKeyturnError(thrown), about);
  }
}

interface Cleaned {
  readonly cleanup: CleanupOutcome | undefined;
  readonly keys: readonly AccessKey[];
  readonly next: Next;
  readonly unexplained: UserDecision['unexplained'];
}

/** I5: clean-up comes before the rotation, so it cannot meet a key that the rotation deactivates. */
async function cleanUpFirst(decision: UserDecision, work: UserWork): Promise<Cleaned> {
  const { cleanUp: decided, keys, next, wanted, unexplained } = decision;
  if (decided === undefined) return { cleanup: undefined, keys, next, unexplained };
  const cleanup = await cleanUp(decided, keys, work);
  const deleted = new Set(cleanup.deleted);
  const remaining = keys.filter(({ id }) => !deleted.has(id));
  // A key that was to go may have stayed: then there may be no room.
  const isAsDecided = decided.deletes.every(({ key }) => deleted.has(key.id));
  return {
    cleanup,
    unexplained,
    keys: remaining,
    next: isAsDecided ? next : await decideNext(work, remaining, wanted),
  };
}

/** What was decided to come next; a rotation from its intent to its end or to the step that fails. */
async function rotateNext(
  { next, keys, unexplained }: Cleaned,
  work: UserWork,
): Promise<RotationOutcome | undefined> {
  if (next.kind === 'nothing' || next.kind === 'not-theirs') return undefined;
  const { oldKey } = next;
  if (next.kind !== 'rotate') {
    const details = next.kind === 'blocked' ? next.keys : undefined;
    return failed(oldKey, refusalOf(next, work, unexplained), { keys: details });
  }
  const id = newId();
  const about = { oldKey, resumed: false };
  try {
    work.account.signal.throwIfAborted();
    if (work.account.probes.areDenied) throw proofsDenied(work);
    await makePlaces(oldKey.id, next.missing, work);
    const present = await makeRoom(next, keys, work);
    work.account.emit({ code: 'rotation-started', user: work.user, oldKeyId: oldKey.id });
    await begin(id, intentOf(next, present, work.account.policy), work);
    return told(ended(await advance(id, work), about), work);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    const rotation = work.history.find(id);
    return rotation === undefined ? failed(oldKey, error) : failedIn(rotation, error, about);
  }
}

/**
 * From the intent until the secret is in custody, one rotation of the account at a time: a death costs
 * one secret at most (I17).
 */
async function begin(id: string, intent: Intended, work: UserWork): Promise<void> {
  const { creating, signal } = work.account;
  const release = await creating.acquire(signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw thrown;
  });
  try {
    work.assertPlanned({ do: 'create', keyId: intent.oldKeyId });
    // I1: the intent and the keys as seen are on disk before anything is created.
    await work.record(id, intent);
    await create(work.history.rotation(id), work);
  } finally {
    release();
  }
}

type Rotate = Extract<Next, { readonly kind: 'rotate' }>;
type Intended = Extract<RotationStep, { readonly type: 'intended' }>;

/** Deletes the key that the operator agreed to, if one has to go; the keys that are left. */
async function makeRoom(
  { makesRoom }: Rotate,
  keys: readonly AccessKey[],
  work: UserWork,
): Promise<readonly AccessKey[]> {
  if (makesRoom === undefined) return keys;
  const because = { by: 'making-room', why: `to make room: ${makesRoom.because}` } as const;
  await deleteAsJudged(makesRoom.key, because, work);
  return keys.filter(({ id }) => id !== makesRoom.key.id);
}

function intentOf(
  { oldKey, targets: [target, ...alsoTargets] }: Rotate,
  keys: readonly AccessKey[],
  { oldKeyFate, hooks: known }: Pick<RotationPolicy, 'oldKeyFate' | 'hooks'>,
): Intended {
  const hooks = promisedBy(known);
  return {
    type: 'intended',
    oldKeyId: oldKey.id,
    knownKeyIds: keys.map((key) => key.id),
    ...(oldKey.status === 'Inactive' && { wasInactive: true }),
    oldKeyFate,
    target,
    ...(alsoTargets.length > 0 && { alsoTargets }),
    ...(hooks !== undefined && { hooks }),
  };
}

function told(outcome: RotationOutcome, { user, account }: UserWork): RotationOutcome {
  if (outcome.kind === 'rotated') {
    const { oldKey, newKeyId } = outcome;
    account.emit({ code: 'rotation-done', user, oldKeyId: oldKey.id, newKeyId });
  }
  return outcome;
}
