// The state of one rotation, folded from its records. Pure: the same records always give the same
// state, on this machine or another. UserHistory keeps the states of all rotations of a user.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { type HookState, hooksAfter, phaseAfterHook } from './hooks.ts';
import { MAY_FOLLOW } from './may-follow.ts';
import { knownAfter, type Placed, receiptsWith, targetsAfter } from './placed.ts';
import type {
  CloseReason,
  DeliveryReceipt,
  EndedBy,
  FoundState,
  JournaledTarget,
  OldKeyFate,
  RotationRecord,
  RotationStep,
} from './record.ts';

interface RotationFacts {
  readonly id: string;
  readonly user: string;
  readonly oldKeyId: AccessKeyId;
  /**
   * Every key that AWS listed when the rotation was intended (I1). A list can be older than the last
   * rotation, so ask UserHistory.isNewcomer whether a key came later.
   */
  readonly knownKeyIds: readonly AccessKeyId[];
  readonly intendedAt: Date;
  readonly oldKeyFate: OldKeyFate;
  /** Every place that must hold the new secret; at least one. */
  readonly targets: readonly [JournaledTarget, ...JournaledTarget[]];
  /**
   * Before every place has the new key: receipts of those that have it, in the order of the places. Left out
   * where none is known.
   */
  readonly placed?: readonly (DeliveryReceipt | undefined)[] | undefined;
  /** What was found since at a place that is not as it was left, in the same order. */
  readonly found?: readonly (FoundState | undefined)[] | undefined;
  /** Of the pair that AWS accepted: see pair-mark.ts. */
  readonly pairMark?: string | undefined;
  /** What is on record of the hooks around it; left out where nothing is. */
  readonly hooks?: HookState | undefined;
  /** The run that wrote the latest record. */
  readonly lastRun: string;
}

interface HasNewKey {
  readonly newKeyId: AccessKeyId;
}

export interface Delivered extends HasNewKey {
  readonly receipts: readonly DeliveryReceipt[];
  /** When every place had the new key; undefined for one that was found. */
  readonly deliveredAt?: Date | undefined;
}

/** An undo can be undone: either key of the rotation may be the one to go back to. */
export type UndoIntent = Omit<Extract<RotationStep, { readonly type: 'undoing' }>, 'type'>;

/** That a person wants the old key of a rotation Inactive now. */
export interface EndWord {
  readonly by: EndedBy;
  readonly reason: string | undefined;
  /** Whatever uses it. */
  readonly althoughInUse: boolean;
}

export type RotationPhase =
  | { readonly phase: 'intended' }
  | { readonly phase: 'create-unknown' }
  | { readonly phase: 'orphan-found'; readonly orphanKeyId: AccessKeyId }
  | ({ readonly phase: 'created' } & HasNewKey)
  | ({ readonly phase: 'proved' } & HasNewKey)
  /** Proved, and in every place. */
  | ({ readonly phase: 'delivered' } & Delivered)
  /** Of an earlier version, which delivered before it asked AWS. */
  | ({ readonly phase: 'delivered-unproved' } & Delivered)
  /** In every place, and the old key stays Active until nobody uses it (I15). */
  | ({
      readonly phase: 'in-grace';
      readonly since: Date;
      /** The operator's deadline, as it was told last. */
      readonly announcedDeadline: Date | undefined;
    } & Delivered)
  | ({
      readonly phase: 'deactivating';
      /** Of one that was in grace. */
      readonly since: Date | undefined;
      readonly announcedDeadline: Date | undefined;
      /** Of one that a person ends. */
      readonly word: EndWord | undefined;
    } & Delivered)
  | {
      readonly phase: 'discarding';
      readonly unwantedKeyId: AccessKeyId;
      readonly reason: string;
    }
  | ({ readonly phase: 'deactivated'; readonly deactivatedAt: Date } & Delivered)
  | ({
      readonly phase: 'completed';
      /** Undefined when another tool replaced the key. */
      readonly completedAt: Date | undefined;
    } & Delivered)
  | ({
      readonly phase: 'undoing';
      readonly undo: UndoIntent;
      /** Where the rotation stands again if the undo is given up. */
      readonly before: RotationPhase;
    } & Delivered)
  | ({
      readonly phase: 'undone';
      readonly undo: UndoIntent;
      readonly undoneAt: Date;
      readonly notPutBack: readonly DeliveryReceipt[];
    } & Delivered)
  | {
      readonly phase: 'closed';
      readonly reason: CloseReason;
      /** Where the places had the new key by then. */
      readonly delivery?: Delivered;
    };

