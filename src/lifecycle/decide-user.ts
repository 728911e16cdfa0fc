// The one decision about a user: what becomes of an open rotation, which Inactive keys are cleaned up,
// which key is rotated or why not, and when to come again. Pure: the dry run tells this decision and
// the run performs it, so that one foretells the other exactly (I12).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { earliestOf, latestOf } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import { type Grace, gateOf, graceOf } from './decide-grace.ts';
import {
  endsWithNewKey,
  type Found,
  lateKeyOf,
  lostKeyOf,
  type OpenFacts,
  type Recovery,
  recoveryOf,
  whatIsLeft,
} from './decide-open.ts';
import { type BlockReason, judgeUser } from './due.ts';
import type { AccessKey, KeyDetails } from './keys.ts';
import { placesLeftBy } from './places-left.ts';
import {
  type Asking,
  askDelivery,
  askDetails,
  askHolder,
  askLastUse,
  type MissingPlace,
  type Targets,
} from './questions.ts';
import type { GateVerdict } from './quiet-gate.ts';
import type { JournaledTarget, OldKeyFate } from './record.ts';
import type { RetirePolicy } from './retire-policy.ts';
import {
  HOLD_DAYS,
  type HoldVerdict,
  judgeHold,
  type OtherKey,
  type RetiringKey,
} from './retirement.ts';
import { isJudged } from './served-late.ts';
import type { ReaderTerms } from './settle.ts';
import { judgeSlot, otherKey, type RemovableKey, type SlotVerdict } from './slot.ts';
import { type Look, lastSeenUse } from './use-history.ts';

/**
 * Raised whenever the same facts lead to another decision than before: a plan of another number is not applied.
 */
export const DECISIONS = 1;

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

export interface UserFacts extends OpenFacts {
  /** What becomes of the old key of a rotation that begins now. */
  readonly oldKeyFate: OldKeyFate;
  readonly retire: RetirePolicy;
  /** What this run has seen of the last use of a key already. */
  readonly lastLook: (key: AccessKey) => Look | undefined;
  /** What readers of a place can count on. */
  readonly termsAt?: (target: JournaledTarget) => ReaderTerms;
  readonly wanted: Wanted;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is to be cleaned up. */
  readonly cleanUpDays: number | undefined;
  /** When a key was last seen Active, by this run or an earlier one. */
  readonly lastSeenActive: (key: AccessKey, keys: readonly AccessKey[]) => Date | undefined;
  /** When it was first seen Inactive since then. */
  readonly inactiveSince: (keyId: AccessKeyId) => Date | undefined;
}

export interface CleanUp {
  readonly deletes: readonly { readonly key: AccessKey; readonly reason: string }[];
  readonly keeps: readonly {
    readonly key: AccessKey;
    readonly reason: string;
    /** Whether something that had to be known could not be read. */
    readonly failed: boolean;
    /** When its hold is over; undefined where time alone does not end it. */
    readonly notBefore: Date | undefined;
    /** Why it stays although its hold is over: a place holds it, or nobody can tell. */
    readonly holder: KeyturnError | undefined;
  }[];
}

export type Next =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'rotate';
      readonly oldKey: AccessKey;
      readonly targets: Targets;
      /** Places that are made before anything else. */
      readonly missing: readonly MissingPlace[];
      /** The key that is deleted first. */
      readonly makesRoom: RemovableKey | undefined;
      /** Whether the old key may go at once; undefined where its fate does not depend on its use. */
      readonly gate: GateVerdict | undefined;
    }
  /** A due key cannot be rotated before a person has done something. */
  | {
      readonly kind: 'blocked';
      readonly oldKey: AccessKey;
      readonly reason: BlockReason;
      readonly keys: readonly KeyDetails[];
      /** When clean-up deletes the Inactive key that takes the room; undefined where time alone does not tell. */
      readonly freeFrom: Date | undefined;
    }
  /** The old key of the user's last rotation is still in use, and has the second slot. */
  | { readonly kind: 'in-grace'; readonly oldKey: AccessKey; readonly grace: Grace }
  /** There is no room beside the named key, or only if somebody lets another key go. */
  | {
      readonly kind: 'no-room';
      readonly oldKey: AccessKey;
      readonly slot: Exclude<SlotVerdict, { kind: 'free' }>;
      readonly keys: readonly KeyDetails[];
    }
  /** Readers of the key's former places would be left with it. */
  | {
      readonly kind: 'places-left';
      readonly oldKey: AccessKey;
      readonly places: readonly JournaledTarget[];
    }
  | { readonly kind: 'not-deliverable'; readonly oldKey: AccessKey; readonly error: KeyturnError }
  /** The user does not have the named key. */
  | { readonly kind: 'not-theirs'; readonly keyId: AccessKeyId };

