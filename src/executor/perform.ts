// Performs the steps of a rotation, each journaled before and after (I1). The order of the lines in
// these functions is what keeps the invariants; change it only with the invariant in hand.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { CreateOutcome, KeyWriter } from '../iam/gateway.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { type NextStep, nextStep } from '../lifecycle/next-step.ts';
import { foldRotations, type Rotation } from '../lifecycle/rotation.ts';
import { ownKeyError } from './blocked.ts';
import type { ExecutorContext } from './context.ts';
import { assertHeldEverywhere, deliverEverywhere } from './delivery.ts';
import { mayReplaceOwnKey, writerSignedBy } from './own-key.ts';
import { performUndo } from './perform-undo.ts';
import type { UserSession } from './runtime.ts';
import { settleHandoff } from './spent-handoffs.ts';
import { verifyKey } from './verify-key.ts';

/** The state of a rotation as the journal has it now. */
export function currentState(session: UserSession, rotationId: string): Rotation {
  const rotation = foldRotations(session.records()).find(({ id }) => id === rotationId);
  assert(rotation !== undefined, `rotation ${rotationId} is not in the journal`);
  return rotation;
}

/**
 * Performs steps until there is none left, and returns the state then reached. Throws when a step
 * fails; the journal then holds how far it came.
 */
export async function advance(
  rotationId: string,
  session: UserSession,
  context: ExecutorContext,
): Promise<Rotation> {
  while (true) {
    const rotation = currentState(session, rotationId);
    const step = nextStep(rotation);
    if (step.perform === 'stop') return rotation;
    context.signal.throwIfAborted();
    await performStep(step, rotation, session, context);
  }
}

async function performStep(
  step: Exclude<NextStep, { perform: 'stop' }>,
  rotation: Rotation,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  switch (step.perform) {
    case 'create':
      return await create(rotation, session, context);
    case 'deliver':
      return await deliver(rotation, step.newKeyId, session, context);
    case 'verify':
      return await verify(rotation, step.newKeyId, session, context);
    case 'cut-over':
      return await cutOver(rotation, step.newKeyId, session, context);
    case 'complete':
      return await complete(rotation, step.newKeyId, session, context);
    case 'discard':
      return await discard(rotation, step.keyId, session, context);
    case 'undo':
      assert(rotation.phase === 'undoing', 'the step follows from the phase');
      await performUndo(rotation, session, context);
      return;
  }
}

async function create(
  rotation: Rotation,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const { user } = rotation;
  await assertFresh(rotation, session, context);
  const outcome = await context.gateway.writer.createAccessKey(user);
  if (outcome.kind === 'refused' && isOwnLateKey(outcome.code, session, context)) {
    return await answerLost(rotation, outcome.reason, session, context);
  }
  if (outcome.kind === 'refused') {
    await session.record(rotation.id, { type: 'create-refused', code: outcome.code });
    throw refused(user, outcome);
  }
  if (outcome.kind === 'unknown') {
    return await answerLost(rotation, outcome.reason, session, context);
  }
  const { key } = outcome;
  const issued: IssuedKey = {
    account: context.gateway.caller.account,
    user,
    keyId: key.id,
    secret: key.secret,
    rotation: rotation.id,
    createdAt: key.createdAt,
  };
  // I3: the secret is on disk before anything else happens, events and the journal included.
  let path: string;
  try {
    path = await context.handoff.put(issued);
  } catch (thrown) {
    context.emit({ code: 'key-created', user, newKeyId: key.id });
    return await takeBack(rotation, key.id, toKeyturnError(thrown), session, context);
  }
  context.emit({ code: 'key-created', user, newKeyId: key.id });
  context.emit({ code: 'secret-stored', user, newKeyId: key.id, path });
  await session.record(rotation.id, { type: 'created', newKeyId: key.id });
}

/** A machine can sleep between any two steps, for as long as it likes. */
const INTENT_STALE_MS = 2 * 60_000;

/** I10: a key is known as ours by its time, so the request must follow the intent closely. */
async function assertFresh(
  rotation: Rotation,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const ageMs = context.clock.now().getTime() - rotation.intendedAt.getTime();
  if (Math.abs(ageMs) <= INTENT_STALE_MS) return;
  await session.record(rotation.id, { type: 'closed', reason: 'no-key-was-made' });
  throw new KeyturnError(
    'run-suspended',
    `the run stood still, or the clock was set, before a key was made for ${rotation.user}`,
    { hint: 'nothing was changed for this user; run again' },
  );
}

/** The secret could not be stored: nobody can ever use the new key, so it is removed at once. */
async function takeBack(
  rotation: Rotation,
  keyId: AccessKeyId,
  failure: KeyturnError,
  session: UserSession,
  context: ExecutorContext,
): Promise<never> {
  try {
    await session.record(rotation.id, { type: 'discarding', keyId, reason: 'hand-off failed' });
    await discard(rotation, keyId, session, context);
  } catch {
    // The intent and the keys seen before it are on disk (I1): the next run finds the key.
    throw new KeyturnError(
      failure.code,
      `${failure.message}; the new key ${keyId} of ${rotation.user} could not be removed either`,
      { hint: 'run again once the state directory can be written: the next run removes that key' },
    );
  }
  throw failure;
}

/** A request may land long after it was sent; in this time its key may still appear. */
const LATE_KEY_MS = 15 * 60_000;

/**
 * I13: there was room when the user's keys were read, and now AWS says that there is none. When an
 * answer was lost a short time ago, or a run died in the middle of its request and the key was not
 * to be seen yet, that request has landed just now: the key is that one's.
 */
