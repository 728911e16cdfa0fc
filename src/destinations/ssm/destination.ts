// A SecureString parameter of AWS Systems Manager as a destination. Parameters have no
// compare-and-swap: the last write wins, so a late one can too. That is why it is read again just
// before the old key goes (I13), and why its page recommends Secrets Manager.

import type { Parameter, ParameterStore } from '../../base/aws-stores.ts';
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

const KIND = 'ssm';

export interface SsmParts {
  readonly store: ParameterStore;
  readonly clock: Clock;
}

export function ssmDestination(at: RegionalPlace, { store, clock }: SsmParts): Destination {
  const where = wordsFor(at);
  const pair = async () => pairIn((await store.read(at.name)).text.reveal());
  return {
    kind: KIND,
    place: placeOfRegion(at),
    prepare: () =>
      preparing(async () => void namesIn(secureText(await store.read(at.name), where), where)),
    deliver: (key) => delivering(() => deliver(at, key, store)),
    holds: (keyId) =>
      delivering(() => heldAfterAll(clock, async () => (await pair())?.id === keyId)),
    wayBack: {
      secretOf: (keyId) => delivering(() => secretOf(at, keyId, store)),
      putBack: (undo) => delivering(() => putBack(at, undo, store)),
    },
  };
}

async function deliver(
  at: RegionalPlace,
  key: IssuedKey,
  store: ParameterStore,
): Promise<DeliveryReceipt> {
  const where = wordsFor(at);
  const current = await store.read(at.name);
  const pair = pairIn(current.text.reveal());
  const isThere = pair?.id === key.keyId && pair.secret.reveal() === key.secret.reveal();
  if (isThere) return { kind: KIND, reference: placeOfRegion(at), version: current.version };
  const text = new Secret(withPair(secureText(current, where), key, where));
  return { kind: KIND, reference: placeOfRegion(at), version: await store.write(at.name, text) };
}

async function secretOf(
  at: RegionalPlace,
  keyId: string,
  store: ParameterStore,
): Promise<Secret | undefined> {
  const pairs = (await store.history(at.name)).map(({ text }) => pairIn(text.reveal()));
  return pairs.find((pair) => pair?.id === keyId)?.secret;
}

/** The old pair goes into the parameter as it is now: other fields may have changed since. */
async function putBack(
  at: RegionalPlace,
  { toKeyId, fromKeyId }: UndonePair,
  store: ParameterStore,
): Promise<boolean> {
  const where = wordsFor(at);
  const [current] = await store.history(at.name);
  const held = current && pairIn(current.text.reveal())?.id;
  if (held === toKeyId) return true;
  const secret = await secretOf(at, toKeyId, store);
  if (current === undefined || held !== fromKeyId || secret === undefined) return false;
  const key = { keyId: toKeyId, secret };
  await store.write(at.name, new Secret(withPair(secureText(current, where), key, where)));
  return true;
}

function secureText({ text, isSecure }: Parameter, where: string): string {
  if (isSecure) return text.reveal();
  throw new KeyturnError('not-deliverable', `${where} is not a SecureString`, {
    hint: 'a secret must not be kept in the clear: delete it and make it anew with --type SecureString',
  });
}

function wordsFor({ region, name }: RegionalPlace): string {
  return `parameter ${name} in ${region}`;
}
