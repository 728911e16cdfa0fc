// The steps of an undo, in the order that keeps the user working: the old key is Active again and
// AWS accepts it, the destination holds it, and only then the other key goes. Each step can be
// repeated, so an undo that died is taken up from its beginning.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Destination, UndonePair } from '../destinations/destination.ts';
import { deliversCustody } from '../destinations/kinds.ts';
import { judgeLeft } from '../lifecycle/judge-left.ts';
import { type AccessKey, LAST_USE_LAG_MS } from '../lifecycle/keys.ts';
import { placeWord } from '../lifecycle/plan-step.ts';
import type { DeliveryReceipt, JournaledTarget } from '../lifecycle/record.ts';
import type { UndoIntent } from '../lifecycle/rotation.ts';
import { dependsOn, ownKeyError } from '../lifecycle/signer.ts';
import { changeKey } from './change-key.ts';
import { reactivateKey } from './finish-key.ts';
import { heldAnywhere } from './held-anywhere.ts';
import { readLastUse } from './key-details.ts';
import {
  isRepeated,
  type LeftActive,
  leftFacts,
  reasonOfLeftActive,
  type Undoing,
} from './left-active.ts';
import { writerSignedBy } from './own-key.ts';
import { proveKey } from './prove-key.ts';
import { settleLeftOver } from './settle-custody.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

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
  /** Why it was left Active; undefined when it was not. `notBefore` is when a repeat may go further. */
  readonly leftActive: LeftActive | undefined;
  /** Whether all of it was so before: nothing was changed, and nothing is on record of it. */
  readonly isRepeat: boolean;
}

/** An undo under way: the rotation, its places, and the secret of the key that comes back. */
export interface WayBack {
  readonly rotation: Undoing;
  readonly destinations: readonly Destination[];
  /** Undefined where it is at hand nowhere. */
  readonly secret: Secret | undefined;
}

/**
 * Throws what its steps throw; the undo then stays open, unless AWS does not accept the key to go
 * back to and nothing depends on it yet: then it is given up, and all is as before.
 */
export async function performUndo(rotation: Undoing, work: UserWork): Promise<UndoneRotation> {
  const { user, id, undo } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const { account } = work;
  const back = await wayBackOf(rotation, work);
  const was = await reactivateKey(toKeyId, work);
  await prove(back, work);
  account.signal.throwIfAborted();
  const { putBack, notPutBack } = await putAllBack(back, work);
  const taken = await take(back, work);
  await work.record(id, { type: 'undone', notPutBack });
  account.emit({ code: 'rotation-undone', user, activeKeyId: toKeyId, keyId: fromKeyId });
  if (taken.leftActive !== undefined) {
    const reason = reasonOfLeftActive(taken.leftActive);
    account.emit({ code: 'key-left-active', user, keyId: fromKeyId, reason });
  }
  // I8: what went back keeps the other secret too.
  await settleLeftOver(work);
  const reactivated = was === 'reactivated';
  const undone = { toKeyId, fromKeyId, reactivated, putBack, notPutBack, ...taken };
  return { user, rotation: id, isRepeat: false, ...undone };
}

/** Throws `other-destination`, and `own-key` (I7). */
export async function wayBackOf(rotation: Undoing, at: UserAtHand): Promise<WayBack> {
  const { undo } = rotation;
  const destinations = await at.account.places.toFinish(rotation);
  const secret = await secretOf(undo.toKeyId, destinations, at);
  assertNotOwn(undo, secret, at);
  return { rotation, destinations, secret };
}

/** Where it is at hand: in a destination that keeps it, or in custody still. */
export async function secretOf(
  keyId: AccessKeyId,
  destinations: readonly Destination[],
  { account }: UserAtHand,
): Promise<Secret | undefined> {
  for (const { wayBack } of destinations) {
    // One that cannot be read must not keep the old key Inactive; putting it back will say why.
    const secret = await wayBack?.secretOf(keyId).catch(() => undefined);
    if (secret !== undefined) return secret;
  }
  return (await account.state.custody.get(keyId))?.secret;
}

/**
 * I7: the key that signs these calls is made Inactive by the one that comes back, or not at all.
 * Throws `own-key`.
 */
export function assertNotOwn(
  { fromKeyId, fromKeyFate }: UndoIntent,
  secret: Secret | undefined,
  { user, account }: UserAtHand,
): void {
  const { gateway } = account;
  if (fromKeyFate === 'keep' || !dependsOn(gateway.caller, user, fromKeyId)) return;
  if (secret !== undefined && gateway.signedBy !== undefined) return;
  throw new KeyturnError('own-key', ownKeyError(user, fromKeyId).message, {
    hint: "sign with a role that does not depend on it, or with another user's key, to undo this one",
  });
}

const REFUSALS: readonly ErrorCode[] = ['not-accepted-yet', 'wrong-identity', 'proof-denied'];

