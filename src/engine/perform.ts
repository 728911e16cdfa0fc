// Performs the steps of a rotation, each journaled before and after (I1). The order of the lines in
// these functions is what keeps the invariants; change it only with the invariant in hand.

import type { KeyWriter, NewAccessKey } from '../aws/gateway.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { keepsNoCopy } from '../destinations/kinds.ts';
import { vetoedBeyondDeadline } from '../lifecycle/hook-refusals.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { sinceAnswered } from '../lifecycle/list-lag.ts';
import { type NextStep, nextStep } from '../lifecycle/next-step.ts';
import { pairMarkOf } from '../lifecycle/pair-mark.ts';
import type { RotationStep } from '../lifecycle/record.ts';
import type { CutHeldBack } from '../lifecycle/retire-policy.ts';
import { hasNewKey, type Rotation, type WithNewKey } from '../lifecycle/rotation.ts';
import { dependsOn, ownKeyError } from '../lifecycle/signer.ts';
import { assertHooksKnown, vetoOf } from './ask-before-retire.ts';
import { changeKey, type KeyChange } from './change-key.ts';
import { discard } from './create-key.ts';
import { decideGate, factsOf } from './decide.ts';
import { deliverEverywhere } from './delivery.ts';
import { announce } from './grace.ts';
import { assertHeldNowhere } from './held-anywhere.ts';
import { secretFromPlaces } from './holders.ts';
import { assertInPlaces, type Leaves } from './in-place.ts';
import { writerSignedBy } from './own-key.ts';
import { performUndo } from './perform-undo.ts';
import { proveKey } from './prove-key.ts';
import { settleCustody, spentBy } from './settle-custody.ts';
import { recordInactive } from './settle-steps.ts';
import { isProofDenied, takeBackDenied } from './take-back-denied.ts';
import { tellReaders } from './tell-readers.ts';
import type { UserAtHand, UserWork } from './user-work.ts';
import { watchAfter } from './watch-after-retire.ts';

/**
 * Performs steps until there is none left, and returns the state then reached. Throws when a step
 * fails; the journal then holds how far it came.
 */
export async function advance(rotationId: string, work: UserWork): Promise<Rotation> {
  while (true) {
    const rotation = work.history.rotation(rotationId);
    const step = nextStep(rotation, work.account.policy.hooks);
    if (step.perform === 'stop') return rotation;
    work.account.signal.throwIfAborted();
    // I2: only the run that has just written the intent creates; after a crash, recovery decides.
    assert(step.perform !== 'create', `rotation ${rotationId} was left before its key was made`);
    if (step.perform === 'discard') {
      await discard({ rotation, keyId: step.keyId, by: 'recovery' }, work);
    } else if (step.perform === 'retire' || step.perform === 'cut-over') {
      assert(hasNewKey(rotation), 'the step follows only when there is a new key');
      const isJudged = step.perform === 'retire';
      if ((await retire(rotation, isJudged, work)) === 'waits')
        return work.history.rotation(rotationId);
    } else {
      assert(hasNewKey(rotation), `${step.perform} follows only when there is a new key`);
      await STEPS[step.perform](rotation, work);
    }
  }
}

/** The steps of a rotation that has a new key. */
const STEPS: Record<
  Exclude<NextStep['perform'], 'create' | 'discard' | 'retire' | 'cut-over' | 'stop'>,
  (rotation: WithNewKey, work: UserWork) => Promise<void>
> = {
  deliver,
  prove,
  tell: tellReaders,
  watch: watchAfter,
  complete,
  undo: async (rotation, work) => {
    assert(rotation.phase === 'undoing', 'the step follows from the phase');
    await performUndo(rotation, work);
  },
};

async function deliver(rotation: WithNewKey, work: UserWork): Promise<void> {
  const key = await issuedKey(rotation, work);
  const receipts = await deliverEverywhere(rotation, key, work);
  const step: RotationStep = { type: 'delivered', receipts };
  // With the record that its end begins with, where nobody is told anything before.
  const isTold = work.account.policy.hooks !== undefined;
  if (isInCustody(rotation) && !isTold) await work.note(rotation.id, step);
  else await work.record(rotation.id, step);
}

async function prove(rotation: WithNewKey, work: UserWork): Promise<void> {
  const { keyId: id, secret, createdAt } = await issuedKey(rotation, work);
  // Whoever reads a place before every host of AWS knows the new key still has the old one, if that stays.
  const provedFor = rotation.oldKeyFate === 'keep' ? 'delivery' : 'cut-over';
  const key = { id, secret, createdAt };
  const checks = await proveKey(key, provedFor, work).catch(async (thrown: unknown) => {
    throw isProofDenied(thrown) ? await takeBackDenied(rotation, thrown, work) : thrown;
  });
  work.accepted.add(id);
  work.account.emit({ code: 'key-verified', user: work.user, newKeyId: id, checks });
  // One that was delivered first is of an earlier version, and is finished as it was begun.
  const isDelivered = rotation.phase === 'delivered-unproved';
  const pairMark = pairMarkOf(id, secret);
  const step: RotationStep = isDelivered
    ? { type: 'verified', checks }
    : { type: 'proved', checks, pairMark };
  // I4: on record before any place is written.
  if (isInCustody(rotation)) await work.note(rotation.id, step);
  else await work.record(rotation.id, step);
}

