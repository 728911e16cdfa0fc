// Who holds the secret of a key? Custody and every place of its rotation are asked before the key is
// given up, and before the last other copy of its secret is removed (I3, I10).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Destination } from '../destinations/destination.ts';
import { receiptAt } from '../lifecycle/known-places.ts';
import type { PlacesAnswer, Question, UnreadPlace } from '../lifecycle/questions.ts';
import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { heldAnywhere } from './held-anywhere.ts';
import { type FoundInTexts, findOwnSecret, type MarkedKey } from './secret-in-texts.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

export async function askPlaces(
  { rotation, keyId }: Extract<Question, { ask: 'places' }>,
  at: UserAtHand,
): Promise<PlacesAnswer> {
  let destinations: readonly Destination[];
  try {
    destinations = await at.account.places.toTidyUp(rotation);
  } catch (thrown) {
    return { kind: 'unreadable', where: toKeyturnError(thrown).message };
  }
  const unread: UnreadPlace[] = [];
  for (const destination of destinations) {
    const answer = await askPlace(destination, { rotation, keyId }, at);
    if (answer.kind === 'placed') return answer;
    if (answer.kind === 'unreadable') unread.push(answer);
  }
  // Whoever took it from custody may have put it into a place of another rotation.
  const elsewhere = await heldAnywhere(keyId, at, rotation.targets);
  if (elsewhere.kind === 'held') {
    unread.push({ kind: 'unreadable', where: namedIn(elsewhere.where), isNamed: true });
  } else if (elsewhere.kind === 'unknown') {
    const { where, why } = elsewhere;
    unread.push({ kind: 'unreadable', where: `${where} cannot be read: ${why.message}` });
  }
  return hardest(unread) ?? { kind: 'missing' };
}

/** One that has it counts first. The operator's word can answer for a place that cannot be read: it comes last. */
function hardest(unread: readonly UnreadPlace[]): UnreadPlace | undefined {
  return (
    unread.find(({ isKept }) => isKept) ??
    unread.find(({ isKeyRefused }) => isKeyRefused) ??
    unread.find(({ isNamed }) => isNamed) ??
    unread[0]
  );
}

async function askPlace(
  destination: Destination,
  { rotation, keyId }: { readonly rotation: Rotation; readonly keyId: AccessKeyId },
  { account }: UserAtHand,
): Promise<PlacesAnswer> {
  const { kind, place } = destination;
  const key = markedKey(rotation, keyId);
  // What delivers the copy in custody has no other one.
  if (destination.keepsHandoff === true) return { kind: 'missing' };
  const where = `${kind} ${place}`;
  try {
    const found = await foundIn(destination, key, account);
    if (found?.kind === 'found') return { kind: 'placed' };
    if (found?.kind === 'named')
      return { kind: 'unreadable', where: namedIn(where), isNamed: true };
    if (found?.kind === 'key-refused') return keyRefused(keyId, where, found.isNamed);
    if (found?.kind === 'unclear') {
      return {
        kind: 'unreadable',
        where: `${where} may have it, and AWS did not say: ${found.reason}`,
      };
    }
    const receipt = receiptAt(rotation, destination) ?? { kind, reference: place };
    const isHeld = await destination.holds(keyId, receipt);
    return isHeld
      ? { kind: 'unreadable', where: `${where} has it, and does not give it back`, isKept: true }
      : { kind: 'missing' };
  } catch (thrown) {
    return {
      kind: 'unreadable',
      where: `${where} cannot be read: ${toKeyturnError(thrown).message}`,
    };
  }
}

function keyRefused(keyId: AccessKeyId, where: string, isNamed: boolean): UnreadPlace {
  return {
    kind: 'unreadable',
    where: `whether ${where} has the secret of ${keyId} does not show, because AWS does not accept that key`,
    isKeyRefused: true,
    ...(isNamed && { isNamed }),
  };
}

function namedIn(where: string): string {
  return `${where} names it, and no secret beside it is the one of that key`;
}

/** A place may name the key beside the secret of another: what it gives back is held against the key (I3). */
async function foundIn(
  destination: Destination,
  key: MarkedKey,
  { gateway }: AccountWork,
): Promise<FoundInTexts | undefined> {
  const kept = await destination.wayBack?.secretOf(key.keyId);
  const own = kept && (await findOwnSecret(key, [kept], gateway.verifier));
  if (own?.kind === 'found') return own;
  const texts = await destination.textsRead?.();
  const found = texts && (await findOwnSecret(key, texts, gateway.verifier));
  return own === undefined || found?.kind === 'found' ? found : namedBeside(own);
}

/** The key stands beside what was held against it, whatever came of that. */
function namedBeside(own: FoundInTexts): FoundInTexts {
  if (own.kind === 'nothing') return { kind: 'named' };
  return own.kind === 'key-refused' ? { ...own, isNamed: true } : own;
}

/** A mark is of the key that the rotation made. */
function markedKey(rotation: Rotation, keyId: AccessKeyId): MarkedKey {
  const { oldKeyId, pairMark } = rotation;
  const isItsOwn = hasNewKey(rotation) && rotation.newKeyId === keyId;
  return { oldKeyId, keyId, pairMark: isItsOwn ? pairMark : undefined };
}

/** The secret, from the first place that gives it back; undefined where none does any more. */
export async function secretFromPlaces(
  rotation: Rotation,
  keyId: AccessKeyId,
  { account }: UserWork,
): Promise<Secret | undefined> {
  for (const destination of await account.places.toTidyUp(rotation)) {
    const key = markedKey(rotation, keyId);
    const found = await foundIn(destination, key, account).catch(() => undefined);
    if (found?.kind === 'found') return found.secret;
  }
  return undefined;
}