export interface UserDecision extends Omit<Found, 'notBefore'> {
  readonly wanted: Wanted;
  /** A rotation whose old key stays Active for now. */
  readonly grace: Grace | undefined;
  /** What becomes of the old key of the open rotation, where that comes to its end and it depends on use. */
  readonly gate: GateVerdict | undefined;
  /** What the run will find to recover next, once it has closed what is open. */
  readonly late: Recovery | undefined;
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
  const grace = open && (yield* graceOf(open, listed));
  const isTakenUp = open !== undefined && grace === undefined;
  const found = isTakenUp ? yield* recoveryOf(open, listed) : yield* lateKeyOf(listed);
  const { recover, unexplained } = found;
  const seen = { ...facts, grace, keys: found.keys };
  const { wanted } = facts;
  const notBefore = earliestOf([found.notBefore, grace?.waiting.notBefore]);
  const gate = yield* gateAtEnd(recover, seen);
  const decision = {
    ...{ wanted, keys: seen.keys, recover, unexplained, grace, gate },
    notBefore,
  };
  const nothing = { late: undefined, cleanUp: undefined, next: NOTHING };
  const isAtItsEnd =
    recover !== undefined && (recover.leadsTo !== 'closed' || endsWithNewKey(recover));
  if (isAtItsEnd || wanted.kind === 'recovery') return { ...decision, ...nothing };

  const { keys: left, late } = yield* whatIsLeft(recover, seen);
  const { cleanUp, holdEnds } = yield* cleanUpOf({ ...seen, keys: left });
  const deleted = new Set(cleanUp?.deletes.map(({ key }) => key.id));
  const remaining = left.filter(({ id }) => !deleted.has(id));
  const next = yield* nextOf({ ...seen, keys: remaining });
  return { ...decision, late, cleanUp, next, notBefore: earliestOf([notBefore, holdEnds]) };
}

/** What becomes of the old key of a rotation that is taken to its end now. */
function* gateAtEnd(
  recover: Recovery | undefined,
  facts: UserFacts,
): Asking<GateVerdict | undefined> {
  if (recover?.leadsTo !== 'new-key' || !isJudged(recover.rotation)) return undefined;
  const { rotation } = recover;
  const oldKey = facts.keys.find(({ id }) => id === rotation.oldKeyId);
  if (oldKey?.status !== 'Active') return undefined;
  return yield* gateOf({ oldKey, rotation }, facts);
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
  // I5: never the last one of a user's keys, so each is judged beside those that are left.
  for (const key of inactive.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const about = retiringKey(key, facts);
    const others = about.others.filter((other) => !deletes.some((gone) => gone.key === other.key));
    const verdict = yield* holdOf({ ...about, others }, cleanUpDays, now);
    const { reason } = verdict;
    const kept = { key, reason, failed: false, notBefore: undefined, holder: undefined };
    if (verdict.kind !== 'delete') {
      const { failed, notBefore } = verdict;
      keeps.push({ ...kept, failed, notBefore });
      holdEnds = earliestOf([holdEnds, verdict.notBefore]);
      continue;
    }
    const lost = yield* lostKeyOf(facts);
    // I10: its readers may have no other key, whoever brought it there.
    const holder = lost === undefined ? yield* askHolder(key.id) : undefined;
    if (lost !== undefined)
      keeps.push({ ...kept, reason: `nobody may have the secret of ${lost}` });
    else if (holder === undefined) deletes.push({ key, reason });
    else keeps.push({ ...kept, reason: holder.message, holder });
  }
  return { cleanUp: { deletes, keeps }, holdEnds };
}

