// A pair in two places: one holds the key ID and nothing else, the other the secret. What is at them is
// looked at as at one place (I14). Throws `not-deliverable`.

import { KeyturnError } from '../base/errors.ts';
import { looksLikeKeyId } from '../base/key-id-text.ts';
import type { Form } from './forms/form.ts';
import { type Pair, type ReplacedKey, refuseForeignKey } from './look.ts';
import { refuseOtherForm } from './secret-shape.ts';
import { looksLikeSecret } from './stray-fields.ts';

export interface Halves {
  readonly id: string;
  readonly secret: string;
}

export interface HalvesInPlace {
  readonly idWhere: string;
  readonly secretWhere: string;
  /** One with both halves in its text stands in the place of the secret. */
  readonly form?: Form | undefined;
}

/** The two texts with the pair in them; spaces and line ends around it stay as they were. */
export async function editedHalves(
  before: Halves,
  { idWhere, secretWhere, form }: HalvesInPlace,
  { pair, replaced }: { readonly pair: Pair; readonly replaced: ReplacedKey },
): Promise<Halves> {
  const id = withoutPlaceholder(before.id);
  const secret = withoutPlaceholder(before.secret);
  requireOneWord(id, idWhere);
  if (form?.isWhole !== true) requireOneWord(secret, secretWhere);
  await refuseForeignKey(id, idWhere, { pair, replaced });
  const [idText, secretText] = [id.trim(), secret.trim()];
  const isOurs = secretText === pair.secret.reveal();
  const hasId = looksLikeKeyId(idText);
  const isHalf = hasId ? secretText === '' : looksLikeSecret(secretText) && !isOurs;
  const isSwapped = looksLikeSecret(idText) || looksLikeKeyId(secretText);
  if (isHalf || isSwapped) throw halfThere(idWhere, secretWhere, isSwapped);
  const written = pair.secret.reveal();
  refuseOtherForm({ id: idText, secret: secretText, written }, secretWhere);
  return {
    id: withText(id, pair.keyId),
    secret: form?.isWhole ? pair.secret.reveal() : withText(secret, pair.secret.reveal()),
  };
}

function halfThere(idWhere: string, secretWhere: string, isSwapped: boolean): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    isSwapped
      ? `${idWhere} is to hold the key ID and ${secretWhere} the secret, and it is the other way round there`
      : `of ${idWhere} and ${secretWhere} only one holds half a pair: its reader has the other half elsewhere`,
    { hint: 'name the one with the key ID first, then the one with the secret' },
  );
}

/** Whoever makes a place is told to put `{}` there, whatever will be kept in it. */
function withoutPlaceholder(text: string): string {
  return text.trim() === '{}' ? '' : text;
}

/** Anything longer has a form that its readers depend on. */
const LENGTH_MAX = 128;

function requireOneWord(text: string, where: string): void {
  const word = text.trim();
  if (word.length <= LENGTH_MAX && !/[\s{}[\]"]/.test(word)) return;
  throw new KeyturnError('not-deliverable', `${where} holds more than half a pair`, {
    hint: 'of two places each holds one value and nothing else; a JSON object with both is named alone',
  });
}

function withText(before: string, text: string): string {
  const word = before.trim();
  if (word === '') return text;
  const start = before.indexOf(word);
  return `${before.slice(0, start)}${text}${before.slice(start + word.length)}`;
}