export type Rotation = RotationFacts & RotationPhase;
export type PhaseName = RotationPhase['phase'];

/** Whether the step may be recorded next. Written all the same, it would damage the journal. */
export function mayFollow(rotation: Rotation | undefined, { type }: RotationStep): boolean {
  if (rotation === undefined) return type === 'intended' || type === 'found';
  return MAY_FOLLOW[rotation.phase].has(type) && mayReopen(rotation);
}

function mayReopen(rotation: Rotation): boolean {
  return rotation.phase !== 'closed' || rotation.reason === 'no-key-was-made';
}

/** A rotation that has a new key. */
export type WithNewKey = Extract<Rotation, HasNewKey>;

export function hasNewKey(rotation: Rotation): rotation is WithNewKey {
  return 'newKeyId' in rotation;
}

/** A rotation that has ended with a new key, or with the way back to the old one. */
export type Finished = Extract<
  Rotation,
  { readonly phase: 'deactivated' | 'completed' | 'undone' }
>;

export function isFinished(rotation: Rotation): rotation is Finished {
  const { phase } = rotation;
  return phase === 'deactivated' || phase === 'completed' || phase === 'undone';
}

/** A rotation whose old key stays Active until nobody uses it. */
export type InGrace = Extract<Rotation, { readonly phase: 'in-grace' }>;

/** A rotation to which nothing is left but the end of its old key. */
export type Ending = InGrace | Extract<Rotation, { readonly phase: 'deactivating' }>;

export function isEnding(rotation: Rotation | undefined): rotation is Ending {
  return rotation?.phase === 'in-grace' || rotation?.phase === 'deactivating';
}

/**
 * Whether AWS is asked for the last use of the old key before it goes (I15), however far an earlier run came:
 * not once a person said that it goes whatever uses it.
 */
export function asksLastUse(rotation: Rotation): boolean {
  const isDecided = rotation.phase === 'deactivating' && rotation.word?.althoughInUse === true;
  return rotation.oldKeyFate === 'when-quiet' && !isDecided;
}

/** One whose grace has begun: it counted as rotated then. */
export type Graced = Ending & { readonly since: Date };

export function isGraced(rotation: Rotation): rotation is Graced {
  return isEnding(rotation) && rotation.since !== undefined;
}

/** A rotation whose places have all that they are to have, or were put back: custody is spent. */
export type Settled = Finished | InGrace;

export function isSettled(rotation: Rotation): rotation is Settled {
  return isFinished(rotation) || rotation.phase === 'in-grace';
}

/** Finished and closed rotations need nothing more from anybody. */
export function isOpen(rotation: Rotation): boolean {
  return !isFinished(rotation) && rotation.phase !== 'closed';
}

/** The state after `record`. Throws `journal-damaged` when the record cannot follow. */
export function applyRecord(rotation: Rotation | undefined, record: RotationRecord): Rotation {
  const { step } = record;
  if (rotation === undefined) return begun(record);
  if (!mayFollow(rotation, step)) throw outOfOrder(record, rotation.phase);
  // Two spreads of objects of many shapes would cost six times as much, and a journal has many records.
  const facts = { ...factsOf(rotation, record.run), targets: targetsAfter(rotation, step) };
  const known = knownAfter(rotation, step);
  const hooks = hooksAfter(rotation, step, record.at);
  const isHooked = hooks !== undefined || rotation.hooks !== undefined;
  const phase = phaseAfter(rotation, step, record.at);
  return Object.assign({}, phase, facts, known, isHooked ? { hooks } : {});
}