/** The verdict about one key, once all that it depends on is known. */
export function* holdOf(
  about: RetiringKey,
  holdDays: number,
  now: Date,
): Asking<Exclude<HoldVerdict, { kind: 'ask-last-use' }>> {
  const verdict = judgeHold(about, holdDays, now);
  if (verdict.kind !== 'ask-last-use') return verdict;
  const { keyId } = verdict;
  const lastUse = yield* askLastUse(keyId);
  const known =
    keyId === about.key.id
      ? { ...about, lastUse }
      : {
          ...about,
          others: about.others.map((other) =>
            other.key.id === keyId ? { ...other, lastUse } : other,
          ),
        };
  return yield* holdOf(known, holdDays, now);
}

/**
 * What journal, sightings and the other keys tell of a key that may go. Its last use is not read yet,
 * and no rotation is open: one that is has been decided about before.
 */
export function retiringKey(
  key: AccessKey,
  {
    keys,
    history,
    signer,
    lastSeenActive,
    inactiveSince,
    usesOf,
  }: Pick<UserFacts, 'keys' | 'history' | 'signer' | 'lastSeenActive' | 'inactiveSince' | 'usesOf'>,
): RetiringKey {
  const others = keys.filter(({ id }) => id !== key.id);
  return {
    key,
    lastUse: 'unread',
    seenUse: lastSeenUse(usesOf(key)),
    cutOverAt: history.cutOverAt(key.id),
    deactivatedAt: history.deactivatedAt(key.id),
    lastSeenActive: latestOf([lastSeenActive(key, keys), history.lastActiveAt(key.id)]),
    inactiveSince: inactiveSince(key.id),
    others: others.map((other) => ({ key: other, lastUse: 'unread' })),
    successorCreatedAt: latestOf(others.map(({ createdAt }) => createdAt)),
    isSigning: signer.dependsOn(key.id),
  };
}

interface SeenFacts extends UserFacts {
  readonly grace: Grace | undefined;
}

function* nextOf(facts: SeenFacts): Asking<Next> {
  const { wanted, grace } = facts;
  if (grace !== undefined) return nextInGrace(wanted, grace);
  switch (wanted.kind) {
    case 'recovery':
      return NOTHING;
    case 'due-key':
      return yield* nextDue(wanted.daysThreshold, facts);
    case 'named-key':
      return yield* nextNamed(wanted, facts);
  }
}

/** The key that waits has the second slot, and a due key waits with it: nobody has to do anything (I15). */
function nextInGrace(wanted: Wanted, grace: Grace): Next {
  if (wanted.kind !== 'named-key') return NOTHING;
  return { kind: 'in-grace', oldKey: grace.oldKey, grace };
}

function* nextDue(daysThreshold: number, facts: UserFacts): Asking<Next> {
  const { keys, signer, now } = facts;
  const verdict = judgeUser(keys, { daysThreshold, signer }, now);
  if (verdict.kind === 'nothing-due') return NOTHING;
  const { oldKey } = verdict;
  if (verdict.kind === 'rotate') return yield* rotation(oldKey, undefined, facts);
  const details = yield* askDetails(keys);
  const freeFrom = verdict.code === 'no-free-slot' ? freeAt(details, facts) : undefined;
  return { kind: 'blocked', oldKey, reason: verdict.code, keys: details, freeFrom };
}

/** When clean-up deletes the Inactive key of the user, or would; its hold is over when that is not later. */
function freeAt(keys: readonly KeyDetails[], facts: UserFacts): Date | undefined {
  const inactive = keys.find(({ status }) => status === 'Inactive');
  if (inactive === undefined) return undefined;
  const { cleanUpDays = HOLD_DAYS, now } = facts;
  const verdict = judgeHold(withDetails(retiringKey(inactive, facts), keys), cleanUpDays, now);
  if (verdict.kind === 'delete') return now;
  return verdict.kind === 'keep' ? verdict.notBefore : undefined;
}

