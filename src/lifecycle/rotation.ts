// The state of one rotation, folded from its records. Pure: the same records always give the same
// state, on this machine or another.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type {
  CloseReason,
  DeliveryReceipt,
  DeliveryTarget,
  JournalRecord,
  OldKeyFate,
  RotationRecord,
  RotationStep,
} from './record.ts';

interface RotationFacts {
  readonly id: string;
  readonly user: string;
  readonly oldKeyId: AccessKeyId;
  /** Every key of the user when the rotation was intended (I1), as listed and by the journal. */
  readonly knownKeyIds: readonly AccessKeyId[];
  readonly intendedAt: Date;
  readonly oldKeyFate: OldKeyFate;
  /** Every place that must hold the new secret; at least one. */
  readonly targets: readonly [DeliveryTarget, ...DeliveryTarget[]];
  /** The run that wrote the latest record. */
  readonly lastRun: string;
}

interface HasNewKey {
  readonly newKeyId: AccessKeyId;
}

interface Delivered extends HasNewKey {
  readonly receipts: readonly DeliveryReceipt[];
}

export type RotationPhase =
  | { readonly phase: 'intended' }
  | { readonly phase: 'create-unknown' }
  | { readonly phase: 'orphan-found'; readonly orphanKeyId: AccessKeyId }
  | ({ readonly phase: 'created' } & HasNewKey)
  | ({ readonly phase: 'delivered' } & Delivered)
  | ({ readonly phase: 'verified' } & Delivered)
  | ({ readonly phase: 'deactivating' } & Delivered)
  | {
      readonly phase: 'discarding';
      readonly unwantedKeyId: AccessKeyId;
      readonly reason: string;
    }
  | ({ readonly phase: 'deactivated'; readonly deactivatedAt: Date } & Delivered)
  | ({ readonly phase: 'completed'; readonly completedAt: Date } & Delivered)
  | { readonly phase: 'closed'; readonly reason: CloseReason };

export type Rotation = RotationFacts & RotationPhase;
export type PhaseName = RotationPhase['phase'];

/** Which records may follow in which phase. Whatever is not listed is a damaged journal. */
const MAY_FOLLOW: Record<PhaseName, ReadonlySet<RotationStep['type']>> = {
  intended: new Set([
    'create-refused',
    'create-unknown',
    'orphan-found',
    'created',
    'discarding',
    'closed',
  ]),
  'create-unknown': new Set(['orphan-found', 'closed']),
  'orphan-found': new Set(['discarding', 'closed']),
  created: new Set(['delivered', 'discarding', 'closed']),
  delivered: new Set(['verified', 'discarding', 'closed']),
  verified: new Set(['deactivating', 'deactivated', 'completed', 'closed']),
  // A resumed cut-over states its intent again.
  deactivating: new Set(['deactivating', 'deactivated', 'closed']),
  discarding: new Set(['discarded', 'closed']),
  deactivated: new Set(),
  completed: new Set(),
  // I13: the key of a request that was taken for lost appeared after all. See mayReopen.
  closed: new Set(['orphan-found']),
};

function mayReopen(rotation: Rotation): boolean {
  return rotation.phase !== 'closed' || rotation.reason === 'no-key-was-made';
}

/** Finished rotations need nothing more from anybody. */
export function isOpen(rotation: Rotation): boolean {
  return !['deactivated', 'completed', 'closed'].includes(rotation.phase);
}

/** The state after `record`. Throws `journal-damaged` when the record can not follow. */
export function applyRecord(rotation: Rotation | undefined, record: RotationRecord): Rotation {
  const { step } = record;
  if (rotation === undefined) {
    if (step.type !== 'intended') throw outOfOrder(record, 'nothing');
    return {
      id: record.rotation,
      user: record.user,
      oldKeyId: step.oldKeyId,
      knownKeyIds: step.knownKeyIds,
      intendedAt: record.at,
      oldKeyFate: step.oldKeyFate,
      targets: [step.target, ...(step.alsoTargets ?? [])],
      lastRun: record.run,
      phase: 'intended',
    };
  }
  const isInOrder = MAY_FOLLOW[rotation.phase].has(step.type) && mayReopen(rotation);
  if (!isInOrder) throw outOfOrder(record, rotation.phase);
  return { ...factsOf(rotation), lastRun: record.run, ...phaseAfter(rotation, step, record.at) };
}

function factsOf(rotation: Rotation): RotationFacts {
  const { id, user, oldKeyId, knownKeyIds, intendedAt, oldKeyFate, targets, lastRun } = rotation;
  return { id, user, oldKeyId, knownKeyIds, intendedAt, oldKeyFate, targets, lastRun };
}