function isOwnLateKey(code: string, session: UserSession, context: ExecutorContext): boolean {
  const since = context.clock.now().getTime() - LATE_KEY_MS;
  const records = session.records();
  const nothingFound = new Set(
    records
      .filter(({ step }) => step.type === 'closed' && step.reason === 'no-key-was-made')
      .map(({ rotation }) => rotation),
  );
  return (
    code === 'no-free-slot' &&
    records.some(
      ({ at, step, rotation }) =>
        at.getTime() > since &&
        (step.type === 'create-unknown' ||
          (step.type === 'intended' && nothingFound.has(rotation))),
    )
  );
}

/** I2, I13: never a second create, and never a deletion by the attempt that finds the key. */
async function answerLost(
  rotation: Rotation,
  reason: string,
  session: UserSession,
  context: ExecutorContext,
): Promise<never> {
  const { user, knownKeyIds } = rotation;
  await session.record(rotation.id, { type: 'create-unknown', reason });
  let found = 'it is not known whether a key was made';
  try {
    const keys = await context.gateway.reader.listAccessKeys(user);
    const [newcomer, ...others] = keys.filter(({ id }) => !knownKeyIds.includes(id));
    if (newcomer !== undefined && others.length === 0) {
      await session.record(rotation.id, { type: 'orphan-found', keyId: newcomer.id });
      context.emit({ code: 'orphan-found', user, keyId: newcomer.id });
      found = `it made ${newcomer.id}, whose secret nobody holds`;
    }
  } catch {
    // Listing is only there to say more; the next run lists again.
  }
  throw new KeyturnError(
    'create-unknown',
    `the answer to CreateAccessKey for ${user} was lost (${reason}); ${found}`,
    {
      hint: 'run again: the next run removes such a key and then rotates; the old key still works',
    },
  );
}

function refused(user: string, outcome: Extract<CreateOutcome, { kind: 'refused' }>): KeyturnError {
  return new KeyturnError(
    outcome.code,
    `AWS made no key for ${user}: ${outcome.reason}`,
    outcome.code === 'access-denied'
      ? { hint: 'grant iam:CreateAccessKey on this user to the caller' }
      : { hint: 'the old key was not touched' },
  );
}

async function deliver(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const key = await secretOf(rotation, newKeyId, context);
  const receipts = await deliverEverywhere(rotation, key, context);
  await session.record(rotation.id, { type: 'delivered', receipts });
}

async function verify(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const { secret, createdAt } = await secretOf(rotation, newKeyId, context);
  const checks = await verifyKey(rotation.user, { id: newKeyId, secret, createdAt }, context);
  context.emit({ code: 'key-verified', user: rotation.user, newKeyId, checks });
  await session.record(rotation.id, { type: 'verified', checks });
}

async function successorWriter(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  context: ExecutorContext,
): Promise<KeyWriter> {
  if (!mayReplaceOwnKey(context)) throw ownKeyError(rotation.user, rotation.oldKeyId);
  const { secret, createdAt } = await secretOf(rotation, newKeyId, context);
  return await writerSignedBy(rotation.user, { id: newKeyId, secret, createdAt }, context);
}

async function cutOver(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const { user, oldKeyId } = rotation;
  const { gateway } = context;
  // I7: the key that signs these calls is made Inactive by its successor, or not at all.
  const isOwn = oldKeyId === gateway.caller.accessKeyId;
  const writer = isOwn ? await successorWriter(rotation, newKeyId, context) : gateway.writer;
  await assertInPlace(rotation, newKeyId, context);
  await session.record(rotation.id, { type: 'deactivating' });
  await writer.setStatus(user, oldKeyId, 'Inactive');
  context.emit({ code: 'key-deactivated', user, keyId: oldKeyId });
  await session.record(rotation.id, { type: 'deactivated' });
  await settleHandoff(rotation, newKeyId, context);
}

/** The old key stays Active. */
async function complete(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  await assertInPlace(rotation, newKeyId, context);
  await session.record(rotation.id, { type: 'completed' });
  await settleHandoff(rotation, newKeyId, context);
}

/** I13: read every destination again, and AWS's list, just before the rotation ends. */
async function assertInPlace(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  context: ExecutorContext,
): Promise<void> {
  await assertHeldEverywhere(rotation, newKeyId, context);
  const { user } = rotation;
  const keys = await context.gateway.reader.listAccessKeys(user);
  const newKey = keys.find(({ id }) => id === newKeyId);
  if (newKey?.status === 'Active') return;
  throw new KeyturnError(
    'key-changed',
    `the new key ${newKeyId} of ${user} is ${newKey?.status ?? 'gone'}; somebody changed it`,
    { hint: 'the old key was not touched; run again' },
  );
}

async function discard(
  rotation: Rotation,
  keyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<void> {
  const { user } = rotation;
  // I6: only a key that this rotation made, and never the one it was to replace or that signs.
  assert(!rotation.knownKeyIds.includes(keyId), `${keyId} existed before the rotation`);
  assert(keyId !== context.gateway.caller.accessKeyId, `${keyId} signs the calls of this run`);
  await context.gateway.writer.deleteAccessKey(user, keyId);
  context.emit({ code: 'key-deleted', user, keyId, why: 'nobody holds its secret' });
  await session.record(rotation.id, { type: 'discarded', keyId });
}

async function secretOf(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  context: ExecutorContext,
): Promise<IssuedKey> {
  const issued = await context.handoff.get(newKeyId);
  if (issued !== undefined) return issued;
  throw new KeyturnError(
    'secret-missing',
    `${context.handoff.pathOf(newKeyId)} is gone, and with it the secret of ${rotation.user}`,
    { hint: 'put the file back and run again; the old key was not touched' },
  );
}
