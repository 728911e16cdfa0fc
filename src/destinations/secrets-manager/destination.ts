// A secret of AWS Secrets Manager as a destination. A version is immutable, so an attempt that comes
// late can only add one that nobody reads; what counts is the stage AWSCURRENT, and that moves by
// compare-and-swap (I13).

import { createHash } from 'node:crypto';
import type { SecretStore, SecretVersion } from '../../base/aws-stores.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, UndonePair } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import { namesIn, pairIn, withPair } from '../key-fields.ts';
import { heldAfterAll } from '../read-back.ts';
import { placeOfRegion, type RegionalPlace } from '../regional-place.ts';

const KIND = 'secrets-manager';

/** How often somebody else may get ahead of us before we give up. */
const TRIES_MAX = 4;
const PAUSE_MS = 500;

/** What a secret without any version is taken for. */
const EMPTY_OBJECT = '{}';

export interface SecretsManagerParts {
  readonly store: SecretStore;
  readonly clock: Clock;
}

export function secretsManagerDestination(
  at: RegionalPlace,
  { store, clock }: SecretsManagerParts,
): Destination {
  const where = wordsFor(at);
  const current = () => store.read(at.name, 'AWSCURRENT');
  return {
    kind: KIND,
    place: placeOfRegion(at),
    prepare: () => preparing(async () => void namesIn(textOf(await current(), where), where)),
    deliver: (key) => delivering(() => deliver(at, key, store, clock)),
    holds: (keyId) =>
      delivering(() =>
        heldAfterAll(clock, async () => pairOf(await current(), where)?.id === keyId),
      ),
    wayBack: {
      secretOf: (keyId) => delivering(() => secretOf(at, keyId, store)),
      putBack: (undo) => delivering(() => putBack(at, undo, store)),
    },
  };
}

async function deliver(
  at: RegionalPlace,
  key: IssuedKey,
  store: SecretStore,
  clock: Clock,
): Promise<DeliveryReceipt> {
  const where = wordsFor(at);
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const current = await store.read(at.name, 'AWSCURRENT');
    // An earlier attempt came through, this run's or another's.
    if (current !== undefined && holdsPair(current, key, where)) {
      return { kind: KIND, reference: placeOfRegion(at), version: current.versionId };
    }
    const text = new Secret(withPair(textOf(current, where), key, where));
    const versionId = versionIdOf(at.name, text);
    await store.stage(at.name, versionId, text);
    const isPromoted = await store.promote(at.name, versionId, current?.versionId);
    if (isPromoted) return { kind: KIND, reference: placeOfRegion(at), version: versionId };
    // Somebody else changed the secret meanwhile. Their change must stay, so ours is made anew.
    await clock.sleep(PAUSE_MS * tries);
  }
  throw new KeyturnError(
    'delivery-failed',
    `${where} changes all the time; somebody writes to it`,
    {
      hint: 'find what else writes to this secret, then run again',
    },
  );
}

/**
 * The name of a version: the same content gives the same name, so that a repeat after a lost answer
 * adds no version, and another content never meets a name that is taken. The content has 240 random
 * bits, so its hash gives nothing away.
 */
function versionIdOf(name: string, text: Secret): string {
  const hex = createHash('sha256').update(`${name}\n${text.reveal()}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

async function secretOf(
  at: RegionalPlace,
  keyId: string,
  store: SecretStore,
): Promise<Secret | undefined> {
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS'] as const) {
    const pair = pairOf(await store.read(at.name, stage), wordsFor(at));
    if (pair?.id === keyId) return pair.secret;
  }
  return undefined;
}

/** Only the version before the last is kept for sure, so only that one is gone back to. */
async function putBack(
  at: RegionalPlace,
  { toKeyId, fromKeyId }: UndonePair,
  store: SecretStore,
): Promise<boolean> {
  const where = wordsFor(at);
  const current = await store.read(at.name, 'AWSCURRENT');
  const held = pairOf(current, where)?.id;
  if (held === toKeyId) return true;
  const previous = await store.read(at.name, 'AWSPREVIOUS');
  const isThere = previous !== undefined && pairOf(previous, where)?.id === toKeyId;
  if (held !== fromKeyId || !isThere) return false;
  if (await store.promote(at.name, previous.versionId, current?.versionId)) return true;
  throw new KeyturnError('delivery-failed', `${where} was changed while it was put back`, {
    hint: 'run again',
  });
}

function holdsPair(version: SecretVersion, { keyId, secret }: IssuedKey, where: string): boolean {
  const pair = pairOf(version, where);
  return pair?.id === keyId && pair.secret.reveal() === secret.reveal();
}

function pairOf(version: SecretVersion | undefined, where: string) {
  return pairIn(textOf(version, where));
}

function textOf(version: SecretVersion | undefined, where: string): string {
  if (version === undefined) return EMPTY_OBJECT;
  if (version.text !== undefined) return version.text.reveal();
  throw new KeyturnError('not-deliverable', `${where} is binary, not text`, {
    hint: 'name a secret with a JSON object',
  });
}

function wordsFor({ region, name }: RegionalPlace): string {
  return `secret ${name} in ${region}`;
}