function phaseAfter(rotation: Rotation, step: RotationStep, at: Date): RotationPhase {
  switch (step.type) {
    case 'create-unknown':
      return { phase: 'create-unknown' };
    case 'orphan-found':
      return { phase: 'orphan-found', orphanKeyId: step.keyId };
    case 'created':
      return { phase: 'created', newKeyId: step.newKeyId };
    case 'delivered':
      return { phase: 'delivered', newKeyId: newKeyOf(rotation), receipts: step.receipts };
    case 'verified':
      return { phase: 'verified', ...deliveryOf(rotation) };
    case 'deactivating':
      return { phase: 'deactivating', ...deliveryOf(rotation) };
    case 'deactivated':
      return { phase: 'deactivated', deactivatedAt: at, ...deliveryOf(rotation) };
    case 'completed':
      return { phase: 'completed', completedAt: at, ...deliveryOf(rotation) };
    case 'discarding':
      return { phase: 'discarding', unwantedKeyId: step.keyId, reason: step.reason };
    case 'discarded':
      return { phase: 'closed', reason: 'discarded' };
    case 'create-refused':
      return { phase: 'closed', reason: 'no-key-was-made' };
    case 'closed':
      return { phase: 'closed', reason: step.reason };
    case 'intended':
      throw new KeyturnError('journal-damaged', `rotation ${rotation.id} begins twice`);
  }
}

function newKeyOf(rotation: Rotation): AccessKeyId {
  if ('newKeyId' in rotation) return rotation.newKeyId;
  throw new KeyturnError('journal-damaged', `rotation ${rotation.id} has no new key`);
}

function deliveryOf(rotation: Rotation): Delivered {
  if ('receipts' in rotation) return { newKeyId: rotation.newKeyId, receipts: rotation.receipts };
  throw new KeyturnError('journal-damaged', `rotation ${rotation.id} was never delivered`);
}

function outOfOrder(record: RotationRecord, phase: string): KeyturnError {
  return new KeyturnError(
    'journal-damaged',
    `"${record.step.type}" can not follow ${phase} in rotation ${record.rotation} of ${record.user}`,
    { hint: 'restore the journal from a backup, or move it away after checking the user by hand' },
  );
}

/** All rotations in a user's records, in the order in which they began. */
export function foldRotations(records: readonly JournalRecord[]): Rotation[] {
  const rotations = new Map<string, Rotation>();
  const made: AccessKeyId[] = [];
  for (const record of records) {
    if (record.rotation === null) continue;
    const before = rotations.get(record.rotation);
    const after = applyRecord(before, record);
    // I11: a list can be older than the last rotation. The key that one made is no newcomer (I6).
    const known = [...after.knownKeyIds, ...made];
    const knownKeyIds = before === undefined ? [...new Set(known)] : after.knownKeyIds;
    rotations.set(record.rotation, { ...after, knownKeyIds });
    if (record.step.type === 'created') made.push(record.step.newKeyId);
  }
  return [...rotations.values()];
}

/**
 * When the journal says that we made the key Inactive (I5); undefined when we never did, or when it
 * was Active again since.
 */
export function recordedDeactivation(
  records: readonly JournalRecord[],
  keyId: AccessKeyId,
): Date | undefined {
  let at: Date | undefined;
  for (const record of recordsAbout(records, keyId)) {
    const { type } = record.step;
    if (type === 'deactivated' || type === 'retired') at = record.at;
    // Its status after an undo that died half-way is not known, so the hold starts anew. And a key
    // that a later rotation set out to replace had been taken back into use by somebody.
    if (type === 'reactivating' || type === 'intended') at = undefined;
  }
  return at;
}

const SAYS_ACTIVE: ReadonlySet<JournalRecord['step']['type']> = new Set([
  'intended',
  'deactivating',
  'retiring',
  'reactivating',
  'reactivated',
]);

/**
 * When the journal last tells of the key as Active, or about to be (I5). The answer to the call that
 * made it Inactive can be lost, and its record with it; the intent before that call remains.
 */
export function recordedActive(
  records: readonly JournalRecord[],
  keyId: AccessKeyId,
): Date | undefined {
  const times = recordsAbout(records, keyId)
    .filter(({ step }) => SAYS_ACTIVE.has(step.type))
    .map(({ at }) => at.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** Records of the key by itself, and of the rotations that replace it. */
function recordsAbout(records: readonly JournalRecord[], keyId: AccessKeyId): JournalRecord[] {
  const rotations = foldRotations(records).filter(({ oldKeyId }) => oldKeyId === keyId);
  const ids = new Set(rotations.map(({ id }) => id));
  return records.filter((record) =>
    record.rotation === null ? record.step.keyId === keyId : ids.has(record.rotation),
  );
}
