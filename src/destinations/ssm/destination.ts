// A SecureString parameter of AWS Systems Manager as a destination. Parameters have no
// compare-and-swap: the last write wins, so a late one can too. That is why it is read again just
// before the old key goes (I13), and why its page recommends Secrets Manager.

import type { HigherTier, Parameter, ParameterStore } from '../../base/aws-stores.ts';
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
  standIn,
  withPairAt,
} from '../look.ts';
import { heldAfterAll } from '../read-back.ts';
import { deliverAs, placeOfRegion, type RegionalPlace, targetOfRegion } from '../regional-place.ts';
import type { Remark } from '../remarks.ts';
import { KIND, remarkOn, remarkOnTier, secureText, tierFor, wordsFor } from './parameters.ts';

export interface SsmParts {
  readonly store: ParameterStore;
  readonly remark: Remark;
  readonly clock: Clock;
  readonly replaced: ReplacedKey;
  /** How the pair is written there, where that is not as AWS made it. */
  readonly form?: Form | undefined;
}

/** A parameter and how it is reached. */
interface ParameterAtHand extends SsmParts {
  readonly at: RegionalPlace;
  readonly place: ObjectInPlace;
}

export function ssmDestination(at: RegionalPlace, parts: SsmParts): Destination {
  const { store, clock, replaced } = parts;
  const { name } = at;
  const place = {
    ...{ where: wordsFor(at), fields: at.fields },
    deliverAs: deliverAs(KIND, at, replaced.user),
    ...keptIn(parts.form, at.fields),
  };
  const parameter = { ...parts, at, place };
  return {
    kind: KIND,
    ...targetOfRegion(at),
    prepare: (key = standIn(parts.form)) =>
      preparing(async () => void (await edited(parameter, await store.read(at.name), key))),
    deliver: (key) => delivering(() => deliver(parameter, key)),
    holds: (keyId) =>
      delivering(() =>
        heldAfterAll(clock, async () => {
          const { text, version } = await store.read(at.name);
          const isThere = pairAt(text.reveal(), place)?.id === keyId;
          return isThere ? { texts: [text], version } : undefined;
        }),
      ),
    textsRead: () => readingTexts(async () => [(await store.read(name)).text]),
    stamp: () => delivering(async () => (await store.read(name)).version),
    wayBack: {
      secretOf: (keyId) => goingBack(() => secretOf(parameter, keyId)),
      canPutBack: (undo) => goingBack(async () => (await wayTo(parameter, undo)) !== undefined),
      putBack: (undo) => goingBack(() => putBack(parameter, undo)),
    },
  };
}

/** What the parameter would hold, once it was looked at (I14). Throws `not-deliverable`. */
async function edited(
  { at, store, place, replaced, remark }: ParameterAtHand,
  current: Parameter,
  pair: Pair,
): Promise<{ readonly text: Secret; readonly tier: HigherTier | undefined }> {
  const { where } = place;
  const text = await editedText(secureText(current, where), place, { pair, replaced });
  const room = await store.room(at.name);
  const tier = tierFor(text, room, { where, tier: at.tier });
  remarkOn(at.name, room, remark);
  remarkOnTier(at.name, tier, remark);
  return { text: new Secret(text), tier };
}

async function deliver(parameter: ParameterAtHand, key: IssuedKey): Promise<DeliveryReceipt> {
  const { at, store, place } = parameter;
  const reference = placeOfRegion(at);
  const current = await store.read(at.name);
  const pair = pairOf(current, place);
  const isThere = pair?.id === key.keyId && pair.secret.reveal() === key.secret.reveal();
  if (isThere) return { kind: KIND, reference, version: current.version };
  const { text, tier } = await edited(parameter, current, key);
  return { kind: KIND, reference, version: await store.write(at.name, text, { tier }) };
}

async function secretOf(
  { at, store, place }: ParameterAtHand,
  keyId: string,
): Promise<Secret | undefined> {
  const pairs = (await store.history(at.name)).map((version) => pairOf(version, place));
  return pairs.find((pair) => pair?.id === keyId)?.secret;
}

/** What the parameter is to hold, or that it holds the pair already; undefined when there is no way back. */
type WayTo = 'is-there' | Secret | undefined;

/** The old pair goes into the parameter as it is now: other fields may have changed since. */
async function wayTo(
  parameter: ParameterAtHand,
  { toKeyId, fromKeyId }: UndonePair,
): Promise<WayTo> {
  const { at, store, place } = parameter;
  const [current] = await store.history(at.name);
  const held = current && pairOf(current, place)?.id;
  if (held === toKeyId) return 'is-there';
  const secret = await secretOf(parameter, toKeyId);
  if (current === undefined || held !== fromKeyId || secret === undefined) return undefined;
  return new Secret(
    withPairAt(secureText(current, place.where), { keyId: toKeyId, secret }, place),
  );
}

async function putBack(parameter: ParameterAtHand, undo: UndonePair): Promise<boolean> {
  const { at, store } = parameter;
  const way = await wayTo(parameter, undo);
  if (way === undefined) return false;
  if (way !== 'is-there') await store.write(at.name, way);
  return true;
}

function pairOf({ text }: Parameter, place: ObjectInPlace) {
  return pairAt(text.reveal(), place);
}
