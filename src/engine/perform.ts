// Performs the steps of a rotation, each journaled before and after (I1). The order of the lines in
// these functions is what keeps the invariants; change it only with the invariant in hand.

import type { CreateOutcome, KeyWriter } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { type NextStep, nextStep } from '../lifecycle/next-step.ts';
import { hasNewKey, isFinished, type Rotation, type WithNewKey } from '../lifecycle/rotation.ts';
import { changeKey } from './change-key.ts';
import { factsOf } from './decide.ts';
import { assertHeldEverywhere, deliverEverywhere } from './delivery.ts';
import { writerSignedBy } from './own-key.ts';
import { performUndo } from './perform-undo.ts';
import { proveKey } from './prove-key.ts';
import { ownKeyError } from './refusal.ts';
import { settleCustody } from './settle-custody.ts';
import type { UserWork } from './user-work.ts';

/**
 * Performs steps until there is none left, and returns the state then reached. Throws when a step
 * fails; the journal then holds how far it came.
 */
export async function advance(rotationId: string, work: UserWork): Promise<Rotation> {
  while (true) {
    const rotation = work.history.rotation(rotationId);
    const step = nextStep(rotation);
    if (step.perform === 'stop') return rotation;
    work.account.signal.throwIfAborted();
    if (step.perform === 'create') {
      await create(rotation, work);
    } else if (step.perform === 'discard') {
      await discard(rotation, step.keyId, work);
    } else {
      assert(hasNewKey(rotation), `${step.perform} follows only when there is a new key`);
      await STEPS[step.perform](rotation, work);
    }
  }
}

/** The steps of a rotation that has a new key. */
const STEPS: Record<
  Exclude<NextStep['perform'], 'create' | 'discard' | 'stop'>,
  (rotation: WithNewKey, work: UserWork) => Promise<void>
> = {
  deliver,
  verify: prove,
  'cut-over': cutOver,
  complete,
  undo: async (rotation, work) => {
    assert(rotation.phase === 'undoing', 'the step follows from the phase');
    await performUndo(rotation, work);
  },
};

async function create(rotation: Rotation, work: UserWork): Promise<void> {
  const { user, account } = work;
  await assertFresh(rotation, work);
  const outcome = await account.gateway.writer.createAccessKey(user);
  if (outcome.kind === 'refused' && !isLandedJustNow(outcome, work)) {
    await work.record(rotation.id, { type: 'create-refused', code: outcome.code });
    throw refused(user, outcome);
  }
  if (outcome.kind !== 'created') return await answerLost(rotation, outcome.reason, work);
  const { id: newKeyId, secret, createdAt } = outcome.key;
  const issued: IssuedKey = {
    account: account.gateway.caller.account,
    ...{ user, keyId: newKeyId, secret, createdAt, rotation: rotation.id },
  };
  const { custody } = account.state;
  // I3: the secret is durable before anything else happens, events and the journal included.
  try {
    await custody.put(issued);
  } catch (thrown) {
    account.emit({ code: 'key-created', user, newKeyId });
    return await takeBack({ rotation, keyId: newKeyId, failure: toKeyturnError(thrown) }, work);
  }
  account.emit({ code: 'key-created', user, newKeyId });
  account.emit({ code: 'secret-stored', user, newKeyId, path: custody.describe(newKeyId) });
  await work.record(rotation.id, { type: 'created', newKeyId });
}

/** A machine can sleep between any two steps, for as long as it likes. */
const INTENT_STALE_MS = 2 * 60_000;

/** I10: a key is known as ours by its time, so the request must follow the intent closely. */
async function assertFresh(rotation: Rotation, work: UserWork): Promise<void> {
  const ageMs = work.account.clock.now().getTime() - rotation.intendedAt.getTime();
  if (Math.abs(ageMs) <= INTENT_STALE_MS) return;
  await work.record(rotation.id, { type: 'closed', reason: 'no-key-was-made' });
  throw new KeyturnError(
    'run-suspended',
    `the run stood still, or the clock was set, before a key was made for ${rotation.user}`,
    { hint: 'nothing was changed for this user; run again' },
  );
}

interface Unstored {
  readonly rotation: Rotation;
  readonly keyId: AccessKeyId;
  /** Why its secret could not be stored. */
  readonly failure: KeyturnError;
}