/** Whether no place is written: whoever reads the key finds it in custody, or in what the run prints. */
function isInCustody({ targets }: WithNewKey): boolean {
  return targets.every(({ kind }) => keepsNoCopy(kind));
}

/**
 * I15: the old key goes if nobody uses it, or its deadline is over, and if nobody who is asked says no; else it
 * stays Active, and the rotation is in grace. Whatever was decided before, AWS is asked at this moment whether it
 * may go, unless that `isJudged` already.
 */
async function retire(
  rotation: WithNewKey,
  isJudged: boolean,
  work: UserWork,
): Promise<'went' | 'waits'> {
  const { id, phase } = rotation;
  const gate = isJudged ? await gateNow(rotation, work) : undefined;
  const leaving = gate?.verdict.kind === 'wait' ? gate : await unlessVetoed(rotation, gate, work);
  if (leaving === undefined || leaving.verdict.kind !== 'wait') {
    await cutOver(rotation, becauseOf(rotation, leaving?.verdict.why), work);
    return 'went';
  }
  const { oldKey, verdict: waiting } = leaving;
  // The plan may not name the end of the old key because a place gives it to its readers: then that is why.
  if (waiting.heldReason === 'not-planned') {
    await assertHeldNowhere(rotation.oldKeyId, work, rotation.targets);
  }
  if (phase !== 'in-grace') {
    // The readers have it from here on, so the silence of the old key counts from here.
    const notBefore = waiting.notBefore?.toISOString();
    await work.record(id, { type: 'in-grace', ...(notBefore !== undefined && { notBefore }) });
  }
  await settleEnded(id, work);
  const inGrace = work.history.rotation(id);
  assert(inGrace.phase === 'in-grace', 'it was recorded a moment ago, or before');
  const grace = { oldKey, waiting, rotation: inGrace, isNewKeyUsed: false };
  await announce(grace, work);
  work.grace = grace;
  return 'waits';
}

/**
 * Whether the old key may go; undefined when it is gone. A grace that begins touches no key: the places are
 * read again, and that AWS has just accepted the new key says more than its list. Where the old key goes, both
 * are read just before that (I13).
 */
async function gateNow(rotation: WithNewKey, work: UserWork) {
  const { accepted, lastListed } = work;
  if (rotation.phase === 'in-grace' || lastListed === undefined) {
    return await decideGate(rotation, await work.listKeys(), work);
  }
  const leaving = await decideGate(rotation, lastListed, work);
  if (leaving?.verdict.kind !== 'wait') return leaving;
  const leaves = { stays: true };
  if (accepted.has(rotation.newKeyId)) await assertInPlaces(rotation, work, leaves);
  else await assertInPlace(rotation, leaves, work);
  return leaving;
}

type Leaving = Awaited<ReturnType<typeof decideGate>>;

/**
 * The same, unless somebody who is asked says that the old key stays. A deadline that is over does not cut against
 * them: then a person is needed.
 */
async function unlessVetoed(rotation: WithNewKey, gate: Leaving, work: UserWork): Promise<Leaving> {
  const isWord = rotation.phase === 'deactivating' && rotation.word !== undefined;
  const isGone = gate === undefined && work.lastListed?.every(({ id }) => id !== rotation.oldKeyId);
  const veto = isWord || isGone ? undefined : await vetoOf(rotation, work);
  if (veto === undefined) return gate;
  if (gate?.verdict.kind === 'deadline') throw vetoedBeyondDeadline(rotation, veto.because);
  const keys = work.lastListed ?? (await work.listKeys());
  const held = await decideGate(rotation, keys, heldBy(veto, work));
  if (held?.verdict.kind !== 'wait') return held;
  return { ...held, verdict: { ...held.verdict, why: 'vetoed' } };
}

/** As if this was all that stood against the end of the old key. */
function heldBy(veto: CutHeldBack, { user, history, account }: UserWork): UserAtHand {
  const retire = { ...account.policy.retire, heldBack: () => veto };
  return { user, history, account: { ...account, policy: { ...account.policy, retire } } };
}

/** As a person has asked for it, where an earlier run could not carry that out; else as the rotation does it. */
function becauseOf(rotation: WithNewKey, because?: string): Because {
  const replaced = `replaced by ${rotation.newKeyId}`;
  const word = rotation.phase === 'deactivating' ? rotation.word : undefined;
  if (word !== undefined) {
    const { by, reason: why = replaced, althoughInUse } = word;
    return { by, why, althoughInUse };
  }
  return { by: 'rotation', why: because === undefined ? replaced : `${replaced}, and ${because}` };
}

