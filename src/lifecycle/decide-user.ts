// The one decision about a user: what becomes of an open rotation, which Inactive keys are cleaned up,
// which key is rotated or why not, and when to come again. Pure: the dry run tells this decision and
// the run performs it, so that one foretells the other exactly (I12).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, type KeyturnError } from '../base/errors.ts';
import {
  type Observed,
  planLateKey,
  planRecovery,
  type RecoveryStep,
  standstillEnds,
  standstillError,
} from './decide-recovery.ts';
import { type BlockReason, judgeUser } from './due.ts';
import type { AccessKey, KeyDetails } from './keys.ts';
import {
  type Asking,
  askDelivery,
  askDetails,
  askHeld,
  askLastUse,
  askReach,
  type Targets,
} from './questions.ts';
import { judgeHold, type RetiringKey } from './retirement.ts';
import type { Rotation } from './rotation.ts';
import { judgeSlot, otherKey, type RemovableKey, type SlotVerdict } from './slot.ts';

/** What is wanted of a user. */
export type Wanted =
  /** Finish what earlier runs left open, and begin nothing. */
  | { readonly kind: 'recovery' }
  /** Replace a key of at least this age, in days. */
  | { readonly kind: 'due-key'; readonly daysThreshold: number }
  /** Replace this key whatever its age; one other key may be deleted to make room (I6). */
  | {
      readonly kind: 'named-key';
      readonly keyId: AccessKeyId;
      readonly mayRemove: AccessKeyId | undefined;
    };

export interface UserFacts extends Observed {
  readonly wanted: Wanted;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is to be cleaned up. */
  readonly cleanUpDays: number | undefined;
  readonly signer: Signer;
  /** When a key was last seen Active, by this run or an earlier one. */
  readonly lastSeenActive: (key: AccessKey, keys: readonly AccessKey[]) => Date | undefined;
}

/** The key that the calls of the run depend on (I7). */
export interface Signer {
  readonly keyId: AccessKeyId;
  /** Whether it may be replaced all the same, by a run that then signs with the new one. */
  readonly isReplaceable: boolean;
}

export type Recovery = {
  readonly rotation: Rotation;
  /** Whether it was closed, and the verdict about a key that landed late opens it again. */
  readonly reopens: boolean;
  /** The key in question, when there is one. */
  readonly keyId: AccessKeyId | undefined;
  /** What is carried out, in this order. */
  readonly steps: readonly RecoveryStep[];
} & (
  | { readonly leadsTo: 'way-back' }
  | { readonly leadsTo: 'closed' }
  | {
      readonly leadsTo: 'new-key';
      /** I7: it comes to the old key and no further, because that one signs the calls of this run. */
      readonly stopsAtOwnKey: boolean;
    }
  /** It stays open, and nothing else is done for the user. */
  | { readonly leadsTo: 'nothing'; readonly error: KeyturnError }
);

export interface CleanUp {
  readonly deletes: readonly { readonly key: AccessKey; readonly reason: string }[];
  readonly keeps: readonly {
    readonly key: AccessKey;
    readonly reason: string;
    /** Whether something that had to be known could not be read. */
    readonly failed: boolean;
  }[];
}

export type Next =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'rotate';
      readonly oldKey: AccessKey;
      readonly targets: Targets;
      /** The key that is deleted first. */
      readonly makesRoom: RemovableKey | undefined;
    }
  /** A due key can not be rotated before a person has done something. */
  | {
      readonly kind: 'blocked';
      readonly oldKey: AccessKey;
      readonly reason: BlockReason;
      readonly keys: readonly KeyDetails[];
    }
  /** There is no room beside the named key, or only if somebody lets another key go. */
  | {
      readonly kind: 'no-room';
      readonly oldKey: AccessKey;
      readonly slot: Exclude<SlotVerdict, { kind: 'free' }>;
    }
  | { readonly kind: 'not-deliverable'; readonly oldKey: AccessKey; readonly error: KeyturnError }
  /** The user does not have the named key. */
  | { readonly kind: 'not-theirs'; readonly keyId: AccessKeyId };

export interface UserDecision {
  readonly wanted: Wanted;
  /** The user's keys that it is based on. */
  readonly keys: readonly AccessKey[];
  readonly recover: Recovery | undefined;
  /** A key that may come from a request of ours, and must not be deleted (yet). */
  readonly unexplained: { readonly keyId: AccessKeyId; readonly reason: string } | undefined;
  /** Undefined when clean-up was not asked for, or there is nothing that it could be about. */
  readonly cleanUp: CleanUp | undefined;
  readonly next: Next;
  /** The earliest time at which something will be decided otherwise; undefined when none is known. */
  readonly notBefore: Date | undefined;
}

const NOTHING: Next = { kind: 'nothing' };