function begun(record: RotationRecord): Rotation {
  const { step, at: intendedAt, run: lastRun, rotation: id, user } = record;
  if (step.type === 'intended') {
    const { oldKeyId, knownKeyIds, oldKeyFate, target, alsoTargets = [], hooks: promised } = step;
    const targets = [target, ...alsoTargets] as const;
    const facts = { id, user, oldKeyId, knownKeyIds, intendedAt, oldKeyFate, targets, lastRun };
    const hooks = promised && { promised, runs: {} };
    return { ...facts, phase: 'intended', ...(hooks !== undefined && { hooks }) };
  }
  if (step.type !== 'found') throw outOfOrder(record, 'nothing');
  const { oldKeyId, newKeyId, target } = step;
  return {
    ...{ id, user, oldKeyId, newKeyId, intendedAt, lastRun },
    targets: [target],
    knownKeyIds: [oldKeyId, newKeyId],
    oldKeyFate: 'keep',
    receipts: [{ kind: target.kind, reference: target.place }],
    phase: 'completed',
    completedAt: undefined,
  };
}

function factsOf(rotation: Rotation, lastRun: string): RotationFacts {
  const { id, user, oldKeyId, knownKeyIds, intendedAt, oldKeyFate, targets } = rotation;
  return { id, user, oldKeyId, knownKeyIds, intendedAt, oldKeyFate, targets, lastRun };
}

function phaseAfter(rotation: Rotation, step: RotationStep, at: Date): RotationPhase {
  switch (step.type) {
    case 'create-unknown':
      return { phase: 'create-unknown' };
    case 'orphan-found':
      return { phase: 'orphan-found', orphanKeyId: step.keyId };
    case 'orphan-named':
      return rotation;
    case 'created':
    case 'adopted':
      return { phase: 'created', newKeyId: step.newKeyId };
    case 'proved':
      return { phase: 'proved', newKeyId: newKeyOf(rotation) };
    case 'delivered': {
      const phase = rotation.phase === 'proved' ? 'delivered' : 'delivered-unproved';
      const { receipts } = step;
      return { phase, newKeyId: newKeyOf(rotation), receipts, deliveredAt: at };
    }
    case 'place-found':
      return rotation;
    case 'placed':
      return placedAgain(rotation, step, at);
    case 'hook-begun':
    case 'hook-ended':
    case 'told':
    case 'vetoed':
    case 'watched':
      return phaseAfterHook(rotation, step, at);
    case 'verified':
      return { phase: 'delivered', ...deliveryOf(rotation) };
    case 'deactivating':
      return deactivating(rotation, step);
    case 'deactivated':
      return { phase: 'deactivated', deactivatedAt: at, ...deliveryOf(rotation) };
    case 'in-grace':
      return inGrace(rotation, at);
    case 'deadline-announced':
      return announced(rotation, step.deadline);
    case 'deadline-withdrawn':
      return announced(rotation, undefined);
    case 'completed':
      return { phase: 'completed', completedAt: at, ...deliveryOf(rotation) };
    case 'discarding':
      return { phase: 'discarding', unwantedKeyId: step.keyId, reason: step.reason };
    case 'discarded':
      return { phase: 'closed', reason: 'discarded' };
    case 'create-refused':
      return { phase: 'closed', reason: 'no-key-was-made' };
    case 'closed':
      return closedFor(step.reason, rotation);
    case 'undoing': {
      const { toKeyId, fromKeyId, fromKeyFate } = step;
      const undo = { toKeyId, fromKeyId, fromKeyFate };
      const newKeyId = newKeyOf(rotation);
      const delivered = { newKeyId, receipts: receiptsOf(rotation), ...timeOf(rotation) };
      return { phase: 'undoing', undo, before: rotation, ...delivered };
    }
    case 'undo-given-up':
      return undoOf(rotation).before;
    case 'undone': {
      const { undo, newKeyId, receipts } = undoOf(rotation);
      const { notPutBack } = step;
      const delivered = { newKeyId, receipts, ...timeOf(rotation) };
      return { phase: 'undone', undo, undoneAt: at, notPutBack, ...delivered };
    }
    case 'intended':
    case 'found':
      throw new KeyturnError('journal-damaged', `rotation ${rotation.id} begins twice`);
  }
}