/** I4: nothing may depend on a key that AWS does not accept. */
async function prove(back: WayBack, work: UserWork): Promise<void> {
  const { rotation, secret } = back;
  if (secret === undefined) return;
  const { toKeyId: id } = rotation.undo;
  try {
    await proveKey({ id, secret, createdAt: work.account.clock.now() }, 'cut-over', work);
  } catch (thrown) {
    const isRefused = thrown instanceof KeyturnError && REFUSALS.includes(thrown.code);
    if (isRefused && !(await isUnderWay(back, work))) await giveUp(rotation, thrown.code, work);
    throw thrown;
  }
}

/** Whether an earlier run came so far that going on is the only way. */
async function isUnderWay(
  { rotation: { id, undo }, destinations }: WayBack,
  { history }: UserWork,
): Promise<boolean> {
  const { records } = history;
  const intent = records.findLastIndex(
    ({ rotation, step }) => rotation === id && step.type === 'undoing',
  );
  const isOtherTouched = records
    .slice(intent)
    .some(({ step }) => step.type === 'retiring' && step.keyId === undo.fromKeyId);
  if (isOtherTouched) return true;
  for (const destination of destinations) {
    if (destination.wayBack !== undefined && (await holds(destination, undo.toKeyId))) return true;
  }
  return false;
}

async function holds(destination: Destination, keyId: AccessKeyId): Promise<boolean> {
  const { kind, place: reference } = destination;
  return (await destination.holds(keyId, { kind, reference })) !== undefined;
}

async function giveUp(rotation: Undoing, reason: string, work: UserWork): Promise<void> {
  await work.record(rotation.id, { type: 'undo-given-up', reason });
}

async function putAllBack(back: WayBack, work: UserWork): Promise<Restored> {
  const isByPlan = work.account.policy.planned !== undefined;
  const restored = await restore(back, work, async (destination, undo) => {
    // A plan names the places that can go back; the others are left to a person, as they are without one.
    if (isByPlan && !(await destination.wayBack.canPutBack(undo))) return false;
    work.assertPlanned({ do: 'put-back', place: placeWord(destination) });
    return await destination.wayBack.putBack(undo);
  });
  const stop = whyHalfWay(back.rotation, restored);
  if (stop === undefined) return restored;
  // Nothing else was asked for, and nothing else was done.
  await giveUp(back.rotation, 'the destination cannot be put back', work);
  throw stop;
}

/** The places, by whether they have the old pair again. */
export interface Restored extends Pick<UndoneRotation, 'putBack' | 'notPutBack'> {
  /** Places that have the old pair again: it is known what they hold. */
  readonly back: readonly JournaledTarget[];
}

type GoingBack = Pick<Destination, 'kind' | 'place'> & {
  readonly wayBack: NonNullable<Destination['wayBack']>;
};

/** Asks each place that keeps former pairs: to put the old one back, or whether it could. */
export async function restore(
  { rotation, destinations, secret }: WayBack,
  { account }: UserAtHand,
  ask: (destination: GoingBack, undo: UndonePair) => Promise<boolean>,
): Promise<Restored> {
  const { undo, receipts, placed, newKeyId } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const putBack: DeliveryReceipt[] = [];
  const notPutBack: DeliveryReceipt[] = [];
  const back: JournaledTarget[] = [];
  for (const [index, destination] of destinations.entries()) {
    const { kind, place, wayBack } = destination;
    const isBack =
      wayBack !== undefined &&
      (await keepsProved(wayBack, toKeyId, secret)) &&
      (await ask({ kind, place, wayBack }, { toKeyId, fromKeyId }));
    // Also where the run died before it could record what it had delivered.
    const reference = deliversCustody(kind) ? account.state.custody.describe(newKeyId) : place;
    (isBack ? putBack : notPutBack).push(receipts[index] ?? placed?.[index] ?? { kind, reference });
    const target = rotation.targets[index];
    if (isBack && target !== undefined) back.push(target);
  }
  return { putBack, notPutBack, back };
}

/**
 * I4: each place keeps a pair of its own, and only one was proved: half a pair must not come back. A place that gives
 * back no secret, as a program or one of another form, is asked nothing here.
 */
async function keepsProved(
  wayBack: NonNullable<Destination['wayBack']>,
  keyId: AccessKeyId,
  proved: Secret | undefined,
): Promise<boolean> {
  const kept = await wayBack.secretOf(keyId);
  return kept === undefined || proved === undefined || kept.equals(proved);
}

/** An undo that keeps both keys Active is about its places alone: it goes back in all, or not at all. */
export function whyHalfWay(
  { undo }: Undoing,
  { notPutBack: [left] }: Restored,
): KeyturnError | undefined {
  const { toKeyId, fromKeyId, fromKeyFate } = undo;
  if (left === undefined || fromKeyFate === 'deactivate') return undefined;
  return new KeyturnError(
    'credentials-file',
    `${left.kind} ${left.reference} does not hold the pairs of ${toKeyId} and ${fromKeyId} any more`,
    { hint: 'a backup beside the file may hold them: credentials.backup.*' },
  );
}

export type TakenKey = Pick<UndoneRotation, 'fromKey' | 'leftActive'>;

