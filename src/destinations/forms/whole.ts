// A place that holds nothing but one text with both halves, in a form.

import { KeyturnError } from '../../base/errors.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
import { Secret } from '../../base/secret.ts';
import type { StoredPair } from '../key-fields.ts';
import type { Form } from './form.ts';

/** Whose key is there, by its ID. Throws `not-deliverable` for a text that would be lost (I14). */
export function idInWhole(text: string, where: string, form: Form): string | undefined {
  const parts = form.partsIn(text);
  if (parts !== undefined || isFree(text)) return parts?.id;
  throw new KeyturnError(
    'not-deliverable',
    `${where} holds something else than ${form.label} makes, and it would be lost`,
    { hint: 'keep it elsewhere, and store {} there, or nothing where an empty text is taken' },
  );
}

/** The pair as it is kept: the text is the secret of it. */
export function pairOfWhole(text: string, form: Form): StoredPair | undefined {
  const id = form.partsIn(text)?.id;
  return id !== undefined && looksLikeKeyId(id) ? { id, secret: new Secret(text) } : undefined;
}

/** Nothing, or what whoever makes a place is told to put there. */
function isFree(text: string): boolean {
  return ['', '{}'].includes(text.trim());
}
