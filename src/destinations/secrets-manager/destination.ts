// A secret of AWS Secrets Manager as a destination. A version is immutable, so an attempt that comes
// late can only add one that nobody reads; what counts is the stage AWSCURRENT, and that moves by
// compare-and-swap (I13).

import type { SecretStore, SecretVersion } from '../../base/aws-stores.ts';
import type { Clock } from '../../base/clock.ts';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, UndonePair } from '../destination.ts';
import { delivering, goingBack, preparing, readingTexts } from '../failure.ts';
import type { Form } from '../forms/form.ts';
import {
  editedText,
  keptIn,
  type ObjectInPlace,
  type Pair,
  pairAt,
  type ReplacedKey,
  refuseTooLong,
  standIn,
} from '../look.ts';
import { heldAfterAll } from '../read-back.ts';
import { deliverAs, placeOfRegion, type RegionalPlace, targetOfRegion } from '../regional-place.ts';
import type { Remark } from '../remarks.ts';
import { requireReplicas } from './replicas.ts';
import {
  BYTES_MAX,
  changedMeanwhile,
  changesAllTheTime,
  KIND,
  PAUSE_MS,
  refuseOwnRotation,
  TRIES_MAX,
  textIn,
  versionIdOf,
  wordsFor,
} from './versions.ts';

/** What a secret without any version is taken for. */
const EMPTY_OBJECT = '{}';

export interface SecretsManagerParts {
  readonly store: SecretStore;
  readonly remark: Remark;
  readonly clock: Clock;
  readonly replaced: ReplacedKey;
  /** The same secret in another region, where it has a copy. */
  readonly storeIn: (region: string) => SecretStore;
  /** How the pair is written there, where that is not as AWS made it. */
  readonly form?: Form | undefined;
}

/** A secret and how it is reached. */
interface SecretAtHand extends SecretsManagerParts {
  readonly at: RegionalPlace;
  readonly place: ObjectInPlace;
}

export function secretsManagerDestination(
  at: RegionalPlace,
  parts: SecretsManagerParts,
): Destination {
  const { store, clock, replaced } = parts;
  const where = wordsFor(at);
  const place = {
    ...{ where, fields: at.fields, deliverAs: deliverAs(KIND, at, replaced.user) },
    ...keptIn(parts.form, at.fields),
  };
  const secret = { ...parts, at, place };
  const current = () => store.read(at.name, 'AWSCURRENT');
  return {
    kind: KIND,
    ...targetOfRegion(at),
    prepare: (key = standIn(parts.form)) =>
      preparing(async () => void (await edited(secret, await current(), key))),
    deliver: (key) => delivering(() => deliver(secret, key)),
    holds: (keyId) =>
      delivering(async () => {
        const held = await heldAfterAll(clock, async () => {
          const version = await current();
          const isThere = pairOf(version, secret)?.id === keyId;
          return isThere && version?.text !== undefined
            ? { texts: [version.text], version: version.versionId }
            : undefined;
        });
        // A rotation that is under way would take the place over as soon as the old key is Inactive.
        if (held === undefined) return undefined;
        await refuseOwnRotation(at.name, where, parts);
        if (held.version !== undefined) await requireReplicas(at, held.version, parts);
        return held;
      }),
    textsRead: () =>
      readingTexts(async () => {
        const version = await current();
        return version?.text === undefined ? [] : [version.text];
      }),
    stamp: () => delivering(async () => (await current())?.versionId),
    wayBack: {
      secretOf: (keyId) => goingBack(() => secretOf(secret, keyId)),
      canPutBack: (undo) => goingBack(async () => (await wayTo(secret, undo)) !== undefined),
      putBack: (undo) => goingBack(() => putBack(secret, undo)),
    },
  };
}

/** What the secret would hold, once it was looked at (I14). Throws `not-deliverable`. */
async function edited(
  secret: SecretAtHand,
  current: SecretVersion | undefined,
  pair: Pair,
): Promise<Secret> {
  const { at, place, replaced } = secret;
  const { where } = place;
  const before = textOf(current, where);
  await refuseOwnRotation(at.name, where, secret, current);
  const after = await editedText(before, place, { pair, replaced });
  refuseTooLong(after, BYTES_MAX, where);
  return new Secret(after);
}

async function deliver(secret: SecretAtHand, key: IssuedKey): Promise<DeliveryReceipt> {
  const { at, store, clock, place } = secret;
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const current = await store.read(at.name, 'AWSCURRENT');
    // An earlier attempt came through, this run's or another's.
    if (current !== undefined && holdsPair(current, key, secret)) {
      return { kind: KIND, reference: placeOfRegion(at), version: current.versionId };
    }
    const text = await edited(secret, current, key);
    const versionId = versionIdOf(at.name, text.reveal());
    await store.stage(at.name, versionId, text);
    const isPromoted = await store.promote(at.name, versionId, current?.versionId);
    if (isPromoted) return { kind: KIND, reference: placeOfRegion(at), version: versionId };
    // Somebody else changed the secret meanwhile. Their change must stay, so ours is made anew.
    await clock.sleep(PAUSE_MS * tries);
  }
  throw changesAllTheTime(place.where);
}

async function secretOf(secret: SecretAtHand, keyId: string): Promise<Secret | undefined> {
  const { at, store } = secret;
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS'] as const) {
    const pair = pairOf(await store.read(at.name, stage), secret);
    if (pair?.id === keyId) return pair.secret;
  }
  return undefined;
}

/** The version to go back to, and the one that is current. */
interface WayTo {
  readonly current: SecretVersion | undefined;
  readonly version: SecretVersion | undefined;
}

/**
 * Only the version before the last is kept for sure, so only that one is gone back to. Undefined when
 * it has another pair, or when somebody has put a third one in the place.
 */
async function wayTo(
  secret: SecretAtHand,
  { toKeyId, fromKeyId }: UndonePair,
): Promise<WayTo | undefined> {
  const { at, store } = secret;
  const current = await store.read(at.name, 'AWSCURRENT');
  const held = pairOf(current, secret)?.id;
  if (held === toKeyId) return { current, version: current };
  const previous = await store.read(at.name, 'AWSPREVIOUS');
  const isThere = previous !== undefined && pairOf(previous, secret)?.id === toKeyId;
  return held === fromKeyId && isThere ? { current, version: previous } : undefined;
}

async function putBack(secret: SecretAtHand, undo: UndonePair): Promise<boolean> {
  const { at, store, place } = secret;
  const way = await wayTo(secret, undo);
  if (way?.version === undefined) return false;
  const { current, version } = way;
  if (version === current) return true;
  if (await store.promote(at.name, version.versionId, current?.versionId)) return true;
  throw changedMeanwhile(place.where);
}

function holdsPair(
  version: SecretVersion,
  { keyId, secret }: IssuedKey,
  within: SecretAtHand,
): boolean {
  const pair = pairOf(version, within);
  return pair?.id === keyId && pair.secret.reveal() === secret.reveal();
}

function pairOf(version: SecretVersion | undefined, { place }: SecretAtHand) {
  return pairAt(textOf(version, place.where), place);
}

function textOf(version: SecretVersion | undefined, where: string): string {
  return version === undefined ? EMPTY_OBJECT : textIn(version, where);
}