export function* decideUser(facts: UserFacts): Asking<UserDecision> {
  const { open } = facts.history;
  // I11: AWS's list may still show a key that we have deleted.
  const present = facts.keys.filter(({ id }) => !facts.history.hasDeleted(id));
  const listed = { ...facts, keys: present };
  const found = open === undefined ? yield* lateKeyOf(listed) : yield* recoveryOf(open, listed);
  const { recover, unexplained, notBefore } = found;
  const seen = { ...facts, keys: found.keys };
  const { wanted } = facts;
  const decision = { wanted, keys: seen.keys, recover, unexplained, cleanUp: undefined, notBefore };
  const isAtItsEnd = recover !== undefined && recover.leadsTo !== 'closed';
  if (isAtItsEnd || wanted.kind === 'recovery') return { ...decision, next: NOTHING };

  const left = keysAfter(recover, seen.keys);
  const { cleanUp, holdEnds } = yield* cleanUpOf({ ...seen, keys: left });
  const deleted = new Set(cleanUp?.deletes.map(({ key }) => key.id));
  const remaining = left.filter(({ id }) => !deleted.has(id));
  const next = yield* nextOf({ ...seen, keys: remaining });
  return { ...decision, cleanUp, next, notBefore: earliest(notBefore, holdEnds) };
}

interface Found extends Pick<UserDecision, 'keys' | 'recover' | 'unexplained' | 'notBefore'> {}

function* recoveryOf(rotation: Rotation, facts: UserFacts): Asking<Found> {
  const about = { rotation, reopens: false };
  const unreachable = yield* askReach(rotation);
  if (unreachable !== undefined) {
    const recover = { ...about, keyId: undefined, steps: [], ...stops(unreachable) };
    return { keys: facts.keys, recover, unexplained: undefined, notBefore: undefined };
  }
  const plan = yield* planRecovery(rotation, facts);
  const { keys, steps, candidate } = plan;
  const error =
    plan.standstill === undefined
      ? yield* missingFrom(rotation, steps)
      : standstillError(rotation, plan);
  const end = error === undefined ? whereTo(rotation, steps, facts.signer) : stops(error);
  const recover = { ...about, keyId: candidate?.id, steps, ...end };
  return { keys, recover, unexplained: undefined, notBefore: standstillEnds(plan) };
}

/** I13: what was delivered must still be there when the rotation goes on. */
function* missingFrom(
  rotation: Rotation,
  steps: readonly RecoveryStep[],
): Asking<KeyturnError | undefined> {
  const goesOn = steps.at(-1)?.kind === 'resume' && rotation.phase !== 'undoing';
  return goesOn && 'receipts' in rotation ? yield* askHeld(rotation) : undefined;
}

function stops(error: KeyturnError) {
  return { leadsTo: 'nothing', error } as const;
}

function whereTo(rotation: Rotation, steps: readonly RecoveryStep[], signer: Signer) {
  const last = steps.at(-1)?.kind;
  const isDiscarded = last === 'discard' || (last === 'resume' && rotation.phase === 'discarding');
  if (last === 'close' || isDiscarded) return { leadsTo: 'closed' } as const;
  if (rotation.phase === 'undoing') return { leadsTo: 'way-back' } as const;
  const touchesOldKey = last !== 'finish' && rotation.oldKeyFate === 'deactivate';
  const isOwn = rotation.oldKeyId === signer.keyId && !signer.isReplaceable;
  return { leadsTo: 'new-key', stopsAtOwnKey: touchesOldKey && isOwn } as const;
}

const USE_NOT_SHOWN = 'whether anybody uses it is not known yet';
const ONLY_WORKING_KEY = 'it may be the only key that the user can work with';

/**
 * I10, I13: a key whose CreateAccessKey landed after its rotation was closed. When nobody can be using
 * it, the verdict opens that rotation again; else it is told of, and left as it is.
 */
function* lateKeyOf(facts: UserFacts): Asking<Found> {
  const { keys, history } = facts;
  const none = { keys, recover: undefined, unexplained: undefined, notBefore: undefined };
  const late = history.lateKey(keys);
  if (late === undefined) return none;
  const { rotation, keyId } = late;
  const plan = yield* planLateKey(rotation, keyId, facts);
  const { steps, standstill, facts: about } = plan;
  if (standstill === undefined && steps.at(-1)?.kind === 'discard') {
    const unreachable = yield* askReach(rotation);
    const about = { rotation, reopens: true, keyId };
    const recover: Recovery =
      unreachable === undefined
        ? { ...about, steps, leadsTo: 'closed' }
        : { ...about, steps: [], ...stops(unreachable) };
    return { ...none, recover };
  }
  // A key in use is somebody's own: nothing is left to explain.
  if (about.use === 'used') return none;
  const reason = about.old === 'active' ? USE_NOT_SHOWN : ONLY_WORKING_KEY;
  return { ...none, unexplained: { keyId, reason }, notBefore: standstillEnds(plan) };
}

/** The user's keys once the open rotation has come to its end without a new key. */
function keysAfter(
  recover: Recovery | undefined,
  keys: readonly AccessKey[],
): readonly AccessKey[] {
  const last = recover?.steps.at(-1)?.kind;
  const isDiscarded = last === 'discard' || last === 'resume';
  return isDiscarded ? keys.filter(({ id }) => id !== recover?.keyId) : keys;
}

