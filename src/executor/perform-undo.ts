// The steps of an undo, in the order that keeps the user working: the old key is Active again and
// AWS accepts it, the destination holds it, and only then the other key goes. Each step can be
// repeated, so an undo that died is taken up from its beginning.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Destination } from '../destinations/destination.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';
import type { Rotation, UndoIntent } from '../lifecycle/rotation.ts';
import { ownKeyError } from './blocked.ts';
import { destinationsOf, type ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import { writerSignedBy } from './own-key.ts';
import { reactivateKey } from './retire-key.ts';
import type { UserSession } from './runtime.ts';
import { removeSpentHandoffs } from './spent-handoffs.ts';
import { verifyKey } from './verify-key.ts';

export interface UndoneRotation {
  readonly user: string;
  readonly rotation: string;
  /** Active again. */
  readonly toKeyId: AccessKeyId;
  readonly fromKeyId: AccessKeyId;
  /** Whether the key had to be made Active again. */
  readonly reactivated: boolean;
  readonly putBack: readonly DeliveryReceipt[];
  /** Destinations that still hold the other secret: their readers must go back by hand. */
  readonly notPutBack: readonly DeliveryReceipt[];
  readonly fromKey: 'made-inactive' | 'was-inactive' | 'gone' | 'left-active' | 'kept';
}

/** A rotation whose undo is on record. */
export type Undoing = Extract<Rotation, { readonly phase: 'undoing' }>;

/**
 * Throws what its steps throw; the undo then stays open, unless AWS does not accept the key to go
 * back to and nothing depends on it yet: then it is given up, and all is as before.
 */
export async function performUndo(
  rotation: Undoing,
  session: UserSession,
  context: ExecutorContext,
): Promise<UndoneRotation> {
  const { user, id, undo } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const destinations = destinationsOf(rotation, context);
  const secret = await secretOf(toKeyId, destinations, context);
  assertNotOwn(user, undo, secret, context);
  const was = await reactivateKey(user, toKeyId, session, context);
  if (secret !== undefined) await verify(rotation, secret, destinations, session, context);
  context.signal.throwIfAborted();
  const { putBack, notPutBack } = await putAllBack(rotation, destinations, session, context);
  const fromKey =
    undo.fromKeyFate === 'keep'
      ? 'kept'
      : await deactivate(rotation, { secret, destinations }, session, context);
  await session.record(id, { type: 'undone', notPutBack });
  context.emit({ code: 'rotation-undone', user, activeKeyId: toKeyId, keyId: fromKeyId });
  // I8: what went back keeps the other secret too.
  await removeSpentHandoffs(session, context);
  const reactivated = was === 'reactivated';
  return { user, rotation: id, toKeyId, fromKeyId, reactivated, putBack, notPutBack, fromKey };
}

/** Where it is at hand: in a destination that keeps it, or in a hand-off that nobody took. */
export async function secretOf(
  keyId: AccessKeyId,
  destinations: readonly Destination[],
  { handoff }: Pick<ExecutorContext, 'handoff'>,
): Promise<Secret | undefined> {
  for (const { wayBack } of destinations) {
    // One that can not be read must not keep the old key Inactive; putting it back will say why.
    const secret = await wayBack?.secretOf(keyId).catch(() => undefined);
    if (secret !== undefined) return secret;
  }
  return (await handoff.get(keyId))?.secret;
}

/**
 * I7: the key that signs these calls is made Inactive by the one that comes back, or not at all.
 * Throws `own-key`.
 */
export function assertNotOwn(
  user: string,
  { fromKeyId, fromKeyFate }: Pick<UndoIntent, 'fromKeyId' | 'fromKeyFate'>,
  secret: Secret | undefined,
  { gateway }: ExecutorContext,
): void {
  if (fromKeyFate === 'keep' || fromKeyId !== gateway.caller.accessKeyId) return;
  if (secret !== undefined && gateway.signedBy !== undefined) return;
  throw ownKeyError(user, fromKeyId);
}

/** I4: nothing may depend on a key that AWS does not accept. */
async function verify(
  rotation: Undoing,
  secret: Secret,
  destinations: readonly Destination[],
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const { user, undo } = rotation;
  const createdAt = context.clock.now();
  try {
    await verifyKey(user, { id: undo.toKeyId, secret, createdAt }, context);
  } catch (thrown) {
    const isRefused =
      thrown instanceof KeyturnError &&
      (thrown.code === 'not-accepted-yet' || thrown.code === 'wrong-identity');
    if (isRefused && !(await isUnderWay(rotation, destinations, session))) {
      await giveUp(rotation, thrown.code, session);
    }
    throw thrown;
  }
}

/** Whether an earlier run came so far that going on is the only way. */
async function isUnderWay(
  { id, undo: { toKeyId, fromKeyId } }: Undoing,
  destinations: readonly Destination[],
  session: UserSession,
): Promise<boolean> {
  const records = session.records();
  const intent = records.findLastIndex(
    ({ rotation, step }) => rotation === id && step.type === 'undoing',
  );
  const isOtherTouched = records
    .slice(intent)
    .some(({ step }) => step.type === 'retiring' && step.keyId === fromKeyId);
  if (isOtherTouched) return true;
  for (const destination of destinations) {
    if (destination.wayBack !== undefined && (await holds(destination, toKeyId))) return true;
  }
  return false;
}

async function holds(destination: Destination, keyId: AccessKeyId): Promise<boolean> {
  const { kind, place: reference } = destination;
  return await destination.holds(keyId, { kind, reference });
}

async function giveUp(rotation: Undoing, reason: string, session: UserSession): Promise<void> {
  await session.record(rotation.id, { type: 'undo-given-up', reason });
}

async function putAllBack(
  rotation: Undoing,
  destinations: readonly Destination[],
  session: UserSession,
  context: ExecutorContext,
): Promise<Pick<UndoneRotation, 'putBack' | 'notPutBack'>> {
  const { undo, receipts, newKeyId } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const putBack: DeliveryReceipt[] = [];
  const notPutBack: DeliveryReceipt[] = [];
  for (const [index, destination] of destinations.entries()) {
    const { kind, place, wayBack } = destination;
    const isBack = (await wayBack?.putBack({ toKeyId, fromKeyId })) === true;
    // Also where the run died before it could record what it had delivered.
    const reference = kind === 'handoff' ? context.handoff.pathOf(newKeyId) : place;
    (isBack ? putBack : notPutBack).push(receipts[index] ?? { kind, reference });
  }
  const [left] = notPutBack;
  if (left === undefined || undo.fromKeyFate === 'deactivate') return { putBack, notPutBack };
  // Nothing else was asked for, and nothing else was done.
  await giveUp(rotation, 'the destination can not be put back', session);
  throw new KeyturnError(
    'credentials-file',
    `${left.kind} ${left.reference} does not hold the pairs of ${toKeyId} and ${fromKeyId} any more`,
    { hint: 'a backup beside the file may hold them: credentials.backup.*' },
  );
}

interface Back {
  /** Of the key that is Active again. */
  readonly secret: Secret | undefined;
  readonly destinations: readonly Destination[];
}

async function deactivate(
  rotation: Undoing,
  { secret, destinations }: Back,
  session: UserSession,
  context: ExecutorContext,
): Promise<UndoneRotation['fromKey']> {
  const { user, undo } = rotation;
  const { fromKeyId } = undo;
  const { gateway, clock } = context;
  const keys = await gateway.reader.listAccessKeys(user);
  const key = keys.find(({ id }) => id === fromKeyId);
  if (key === undefined) return 'gone';
  if (key.status !== 'Active') return 'was-inactive';
  if (await mayBeInUse(rotation, session, context)) return 'left-active';
  // I13: with fresh eyes, just before the other key goes.
  for (const destination of destinations) {
    if (destination.wayBack !== undefined && (await holds(destination, fromKeyId))) {
      return 'left-active';
    }
  }
  context.signal.throwIfAborted();
  const isOwn = fromKeyId === gateway.caller.accessKeyId && secret !== undefined;
  const writer = isOwn
    ? await writerSignedBy(user, { id: undo.toKeyId, secret, createdAt: clock.now() }, context)
    : gateway.writer;
  await session.recordKey({ type: 'retiring', keyId: fromKeyId, reason: 'undo' });
  await writer.setStatus(user, fromKeyId, 'Inactive');
  context.emit({ code: 'key-deactivated', user, keyId: fromKeyId });
  await session.recordKey({ type: 'retired', keyId: fromKeyId });
  return 'made-inactive';
}

/** AWS dates a use by its own clock, and our last check can be under way when it is recorded. */
const OWN_CHECKS_MS = 6 * 60_000;

/**
 * Whether somebody works with the key already: then making it Inactive would be an outage, and the
 * person decides. Our own checks with STS are no use; unknown is not unused (I11).
 */
async function mayBeInUse(
  { id, undo }: Undoing,
  session: UserSession,
  context: ExecutorContext,
): Promise<boolean> {
  const lastUse = await readLastUse(context.gateway.reader, { id: undo.fromKeyId });
  if (lastUse === 'unreadable') return true;
  if (lastUse.used === 'never') return false;
  const checked = session
    .records()
    .findLast(({ rotation, step }) => rotation === id && step.type === 'verified');
  const isOwn =
    lastUse.service === 'sts' &&
    (checked === undefined || lastUse.at.getTime() <= checked.at.getTime() + OWN_CHECKS_MS);
  return !isOwn;
}
