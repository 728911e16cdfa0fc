// A pair in one value: as a JSON object, or as the text of a form that has both halves in it. It is written at
// once, so no reader meets halves of two pairs.

import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Form } from './forms/form.ts';
import { holdsNoText, textAt, withTextAt } from './json-fields.ts';
import { FIELD_NAMES, type StoredHalves } from './key-fields.ts';
import {
  editedText,
  keptIn,
  type ObjectInPlace,
  type Pair,
  pairAt,
  type ReplacedKey,
  traceAfter,
} from './look.ts';
import { type FieldPath, writePath } from './pair-fields.ts';

/** A place of one value, in the form that it has. */
export function onePlace(
  place: Pick<ObjectInPlace, 'where' | 'deliverAs'>,
  form: Form | undefined,
): ObjectInPlace {
  return { ...place, ...keptIn(form, undefined) };
}

interface Change {
  readonly pair: Pair;
  readonly replaced: ReplacedKey;
}

/** What the value would hold, once it was looked at (I14). Throws `not-deliverable`. */
export async function editedValue(
  before: string | undefined,
  place: ObjectInPlace,
  change: Change,
): Promise<string> {
  return await editedText(filled(before), place, change);
}

/** An empty value has room for a pair. */
function filled(before: string | undefined): string {
  return before === undefined || before.trim() === '' ? '{}' : before;
}

/** The pair of a value as it is kept, and undefined where it holds none. */
export function pairOfValue(value: string | undefined, place: ObjectInPlace) {
  return value === undefined ? undefined : pairAt(value, place);
}

/** Of a place that is never read there is nothing to be kept but the pair. The ID is last. */
export function newValue({ keyId, secret }: Pair, form: Form | undefined): string {
  if (form?.isWhole) return secret.reveal();
  const [id, name] = form?.fieldNames?.[0] ?? FIELD_NAMES[0];
  return JSON.stringify({ [name]: secret.reveal(), [id]: keyId });
}

/**
 * Throws `not-deliverable` where the pair that the value held, or another key of the user, would stay beside
 * it: `after` is everything that a reader of the place reads, with the new value in it.
 */
export async function refuseTracesBeside(
  { before, after }: { readonly before: string | undefined; readonly after: string },
  place: ObjectInPlace,
  { pair, replaced }: Change,
): Promise<void> {
  const { where } = place;
  const stored = halvesOf(before, place);
  const other = stored.id === pair.keyId ? NOTHING : stored;
  const trace = await traceAfter({ after, stored: other, pair }, where, replaced);
  if (trace === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${where} has ${trace} beside the value that would be set, which would stay: whoever reads it there would be left with a key that does not work`,
    { hint: 'keep one pair there, and take the others out' },
  );
}

const NOTHING: StoredHalves = { id: undefined, secret: undefined };

/** As they were before a form made one text of them. */
function halvesOf(value: string | undefined, place: ObjectInPlace): StoredHalves {
  const { whole } = place;
  if (whole === undefined) return pairOfValue(value, place) ?? NOTHING;
  const { id, secret } = whole.partsIn(value ?? '') ?? {};
  return { id, secret: secret === undefined ? undefined : new Secret(secret) };
}

/** A value among the others of a JSON object: the object with the pair in it. Throws `not-deliverable`. */
export async function editedAmong(
  all: string,
  path: FieldPath,
  { place, ...change }: Change & { readonly place: ObjectInPlace },
): Promise<string> {
  const { where } = place;
  const name = writePath(path);
  if (holdsNoText(all, path)) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} has something else than text in the field ${name}`,
      { hint: 'name a field that holds text, or one that is not there yet' },
    );
  }
  const before = textAt(all, path);
  const value = await editedValue(before, place, change);
  const after = withTextAt(all, path, value);
  if (after === undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} has no room for the field ${name}: a name on the way stands twice, or is no object`,
      { hint: 'name the field as the object has it, or put the object right' },
    );
  }
  await refuseTracesBeside({ before, after }, place, change);
  return after;
}

/** What must be masked wherever a service says it: the text of a form, and the secret within. */
export function secretsIn(secret: Secret, form: Form | undefined): readonly Secret[] {
  const inner = form?.partsIn(secret.reveal())?.secret;
  return inner === undefined ? [secret] : [secret, new Secret(inner)];
}