async function take(back: WayBack, work: UserWork): Promise<TakenKey> {
  // I13: with fresh eyes, just before the other key goes; a place may have been written again meanwhile.
  const taken = await decideTaken(back, [], work);
  if (taken.fromKey !== 'made-inactive') return taken;
  work.account.signal.throwIfAborted();
  const { fromKeyId: keyId } = back.rotation.undo;
  const writer = await writerFor(back, work);
  await changeKey({ keyId, to: 'Inactive', by: 'undo', why: 'undo', writer }, work);
  return taken;
}

/** What becomes of the key that is taken back, by reads alone; `besides` are places that will not have it. */
export async function decideTaken(
  back: WayBack,
  besides: readonly JournaledTarget[],
  at: UserAtHand,
): Promise<TakenKey> {
  const { fromKeyId: keyId, fromKeyFate } = back.rotation.undo;
  if (fromKeyFate === 'keep') return { fromKey: 'kept', leftActive: undefined };
  const keys = await at.account.gateway.reader.listAccessKeys(at.user);
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return { fromKey: 'gone', leftActive: undefined };
  if (key.status !== 'Active') return { fromKey: 'was-inactive', leftActive: undefined };
  const verdict = await judge(back, key, at);
  if (verdict.kind !== 'unused') return { fromKey: 'left-active', leftActive: verdict };
  const landsUntil = at.history.mayTurnInactiveUntil(back.rotation.undo.toKeyId);
  if (landsUntil !== undefined && at.account.clock.now() < landsUntil) {
    // I13: a late request would leave the user without a key that works.
    const left = { kind: 'request-may-land', notBefore: landsUntil } as const;
    return { fromKey: 'left-active', leftActive: asOfNow(left, back, at) };
  }
  // I10: whichever place, and in whatever form.
  const holding = await heldAnywhere(keyId, at, besides);
  if (holding.kind !== 'nowhere') {
    const kind = holding.kind === 'held' ? 'held' : 'unread';
    return { fromKey: 'left-active', leftActive: { kind, where: holding.where } };
  }
  for (const [index, destination] of back.destinations.entries()) {
    const target = back.rotation.targets[index];
    if (destination.wayBack === undefined || (target && besides.includes(target))) continue;
    // I14: throws while a rotation of the service's own is under way, which may bring the other pair back.
    await holds(destination, back.rotation.undo.toKeyId);
  }
  return { fromKey: 'made-inactive', leftActive: undefined };
}

/** I7: the key that signs these calls is made Inactive by the one that comes back. */
async function writerFor({ rotation, secret }: WayBack, work: UserWork) {
  const { gateway, clock } = work.account;
  const { fromKeyId, toKeyId: id } = rotation.undo;
  const isOwn = dependsOn(gateway.caller, work.user, fromKeyId) && secret !== undefined;
  return isOwn
    ? await writerSignedBy({ id, secret, createdAt: clock.now() }, work)
    : gateway.writer;
}

/**
 * Whether somebody works with the key already: then making it Inactive would be an outage, and the
 * person decides. Our own checks with STS are no use.
 */
async function judge(
  back: WayBack,
  key: AccessKey,
  at: UserAtHand,
): Promise<{ readonly kind: 'unused' } | LeftActive> {
  const { account } = at;
  const { rotation } = back;
  const now = account.clock.now();
  const lastUse = await readLastUse(account.gateway.reader, key);
  const facts = leftFacts({ rotation, key: { ...key, lastUse } }, at);
  const begunAt = facts.deliveredAt ?? ((await mayBeAnywhere(back)) ? begin(back, at) : undefined);
  const verdict = judgeLeft({ ...facts, deliveredAt: begunAt }, now);
  return verdict.kind === 'not-shown-yet' ? asOfNow(verdict, back, at) : verdict;
}

function begin({ rotation }: WayBack, { history }: UserAtHand): Date | undefined {
  return history.recordsOf(rotation.id).findLast(({ step }) => step.type === 'undoing')?.at;
}

/** Readers could have the key until now, so a repeat of the first undo counts from here. */
function asOfNow<Left extends { readonly notBefore: Date }>(
  verdict: Left,
  { rotation }: WayBack,
  { account }: UserAtHand,
): Left {
  if (isRepeated(rotation)) return verdict;
  const nowMs = account.clock.now().getTime();
  return { ...verdict, notBefore: new Date(nowMs + LAST_USE_LAG_MS) };
}

/**
 * Whether a delivery that is not on record may have reached one of its places, or may reach it yet (I11,
 * I13): once the key is proved, a request to a place may be under way whose answer nobody heard.
 */
async function mayBeAnywhere({ rotation, destinations }: WayBack): Promise<boolean> {
  if (rotation.placed !== undefined) return true;
  const isBegun = rotation.before.phase === 'proved';
  for (const { wayBack } of destinations) {
    if (isBegun && wayBack !== undefined) return true;
    const isThere = wayBack?.secretOf(rotation.undo.fromKeyId).then(
      (secret) => secret !== undefined,
      () => true,
    );
    if ((await isThere) === true) return true;
  }
  return false;
}