export interface CleanUpVerdict {
  readonly cleanUp: CleanUp | undefined;
  /** When the first of the holds is over that are not over yet. */
  readonly holdEnds: Date | undefined;
}

/** Judges every Inactive key of the user (I5). */
export function* cleanUpOf(facts: UserFacts): Asking<CleanUpVerdict> {
  const { keys, cleanUpDays, now } = facts;
  const inactive = keys.filter(({ status }) => status === 'Inactive');
  if (cleanUpDays === undefined || inactive.length === 0) {
    return { cleanUp: undefined, holdEnds: undefined };
  }
  const deletes: CleanUp['deletes'][number][] = [];
  const keeps: CleanUp['keeps'][number][] = [];
  let holdEnds: Date | undefined;
  for (const key of inactive) {
    const about = retiringKey(key, facts);
    let verdict = judgeHold(about, cleanUpDays, now);
    if (verdict.kind === 'ask-last-use') {
      verdict = judgeHold({ ...about, lastUse: yield* askLastUse(key.id) }, cleanUpDays, now);
    }
    assert(verdict.kind !== 'ask-last-use', `no verdict about ${key.id}`);
    const { reason } = verdict;
    if (verdict.kind === 'delete') {
      deletes.push({ key, reason });
    } else {
      keeps.push({ key, reason, failed: verdict.failed });
      holdEnds = earliest(holdEnds, verdict.notBefore);
    }
  }
  return { cleanUp: { deletes, keeps }, holdEnds };
}

/**
 * What journal, sightings and the other keys tell of a key that may go. Its last use is not read yet,
 * and no rotation is open: one that is has been decided about before.
 */
export function retiringKey(
  key: AccessKey,
  { keys, history, signer, lastSeenActive }: Omit<UserFacts, 'wanted' | 'cleanUpDays'>,
): RetiringKey {
  const others = keys.filter(({ id }) => id !== key.id).map(({ createdAt }) => createdAt);
  return {
    key,
    lastUse: 'unread',
    cutOverAt: history.cutOverAt(key.id),
    deactivatedAt: history.deactivatedAt(key.id),
    lastSeenActive: latest([lastSeenActive(key, keys), history.lastActiveAt(key.id)]),
    successorCreatedAt: latest(others),
    isSigning: key.id === signer.keyId,
  };
}

function* nextOf(facts: UserFacts): Asking<Next> {
  const { wanted } = facts;
  switch (wanted.kind) {
    case 'recovery':
      return NOTHING;
    case 'due-key':
      return yield* nextDue(wanted.daysThreshold, facts);
    case 'named-key':
      return yield* nextNamed(wanted, facts);
  }
}

function* nextDue(daysThreshold: number, facts: UserFacts): Asking<Next> {
  const { keys, signer, now } = facts;
  const policy = {
    daysThreshold,
    signingKeyId: signer.keyId,
    mayReplaceSigningKey: signer.isReplaceable,
  };
  const verdict = judgeUser(keys, policy, now);
  if (verdict.kind === 'nothing-due') return NOTHING;
  const { oldKey } = verdict;
  if (verdict.kind === 'rotate') return yield* rotation(oldKey, undefined);
  return { kind: 'blocked', oldKey, reason: verdict.code, keys: yield* askDetails(keys) };
}

function* nextNamed(
  { keyId, mayRemove }: Extract<Wanted, { kind: 'named-key' }>,
  facts: UserFacts,
): Asking<Next> {
  const { keys, signer, now } = facts;
  const oldKey = keys.find(({ id }) => id === keyId);
  if (oldKey === undefined) return { kind: 'not-theirs', keyId };
  const around = { keys, currentKeyId: keyId, signingKeyId: signer.keyId };
  const other = otherKey(around);
  const lastUse = other === undefined ? ('unread' as const) : yield* askLastUse(other.id);
  const about = (key: AccessKey): RetiringKey => ({ ...retiringKey(key, facts), lastUse });
  const slot = judgeSlot({ ...around, about }, now);
  if (slot.kind === 'free') return yield* rotation(oldKey, undefined);
  // I6: only the key that the operator was shown and named, not another that came since.
  const isAllowed = slot.kind === 'removable' && slot.key.id === mayRemove;
  return isAllowed ? yield* rotation(oldKey, slot) : { kind: 'no-room', oldKey, slot };
}

/** A key that can not be delivered is better not made. */
function* rotation(oldKey: AccessKey, makesRoom: RemovableKey | undefined): Asking<Next> {
  const delivery = yield* askDelivery(oldKey.id);
  return delivery.kind === 'possible'
    ? { kind: 'rotate', oldKey, targets: delivery.targets, makesRoom }
    : { kind: 'not-deliverable', oldKey, error: delivery.error };
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

function latest(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.filter((time) => time !== undefined).map(Number);
  return known.length === 0 ? undefined : new Date(Math.max(...known));
}