/** Nobody can ever use a new key whose secret could not be stored, so it is removed at once. */
async function takeBack({ rotation, keyId, failure }: Unstored, work: UserWork): Promise<never> {
  try {
    await work.record(rotation.id, { type: 'discarding', keyId, reason: 'hand-off failed' });
    await discard(rotation, keyId, work);
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

/**
 * I13: there was room when the user's keys were read, and now AWS says that there is none. When an
 * earlier request of ours may have landed just now, the key that takes the room is that one's.
 */
function isLandedJustNow(
  { code }: Extract<CreateOutcome, { kind: 'refused' }>,
  { history, account }: UserWork,
): boolean {
  return code === 'no-free-slot' && history.mayHaveLandedAt(account.clock.now());
}

/** I2, I13: never a second create, and never a deletion by the attempt that finds the key. */
async function answerLost(rotation: Rotation, reason: string, work: UserWork): Promise<never> {
  const { user } = rotation;
  await work.record(rotation.id, { type: 'create-unknown', reason });
  let found = 'it is not known whether a key was made';
  try {
    const keys = await work.listKeys();
    const newcomers = keys.filter(({ id }) => work.history.isNewcomer(rotation, id));
    const [newcomer, ...others] = newcomers;
    if (newcomer !== undefined && others.length === 0) {
      await work.record(rotation.id, { type: 'orphan-found', keyId: newcomer.id });
      work.account.emit({ code: 'orphan-found', user, keyId: newcomer.id });
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

async function deliver(rotation: WithNewKey, work: UserWork): Promise<void> {
  const key = await issuedKey(rotation, work);
  const receipts = await deliverEverywhere(rotation, key, work);
  await work.record(rotation.id, { type: 'delivered', receipts });
}

async function prove(rotation: WithNewKey, work: UserWork): Promise<void> {
  const { keyId: id, secret, createdAt } = await issuedKey(rotation, work);
  const checks = await proveKey({ id, secret, createdAt }, work);
  work.account.emit({ code: 'key-verified', user: work.user, newKeyId: id, checks });
  await work.record(rotation.id, { type: 'verified', checks });
}

async function cutOver(rotation: WithNewKey, work: UserWork): Promise<void> {
  const { oldKeyId: keyId, id } = rotation;
  const { gateway } = work.account;
  // I7: the key that signs these calls is made Inactive by its successor, or not at all.
  const isOwn = keyId === gateway.caller.accessKeyId;
  const writer = isOwn ? await successorWriter(rotation, work) : gateway.writer;
  await assertInPlace(rotation, work);
  await changeKey({ keyId, to: 'Inactive', why: 'replaced', rotation: id, writer }, work);
  await settleEnded(id, work);
}

/** The old key stays Active. */
async function complete(rotation: WithNewKey, work: UserWork): Promise<void> {
  await assertInPlace(rotation, work);
  await work.record(rotation.id, { type: 'completed' });
  await settleEnded(rotation.id, work);
}

/** A rotation that has come to its end needs the plain copy of its secret no more. */
export async function settleEnded(rotationId: string, work: UserWork): Promise<void> {
  const ended = work.history.rotation(rotationId);
  if (isFinished(ended)) await settleCustody(ended, work);
}

async function successorWriter(rotation: WithNewKey, work: UserWork): Promise<KeyWriter> {
  const { signer } = factsOf(work, []);
  if (!signer.isReplaceable) throw ownKeyError(rotation.user, rotation.oldKeyId);
  const { keyId: id, secret, createdAt } = await issuedKey(rotation, work);
  return await writerSignedBy({ id, secret, createdAt }, work);
}

/** I13: read every destination again, and AWS's list, just before the rotation ends. */
async function assertInPlace(rotation: WithNewKey, work: UserWork): Promise<void> {
  await assertHeldEverywhere(rotation, work);
  const { user, newKeyId } = rotation;
  const newKey = (await work.listKeys()).find(({ id }) => id === newKeyId);
  if (newKey?.status === 'Active') return;
  throw new KeyturnError(
    'key-changed',
    `the new key ${newKeyId} of ${user} is ${newKey?.status ?? 'gone'}; somebody changed it`,
    { hint: 'the old key was not touched; run again' },
  );
}

async function discard(rotation: Rotation, keyId: AccessKeyId, work: UserWork): Promise<void> {
  const { history, account } = work;
  // I6: only a key that this rotation made, and never the one it was to replace or that signs.
  assert(history.isNewcomer(rotation, keyId), `${keyId} existed before the rotation`);
  assert(keyId !== account.gateway.caller.accessKeyId, `${keyId} signs the calls of this run`);
  const why = 'nobody holds its secret';
  await changeKey({ keyId, to: 'deleted', why, rotation: rotation.id }, work);
}

async function issuedKey({ newKeyId, user }: WithNewKey, work: UserWork): Promise<IssuedKey> {
  const { custody } = work.account.state;
  const issued = await custody.get(newKeyId);
  if (issued !== undefined) return issued;
  throw new KeyturnError(
    'secret-missing',
    `${custody.describe(newKeyId)} is gone, and with it the secret of ${user}`,
    { hint: 'put the file back and run again; the old key was not touched' },
  );
}