type Because = Pick<KeyChange, 'by' | 'why' | 'althoughInUse'>;

/**
 * Makes the old key Inactive, which ends the rotation, once every place was read again (I13). The rotation is
 * closed instead where somebody has deleted the key.
 */
export async function cutOver(
  rotation: WithNewKey,
  because: Because,
  work: UserWork,
): Promise<void> {
  const { oldKeyId: keyId, id } = rotation;
  const { gateway } = work.account;
  // I7: the key that signs these calls is made Inactive by its successor, or not at all.
  const isOwn = dependsOn(gateway.caller, work.user, keyId);
  const writer = isOwn ? await successorWriter(rotation, work) : gateway.writer;
  const althoughHeld = because.by === 'operator' && because.althoughInUse === true;
  const isOfRun = because.by === 'rotation';
  if (isOfRun) assertHooksKnown(rotation, work);
  const keys = await assertInPlace(rotation, { althoughHeld }, work);
  const listed = keys.find((key) => key.id === keyId);
  const oldKey = listed && sinceAnswered(listed, work.history, work.account.clock.now());
  if (oldKey === undefined) {
    // Deleted by hand meanwhile: nothing is left to be replaced, and the new pair is in its places.
    await work.record(id, { type: 'closed', reason: 'old-key-gone' });
    return await settleEnded(id, work);
  }
  if (oldKey.status !== 'Active') {
    // This run changes nothing; its hold begins now (I5).
    await recordInactive(rotation, oldKey, work);
    return await settleEnded(id, work);
  }
  const watchMinutes = isOfRun ? minutesWatched(work) : undefined;
  await changeKey({ keyId, to: 'Inactive', ...because, watchMinutes, rotation: id, writer }, work);
  await settleEnded(id, work);
}

/** For as long as the longest watch; undefined where nobody watches. */
function minutesWatched({ account }: UserWork): number | undefined {
  const minutes = account.policy.hooks?.['after-retire'].map((watch) => watch.minutes) ?? [];
  return minutes.length === 0 ? undefined : Math.max(...minutes);
}

/** The old key stays Active. */
async function complete(rotation: WithNewKey, work: UserWork): Promise<void> {
  await assertInPlace(rotation, { stays: true }, work);
  await work.record(rotation.id, { type: 'completed' });
  await settleEnded(rotation.id, work);
}

/** A rotation that has come to its end needs the plain copy of its secret no more. */
export async function settleEnded(rotationId: string, work: UserWork): Promise<void> {
  const ended = work.history.rotation(rotationId);
  const spent = spentBy(ended);
  if (spent !== undefined) await settleCustody(spent, work);
}

async function successorWriter(rotation: WithNewKey, work: UserWork): Promise<KeyWriter> {
  const { signer } = factsOf(work, []);
  if (!signer.isReplaceable) throw ownKeyError(rotation.user, rotation.oldKeyId);
  return await writerSignedBy(await successorOf(rotation, work), work);
}

/** The new key with its secret: from custody, or from a place once custody has it no more. */
async function successorOf(rotation: WithNewKey, work: UserWork): Promise<NewAccessKey> {
  const { newKeyId: id } = rotation;
  const issued = await work.account.state.custody.get(id);
  if (issued !== undefined) return { id, secret: issued.secret, createdAt: issued.createdAt };
  const secret = await secretFromPlaces(rotation, id, work);
  if (secret === undefined) throw secretMissing(rotation, work);
  return { id, secret, createdAt: rotation.intendedAt };
}

/** I13: read every destination again, and AWS's list, just before the rotation ends. Returns the list. */
async function assertInPlace(
  rotation: WithNewKey,
  leaves: Leaves,
  work: UserWork,
): Promise<readonly AccessKey[]> {
  await assertInPlaces(rotation, work, leaves);
  const { user, newKeyId } = rotation;
  const keys = await work.listKeys();
  const newKey = keys.find(({ id }) => id === newKeyId);
  if (newKey?.status === 'Active') return keys;
  throw new KeyturnError(
    'key-changed',
    `the new key ${newKeyId} of ${user} is ${newKey?.status ?? 'gone'}; somebody changed it`,
    { hint: 'the old key was not touched; run again' },
  );
}

async function issuedKey(rotation: WithNewKey, work: UserWork): Promise<IssuedKey> {
  const { madeNow } = work;
  if (madeNow?.keyId === rotation.newKeyId) return madeNow;
  const issued = await work.account.state.custody.get(rotation.newKeyId);
  if (issued !== undefined) return issued;
  throw secretMissing(rotation, work);
}

function secretMissing({ newKeyId, user }: WithNewKey, { account }: UserWork): KeyturnError {
  return new KeyturnError(
    'secret-missing',
    `${account.state.custody.describe(newKeyId)} is gone, and with it the secret of ${user}`,
    { hint: 'put the file back and run again; the old key was not touched' },
  );
}
