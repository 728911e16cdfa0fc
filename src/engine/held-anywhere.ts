// Does a place hold this key, in any form? One question, asked before every key that is made Inactive or deleted,
// whichever rotation brought it there, or whoever (I10, I13): its readers would be cut off. A place that names the
// key in its text counts, under whatever names, and what cannot be read is unknown and not empty (I11). Each place
// is read once, and AWS is not asked: a question signed with the key would be a use of it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import { readingsOf } from '../destinations/readings.ts';
import { type KnownPlace, knownPlaces, receiptAt } from '../lifecycle/known-places.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { formerHistory } from './former-name.ts';
import type { UserAtHand } from './user-work.ts';

export type Holding =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'held'; readonly where: string }
  /** One of the places cannot be read; none of the others has it. */
  | { readonly kind: 'unknown'; readonly where: string; readonly why: KeyturnError };

/** `besides` are places of which it is known. */
export async function heldAnywhere(
  keyId: AccessKeyId,
  at: UserAtHand,
  besides: readonly DeliveryTarget[] = [],
): Promise<Holding> {
  const isKnown = (one: DeliveryTarget) =>
    besides.some(({ kind, place }) => kind === one.kind && place === one.place);
  let unknown: Holding = { kind: 'nowhere' };
  const former = await formerHistory(keyId, at);
  const places = [at.history, ...(former === undefined ? [] : [former])].flatMap(knownPlaces);
  for (const place of places) {
    if (isKnown(place.target)) continue;
    const holding = await heldAt(place, keyId, at);
    if (holding.kind === 'held') return holding;
    if (holding.kind === 'unknown') unknown = holding;
  }
  return unknown;
}

/** Whether one of these places of the rotation has the key, as far as they can be read. */
export async function isHeldAt(
  rotation: Rotation,
  { keyId, targets }: { readonly keyId: AccessKeyId; readonly targets: readonly JournaledTarget[] },
  at: UserAtHand,
): Promise<boolean> {
  for (const target of targets) {
    const place = { rotation, target, receipt: receiptAt(rotation, target) };
    if ((await heldAt(place, keyId, at)).kind === 'held') return true;
  }
  return false;
}

/** Whether the place has the key, as far as it can be read. */
export async function heldAt(
  { rotation, target, receipt }: KnownPlace,
  keyId: AccessKeyId,
  { account }: UserAtHand,
): Promise<Holding> {
  const where = `${target.kind} ${target.place}`;
  try {
    for (const place of await account.places.toTidyUp({ ...rotation, targets: [target] })) {
      const isHeld =
        (await place.isRead?.(keyId, receipt)) ??
        isNamedIn((await place.textsRead?.()) ?? [], keyId);
      if (isHeld) return { kind: 'held', where };
    }
    return { kind: 'nowhere' };
  } catch (thrown) {
    const why = toKeyturnError(thrown);
    if (why.isStop) throw why;
    return { kind: 'unknown', where, why };
  }
}

export function isNamedIn(texts: readonly Secret[], keyId: AccessKeyId): boolean {
  return texts.some((text) =>
    [...readingsOf(text.reveal())].some((reading) => reading.toUpperCase().includes(keyId)),
  );
}

/** Why the key may not go; undefined where no place has it. */
export async function whyHeld(
  keyId: AccessKeyId,
  at: UserAtHand,
  besides: readonly DeliveryTarget[] = [],
): Promise<KeyturnError | undefined> {
  const holding = await heldAnywhere(keyId, at, besides);
  return holding.kind === 'nowhere' ? undefined : heldError(keyId, at.user, holding);
}

/** Throws `held-by-place`. */
export async function assertHeldNowhere(
  keyId: AccessKeyId,
  at: UserAtHand,
  besides: readonly DeliveryTarget[] = [],
): Promise<void> {
  const error = await whyHeld(keyId, at, besides);
  if (error !== undefined) throw error;
}

export function heldError(
  keyId: AccessKeyId,
  user: string,
  holding: Exclude<Holding, { readonly kind: 'nowhere' }>,
): KeyturnError {
  const gives = `${holding.where} gives ${keyId} of ${user} to its readers`;
  if (holding.kind === 'held') {
    return new KeyturnError('held-by-place', `${gives}, who would be left without a working key`, {
      hint: 'the key was not touched; put the pair of the other key there first',
    });
  }
  const { message, hintParts } = holding.why;
  return new KeyturnError('held-by-place', `whether ${gives} is not known: ${message}`, {
    hint: [...hintParts, 'the key was not touched'],
  });
}
