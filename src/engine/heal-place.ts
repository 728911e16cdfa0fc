// Gives a place its key again, between rotations: the pair is copied from custody or from a place that still has
// it, never from anywhere else, and only while AWS lists the key as an Active one of the user.

import { KeyturnError } from '../base/errors.ts';
import {
  foretellRotation,
  recoverCommand,
  type SameReach,
  undoCommand,
} from '../base/key-command.ts';
import type { Secret } from '../base/secret.ts';
import { isSameUser } from '../base/user-name.ts';
import type { Destination } from '../destinations/destination.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { mayFollow, type WithNewKey } from '../lifecycle/rotation.ts';
import { type ServedPlace, servedPlaces } from '../lifecycle/served-places.ts';
import { deliverOne, placedAt } from './delivery.ts';
import { assertPairHeld } from './in-place.ts';
import { openPlace } from './read-place.ts';
import { findOwnSecret } from './secret-in-texts.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

export interface Healed {
  /** Where the pair came from, in words. */
  readonly from: string;
  /** What did not exist and is made for it. */
  readonly made: readonly string[];
}

/**
 * What healing the place would do, by reads alone (I12). Throws why it cannot be healed: `needs-operator`,
 * `key-changed`, `secret-missing`, or what the place says to a writer.
 */
export async function foretellHealing(
  served: ServedPlace,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<Healed> {
  return await foretellCopy({ served, destination: await openPlace(served, at) }, keys, at);
}

/** A place that is to have the key, open. */
export interface PlaceToServe {
  readonly served: ServedPlace;
  readonly destination: Destination;
}

/** The same of a place that is open. */
export async function foretellCopy(
  place: PlaceToServe,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<Healed> {
  const { destination } = place;
  const { from } = await prepareCopy(place, keys, at);
  return { from, made: (await destination.making?.missing()) ?? [] };
}

export async function healPlace(
  served: ServedPlace,
  keys: readonly AccessKey[],
  work: UserWork,
): Promise<Healed> {
  const destination = await openPlace(served, work);
  const copied = await copyPair({ served, destination }, keys, work);
  const { kind, place } = served.target;
  const { user, account } = work;
  account.emit({ code: 'place-healed', user, keyId: served.keyId, kind, place, from: copied.from });
  return copied;
}

/** I14: looked at before it is written; I3: read back, ID and secret, before the new receipt is on record. */
export async function copyPair(
  place: PlaceToServe,
  keys: readonly AccessKey[],
  work: UserWork,
): Promise<Healed> {
  const { served, destination } = place;
  const { from, key, rotation } = await prepareCopy(place, keys, work);
  const { target } = served;
  const made = await makeAgain({ destination, key }, work);
  const receipt = await deliverOne(rotation, { destination, key }, work);
  await assertPairHeld(rotation, { destination, receipt }, work);
  await work.record(rotation.id, placedAt(target, receipt));
  return { from, made };
}

/** A place that is gone is made again where the operator asked for that, and looked at once it is there. */
async function makeAgain(
  { destination, key }: { readonly destination: Destination; readonly key: IssuedKey },
  { account, user }: UserWork,
): Promise<readonly string[]> {
  const { making, kind } = destination;
  const missing = (await making?.missing()) ?? [];
  if (making === undefined || missing.length === 0) return [];
  await making.make();
  for (const place of missing) account.emit({ code: 'place-made', user, kind, place });
  await destination.prepare?.(key);
  return missing;
}

async function prepareCopy(
  { served, destination }: PlaceToServe,
  keys: readonly AccessKey[],
  at: UserAtHand,
) {
  const rotation = rotationToHeal(served, at);
  const { createdAt } = keyToHeal(served, keys, at);
  const { secret, from } = await sourceOf(served, at);
  const { account, user } = at;
  const names = { account: account.gateway.caller.account, user, rotation: rotation.id };
  const key: IssuedKey = { ...names, keyId: served.keyId, secret, createdAt };
  // It may hold a half of the key.
  await destination.prepare?.(key);
  return { rotation, key, from };
}

function rotationToHeal(
  { rotation, keyId, target }: ServedPlace,
  { account }: UserAtHand,
): WithNewKey {
  const { reach } = account.policy;
  const receipt = { kind: target.kind, reference: target.place };
  const isOpenToIt = mayFollow(rotation, { type: 'placed', target, receipt });
  if (isOpenToIt && 'receipts' in rotation && rotation.newKeyId === keyId) return rotation;
  const { user, phase } = rotation;
  const goesOn = phase === 'undone' ? undoCommand(user, reach) : recoverCommand(user, reach);
  throw new KeyturnError(
    'needs-operator',
    `${target.kind} ${target.place} is left as it is: its rotation is ${phase}`,
    {
      hint:
        phase === 'closed'
          ? replaceHint(user, reach)
          : ['what brings its places into order is the rotation itself:', goesOn],
    },
  );
}

/** A key that AWS does not accept is no help to anybody. */
function keyToHeal(
  { keyId }: ServedPlace,
  keys: readonly AccessKey[],
  { user, account }: UserAtHand,
): AccessKey {
  const key = keys.find(({ id }) => id === keyId);
  if (key?.status === 'Active') return key;
  throw new KeyturnError(
    'key-changed',
    `${keyId} of ${user} is ${key?.status ?? 'gone'}, so there is nothing to give to the place`,
    { hint: replaceHint(user, account.policy.reach) },
  );
}

function replaceHint(user: string, reach: SameReach | undefined) {
  return ['replace the key, and the new one goes there:', foretellRotation(user, reach)];
}

interface Source extends Pick<Healed, 'from'> {
  readonly secret: Secret;
}

async function sourceOf(served: ServedPlace, at: UserAtHand): Promise<Source> {
  const { keyId } = served;
  const { account, user, history } = at;
  const issued = await account.state.custody.get(keyId);
  const isOurs = issued !== undefined && isSameUser(issued.user, user);
  if (isOurs && (await ownSecretIn([issued.secret], served, at)) !== undefined) {
    return { secret: issued.secret, from: 'custody' };
  }
  for (const each of servedPlaces(history)) {
    if (each.keyId !== keyId && each.nextKeyId !== keyId) continue;
    const secret = await secretAt({ ...each, keyId }, at);
    if (secret !== undefined) return { secret, from: `${each.target.kind} ${each.target.place}` };
  }
  throw new KeyturnError(
    'secret-missing',
    `no place shows the secret of ${keyId} of ${user} any more`,
    { hint: replaceHint(user, account.policy.reach) },
  );
}

/** One that cannot be read is no source. */
async function secretAt(served: ServedPlace, at: UserAtHand): Promise<Secret | undefined> {
  try {
    const destination = await openPlace(served, at);
    const shown = await ownSecretIn((await destination.textsRead?.()) ?? [], served, at);
    if (shown !== undefined) return shown;
    // A place may keep the version of itself that was there before somebody wrote over it.
    const kept = await destination.wayBack?.secretOf(served.keyId);
    return kept && (await ownSecretIn([kept], served, at));
  } catch (thrown) {
    if (thrown instanceof KeyturnError && !thrown.isStop) return undefined;
    throw thrown;
  }
}

/** AWS is asked only where no record tells. */
async function ownSecretIn(
  texts: readonly Secret[],
  { keyId, rotation }: ServedPlace,
  { history, account }: UserAtHand,
): Promise<Secret | undefined> {
  const pairMark = history.rotationThatMade(keyId)?.pairMark;
  const key = { keyId, oldKeyId: rotation.oldKeyId, pairMark };
  const found = await findOwnSecret(key, texts, account.gateway.verifier);
  return found.kind === 'found' ? found.secret : undefined;
}