/** Readers of a place that was given the key again have it from here on: the silence of the old one counts anew. */
function placedAgain(rotation: Rotation, step: Placed, at: Date): RotationPhase {
  if (!('receipts' in rotation)) return rotation;
  const receipts = receiptsWith(step, targetsAfter(rotation, step), rotation.receipts);
  return { ...rotation, ...(isGraced(rotation) && { since: at }), receipts, deliveredAt: at };
}

type Deactivating = Extract<RotationStep, { readonly type: 'deactivating' }>;

function deactivating(rotation: Rotation, step: Deactivating): RotationPhase {
  const before = rotation.phase === 'deactivating' ? rotation.word : undefined;
  // A run that takes it up says it again, and an earlier version said nothing of who had said it.
  const word = wordOf(step) ?? before;
  return { phase: 'deactivating', ...graceTimes(rotation), word, ...deliveryOf(rotation) };
}

function wordOf({ by, reason, althoughInUse = false }: Deactivating): EndWord | undefined {
  if (by === undefined && !althoughInUse) return undefined;
  return { by: by ?? 'operator', reason, althoughInUse };
}

/** A grace that is taken up again began when it began first: the places have the new key since then. */
function inGrace(rotation: Rotation, at: Date): RotationPhase {
  const { since = at, announcedDeadline } = graceTimes(rotation);
  return { phase: 'in-grace', since, announcedDeadline, ...deliveryOf(rotation) };
}

function graceTimes(rotation: Rotation): Pick<Ending, 'since' | 'announcedDeadline'> {
  const { phase } = rotation;
  if (phase !== 'in-grace' && phase !== 'deactivating') {
    return { since: undefined, announcedDeadline: undefined };
  }
  const { since, announcedDeadline } = rotation;
  return { since, announcedDeadline };
}

/** What is told last counts. */
function announced(rotation: Rotation, deadline: string | undefined): RotationPhase {
  assert(rotation.phase === 'in-grace', 'MAY_FOLLOW lets it follow nothing else');
  const { phase, since } = rotation;
  const announcedDeadline = deadline === undefined ? undefined : new Date(deadline);
  return { phase, since, announcedDeadline, ...deliveryOf(rotation) };
}

function newKeyOf(rotation: Rotation): AccessKeyId {
  if ('newKeyId' in rotation) return rotation.newKeyId;
  throw new KeyturnError('journal-damaged', `rotation ${rotation.id} has no new key`);
}

function closedFor(reason: CloseReason, rotation: Rotation): RotationPhase {
  const isDelivered = 'receipts' in rotation;
  return { phase: 'closed', reason, ...(isDelivered && { delivery: deliveryOf(rotation) }) };
}

function deliveryOf(rotation: Rotation): Delivered {
  if ('receipts' in rotation) {
    const { newKeyId, receipts } = rotation;
    return { newKeyId, receipts, ...timeOf(rotation) };
  }
  throw new KeyturnError('journal-damaged', `rotation ${rotation.id} was never delivered`);
}

function timeOf(rotation: Rotation): Pick<Delivered, 'deliveredAt'> {
  const at = 'deliveredAt' in rotation ? rotation.deliveredAt : undefined;
  return at === undefined ? {} : { deliveredAt: at };
}

function receiptsOf(rotation: Rotation): readonly DeliveryReceipt[] {
  return 'receipts' in rotation ? rotation.receipts : [];
}

function undoOf(rotation: Rotation): Extract<Rotation, { readonly phase: 'undoing' }> {
  if (rotation.phase === 'undoing') return rotation;
  throw new KeyturnError('journal-damaged', `rotation ${rotation.id} is not being undone`);
}

function outOfOrder(record: RotationRecord, phase: string): KeyturnError {
  return new KeyturnError(
    'journal-damaged',
    `"${record.step.type}" cannot follow ${phase} in rotation ${record.rotation} of ${record.user}`,
    { hint: 'restore the journal from a backup, or move it away after checking the user by hand' },
  );
}