/** Everything is read that it may depend on. */
function withDetails(about: RetiringKey, keys: readonly KeyDetails[]): RetiringKey {
  const useOf = ({ id }: AccessKey) => keys.find((key) => key.id === id)?.lastUse ?? 'unreadable';
  const others = about.others.map((other) => ({ ...other, lastUse: useOf(other.key) }));
  return { ...about, others, lastUse: useOf(about.key) };
}

function* nextNamed(
  { keyId, mayRemove }: Extract<Wanted, { kind: 'named-key' }>,
  facts: UserFacts,
): Asking<Next> {
  const { keys, signer, now } = facts;
  const oldKey = keys.find(({ id }) => id === keyId);
  if (oldKey === undefined) return { kind: 'not-theirs', keyId };
  // I7: it would be made Inactive by calls that depend on it. One that stays Active for now may be replaced.
  const isOwn = signer.dependsOn(keyId) && !signer.isReplaceable;
  if (isOwn && facts.oldKeyFate === 'deactivate') {
    return { kind: 'blocked', oldKey, reason: 'own-key', keys: [], freeFrom: undefined };
  }
  const dependsOn = (id: AccessKeyId) => signer.dependsOn(id);
  const around = { keys, currentKeyId: keyId, dependsOn };
  const other = otherKey(around);
  const isHeld = other !== undefined && other.status !== 'Active';
  const held = isHeld ? yield* aboutHeld(other, facts) : undefined;
  const about = (key: AccessKey): RetiringKey => held ?? retiringKey(key, facts);
  const slot = yield* unlessHeld(judgeSlot({ ...around, about }, now));
  if (slot.kind === 'free') return yield* rotation(oldKey, undefined, facts);
  // I6: only the key that the operator was shown and named, not another that came since.
  const isAllowed = slot.kind === 'removable' && slot.key.id === mayRemove;
  if (isAllowed) return yield* rotation(oldKey, slot, facts);
  return { kind: 'no-room', oldKey, slot, keys: yield* askDetails(keys) };
}

/** An Inactive key with all that its hold depends on, which is the use of the other keys too. */
function* aboutHeld(key: AccessKey, facts: UserFacts): Asking<RetiringKey> {
  const about = retiringKey(key, facts);
  const others: OtherKey[] = [];
  for (const other of about.others) {
    others.push({ ...other, lastUse: yield* askLastUse(other.key.id) });
  }
  return { ...about, others, lastUse: yield* askLastUse(key.id) };
}

/** I10: the readers of a place may have no other key than the one that would make room. */
function* unlessHeld(slot: SlotVerdict): Asking<SlotVerdict> {
  const held = slot.kind === 'removable' ? yield* askHolder(slot.key.id) : undefined;
  if (held === undefined) return slot;
  return { kind: 'full', because: held.message, way: { kind: 'find-user' } };
}

/** A key that cannot be delivered is better not made; nor one that not all readers would get. */
function* rotation(
  oldKey: AccessKey,
  makesRoom: RemovableKey | undefined,
  facts: UserFacts,
): Asking<Next> {
  const places = yield* placesLeftBy(oldKey, facts);
  if (places.length > 0) return { kind: 'places-left', oldKey, places };
  const delivery = yield* askDelivery(oldKey.id);
  if (delivery.kind === 'impossible') {
    return { kind: 'not-deliverable', oldKey, error: delivery.error };
  }
  const { targets, missing = [] } = delivery;
  const intent = { oldKeyFate: facts.oldKeyFate, targets };
  const isGated = facts.oldKeyFate !== 'keep';
  const gate = isGated ? yield* gateOf({ oldKey, rotation: undefined, intent }, facts) : undefined;
  return { kind: 'rotate', oldKey, targets, missing, makesRoom, gate };
}
