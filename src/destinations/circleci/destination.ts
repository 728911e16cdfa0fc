// Environment variables of CircleCI as a destination. The last four characters of each value, and the times that
// CircleCI tells, are the marker by which a delivery is known again; neither half is ever shown whole.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import { type Destination, HELD, type Held } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import type { Custody } from '../kind.ts';
import { standIn } from '../look.ts';
import { makingVariables, PLACEHOLDER } from '../making-variables.ts';
import { newValue } from '../one-value.ts';
import { heldAfterAll } from '../read-back.ts';
import { namesOf } from '../variable-names.ts';
import { isUnchanged, REWRITTEN, versionOf, writtenIn } from '../written.ts';
import type { Variable } from './api.ts';
import { type CircleParts, endsAs, look, missingNames, withRights, wordsFor } from './look.ts';
import { holderOf, placeOfCircle } from './place.ts';

export interface CircleDestinationParts extends CircleParts {
  readonly clock: Clock;
  readonly custody: Pick<Custody, 'get'>;
}

export function circleDestination(parts: CircleDestinationParts): Destination {
  const { at, holders } = parts;
  const place = placeOfCircle(at);
  /** What this process delivered, so that a repeat that finds it there writes nothing. */
  let delivered: { readonly keyId: string; readonly receipt: DeliveryReceipt } | undefined;
  const deliver = async (key: IssuedKey): Promise<DeliveryReceipt> => {
    const seen = await look(parts, key);
    const known = delivered?.keyId === key.keyId ? delivered.receipt : undefined;
    const written = writtenIn(known?.version);
    if (known && written && isUnchanged(written, stampsOf(seen))) return known;
    const stamps = stampsOf(await writePair(parts, key));
    const version = versionOf({ keyId: key.keyId, stamps });
    delivered = { keyId: key.keyId, receipt: { kind: holders.kind, reference: place, version } };
    return delivered.receipt;
  };
  return {
    kind: holders.kind,
    place,
    prepare: (key = standIn(parts.form)) => preparing(async () => void (await look(parts, key))),
    deliver: (key) => delivering(() => deliver(key)),
    holds: (keyId, receipt) =>
      delivering(() => heldAfterAll(parts.clock, () => held(parts, keyId, receipt))),
    isRead: (keyId, receipt) => delivering(() => isRead(parts, keyId, receipt)),
    ...(parts.makesMissing && {
      making: makingVariables({
        owner: holderOf(at),
        missing: () => missingNames(parts),
        make: (name) => parts.api.write(name, new Secret(PLACEHOLDER)),
        withRights: (thrown) => withRights(thrown, parts),
      }),
    }),
  };
}

function stampsOf(variables: readonly Variable[]): string[] {
  return variables.map(({ stamp }) => stamp);
}

type Texts = Pick<IssuedKey, 'keyId'> & { readonly secret: Secret | undefined };

/**
 * The values in the order of the place; undefined for what is not at hand. Of an object the ID is last, so
 * that its end is shown.
 */
function valuesOf({ at, form }: CircleParts, { keyId, secret }: Texts): (Secret | undefined)[] {
  if (at.pair.form === 'halves') return [new Secret(keyId), secret];
  if (form?.isWhole) return [secret];
  // Of an object whose secret is not at hand the end is the same.
  return [new Secret(newValue({ keyId, secret: secret ?? new Secret('') }, form))];
}

/** The secret first: a key ID that has changed says that both are there. */
async function writePair(
  parts: CircleDestinationParts,
  key: IssuedKey,
): Promise<readonly Variable[]> {
  const names = namesOf(parts.at.pair);
  const values = valuesOf(parts, key);
  try {
    for (let index = names.length - 1; index >= 0; index -= 1) {
      await parts.api.write(names[index] ?? '', values[index] ?? key.secret);
    }
    const shown = await heldAfterAll(parts.clock, async () =>
      (await endsRight(parts, values)) ? HELD : undefined,
    );
    if (shown !== undefined) return present(await parts.api.variables(names));
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
  throw new KeyturnError(
    'delivery-failed',
    `CircleCI took the new pair for ${wordsFor(parts)}, and shows the end of another one`,
    { hint: 'run again; somebody else may be writing there too' },
  );
}

function present(variables: readonly (Variable | undefined)[]): Variable[] {
  return variables.filter((each) => each !== undefined);
}

/** False where a variable is missing or ends otherwise. */
async function endsRight(
  { api, at }: CircleParts,
  values: readonly (Secret | undefined)[],
): Promise<boolean> {
  const now = await api.variables(namesOf(at.pair));
  return now.every((variable, index) => {
    const value = values[index];
    if (variable === undefined) return false;
    return value === undefined || endsAs(variable, value.reveal()) !== false;
  });
}

async function variablesNow(parts: CircleParts): Promise<readonly Variable[] | undefined> {
  try {
    const found = present(await parts.api.variables(namesOf(parts.at.pair)));
    return found.length < namesOf(parts.at.pair).length ? undefined : found;
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

async function held(
  parts: CircleDestinationParts,
  keyId: IssuedKey['keyId'],
  receipt: DeliveryReceipt,
): Promise<Held | undefined> {
  const now = await variablesNow(parts);
  if (now === undefined) return undefined;
  const secret = (await parts.custody.get(keyId))?.secret;
  const values = valuesOf(parts, { keyId, secret });
  const isOther = now.some((variable, index) => {
    const value = values[index];
    return value !== undefined && endsAs(variable, value.reveal()) === false;
  });
  if (isOther) return undefined;
  const written = writtenIn(receipt.version);
  if (written !== undefined && isUnchanged(written, stampsOf(now))) {
    return written.keyId === keyId ? { ...HELD, version: versionOf(written) } : undefined;
  }
  // Somebody has written it since, or nothing is on record: the ends of both halves tell enough.
  const isShown = now.every(({ tail }) => tail !== undefined);
  if (isShown && secret !== undefined && parts.at.pair.form === 'halves') return HELD;
  throw nobodyTells(parts, written === undefined ? 'there is no record of a delivery' : SINCE);
}

const SINCE = 'somebody has written there since';

/** Whether the variables may give the key to jobs. Throws where nobody can tell. */
async function isRead(
  parts: CircleParts,
  keyId: IssuedKey['keyId'],
  receipt: DeliveryReceipt | undefined,
): Promise<boolean> {
  const now = await variablesNow(parts);
  if (now === undefined) return false;
  const written = writtenIn(receipt?.version);
  if (written !== undefined && isUnchanged(written, stampsOf(now))) return written.keyId === keyId;
  const [id] = now;
  const [value] = valuesOf(parts, { keyId, secret: undefined });
  const ends = id && value && endsAs(id, value.reveal());
  // An object that somebody else wrote may end with the other half.
  if (ends !== undefined && parts.at.pair.form === 'halves') return ends;
  throw nobodyTells(parts, written === undefined ? 'there is no record of a delivery' : SINCE);
}

function nobodyTells(parts: CircleParts, why: string): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `which key is in ${wordsFor(parts)} cannot be told: CircleCI shows four characters, and ${why}`,
    {
      hint: 'deliver once more, or find out who else writes there',
      cause: why === SINCE ? REWRITTEN : undefined,
    },
  );
}
