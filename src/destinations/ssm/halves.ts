// Two parameters of AWS Systems Manager as one destination: one holds the key ID, the other, a SecureString,
// the secret. The secret is written first and the ID last, so an ID that has changed says that both are
// there; whoever died in between is followed by a run that writes what is missing.

import type { HigherTier, Parameter } from '../../base/aws-stores.ts';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, Held, UndonePair } from '../destination.ts';
import { delivering, goingBack, preparing, readingTexts } from '../failure.ts';
import { editedHalves, type Halves } from '../halves.ts';
import type { Custody } from '../kind.ts';
import { type Pair, standIn } from '../look.ts';
import { heldAfterAll } from '../read-back.ts';
import { type PlaceInHalves, placeOfRegion, targetOfRegion } from '../regional-place.ts';
import type { SsmParts } from './destination.ts';
import { KIND, remarkOn, remarkOnTier, secureText, tierFor, wordsFor } from './parameters.ts';

export interface HalvesParts extends SsmParts {
  readonly custody: Pick<Custody, 'get'>;
}

export function parametersInHalves(at: PlaceInHalves, parts: HalvesParts): Destination {
  const parameters = { ...parts, at };
  return {
    kind: KIND,
    ...targetOfRegion(at),
    prepare: (key = standIn(parts.form)) =>
      preparing(async () => void (await edited(parameters, key))),
    deliver: (key) => delivering(() => deliver(parameters, key)),
    holds: (keyId) => delivering(() => holds(parameters, keyId)),
    textsRead: () =>
      readingTexts(async () => {
        const read = [at.idName, at.secretName].map((name) => parts.store.read(name));
        return (await Promise.all(read)).map(({ text }) => text);
      }),
    stamp: () =>
      delivering(async () => {
        const read = [at.idName, at.secretName].map((name) => parts.store.read(name));
        return (await Promise.all(read)).map(({ version }) => version).join();
      }),
    wayBack: {
      secretOf: (keyId) => goingBack(() => secretOf(parameters, keyId)),
      canPutBack: (undo) => goingBack(async () => (await wayTo(parameters, undo)) !== undefined),
      putBack: (undo) => goingBack(() => putBack(parameters, undo)),
    },
  };
}

interface ParametersAtHand extends HalvesParts {
  readonly at: PlaceInHalves;
}

/** Both parameters as they stand, and what they would hold. */
interface Edited {
  readonly idNow: Parameter;
  readonly secretNow: Parameter;
  readonly halves: Halves;
  /** Where the secret's parameter is moved up to. */
  readonly tier?: HigherTier | undefined;
}

/** I14: looked at, by reads alone. */
async function edited(
  { at, store, replaced, form, remark }: ParametersAtHand,
  pair: Pair,
): Promise<Edited> {
  const { region, idName, secretName } = at;
  const idWhere = wordsFor({ region, name: idName });
  const secretWhere = wordsFor({ region, name: secretName });
  const idNow = await store.read(idName);
  const secretNow = await store.read(secretName);
  const before = { id: idNow.text.reveal(), secret: secureText(secretNow, secretWhere) };
  const halves = await editedHalves(before, { idWhere, secretWhere, form }, { pair, replaced });
  const [idRoom, secretRoom] = [await store.room(idName), await store.room(secretName)];
  tierFor(halves.id, idRoom, { where: idWhere, tier: undefined });
  const tier = tierFor(halves.secret, secretRoom, { where: secretWhere, tier: at.tier });
  remarkOn(idName, idRoom, remark);
  remarkOn(secretName, secretRoom, remark);
  remarkOnTier(secretName, tier, remark);
  return { idNow, secretNow, halves, tier };
}

async function deliver(parameters: ParametersAtHand, key: IssuedKey): Promise<DeliveryReceipt> {
  const { at } = parameters;
  const { halves, ...now } = await edited(parameters, key);
  const versions = await writeBoth(parameters, halves, now);
  return { kind: KIND, reference: placeOfRegion(at), version: versions.join() };
}

/** The secret first; what is as it is to be is not written again. */
async function writeBoth(
  { at, store }: ParametersAtHand,
  { id, secret }: Halves,
  { idNow, secretNow, tier }: Omit<Edited, 'halves'>,
): Promise<readonly [string, string]> {
  const secretVersion =
    secretNow.text.reveal() === secret
      ? secretNow.version
      : await store.write(at.secretName, new Secret(secret), { tier });
  const idVersion =
    idNow.text.reveal() === id
      ? idNow.version
      : await store.write(at.idName, new Secret(id), { what: 'no-secret' });
  return [idVersion, secretVersion];
}

async function holds(
  { at, store, clock, custody }: ParametersAtHand,
  keyId: IssuedKey['keyId'],
): Promise<Held | undefined> {
  const issued = await custody.get(keyId);
  return await heldAfterAll(clock, async () => {
    const id = await store.read(at.idName);
    if (id.text.reveal().trim() !== keyId) return undefined;
    const secret = await store.read(at.secretName);
    const isOther =
      issued !== undefined && secret.text.reveal().trim() !== issued.secret.reveal().trim();
    if (isOther) return undefined;
    return { texts: [id.text, secret.text], version: `${id.version},${secret.version}` };
  });
}

/**
 * The secret that was there when the ID was written. Whoever made the two by hand may have written the
 * secret last, so the oldest one goes with an ID from before it.
 */
async function secretOf(
  { at, store }: ParametersAtHand,
  keyId: string,
): Promise<Secret | undefined> {
  const id = (await store.history(at.idName)).find(({ text }) => text.reveal().trim() === keyId);
  if (id === undefined) return undefined;
  const secrets = await store.history(at.secretName);
  const before = secrets.find(({ modifiedAt }) => Number(modifiedAt) <= Number(id.modifiedAt));
  const secret = (before ?? secrets.at(-1))?.text.reveal().trim();
  return secret === undefined ? undefined : new Secret(secret);
}

/** What both parameters are to hold; undefined when there is no way back. */
async function wayTo(
  parameters: ParametersAtHand,
  { toKeyId, fromKeyId }: UndonePair,
): Promise<Edited | undefined> {
  const { at, store } = parameters;
  const [[idNow], [secretNow]] = [
    await store.history(at.idName),
    await store.history(at.secretName),
  ];
  const held = idNow?.text.reveal().trim();
  if (idNow === undefined || secretNow === undefined) return undefined;
  if (held !== toKeyId && held !== fromKeyId) return undefined;
  const secret = await secretOf(parameters, toKeyId);
  if (secret === undefined) return undefined;
  return { idNow, secretNow, halves: { id: toKeyId, secret: secret.reveal() } };
}

async function putBack(parameters: ParametersAtHand, undo: UndonePair): Promise<boolean> {
  const way = await wayTo(parameters, undo);
  if (way === undefined) return false;
  await writeBoth(parameters, way.halves, way);
  return true;
}
