// In which form a place has its secret, as far as the text itself shows: whoever reads a pair in one form can do
// nothing with it in another, and would be left without a key (I14).

import { KeyturnError } from '../base/errors.ts';
import { looksLikeKeyId } from '../base/key-id-text.ts';
import { looksLikeSecret } from './stray-fields.ts';

type Shape = 'plain' | 'base64' | 'smtp';

/** Bytes of a password of SES: the version, and a signature. */
const SMTP_BYTES = 33;
const SMTP_VERSIONS: readonly (number | undefined)[] = [2, 4];

/** Undefined for a text that may be anything, a placeholder among others. */
function shapeOf(text: string): Shape | undefined {
  if (looksLikeSecret(text)) return 'plain';
  if (!/^[A-Za-z\d+/]{40,60}={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (looksLikeSecret(bytes.toString('latin1').trim())) return 'base64';
  return bytes.length === SMTP_BYTES && SMTP_VERSIONS.includes(bytes[0]) ? 'smtp' : undefined;
}

const WORDS: Readonly<Record<Shape, string>> = {
  plain: 'a secret access key as AWS makes it',
  base64: 'a secret access key in base64',
  smtp: 'what looks like an SMTP password of SES',
};

const FORMS: Readonly<Record<Shape, string>> = {
  plain: 'leave the form out',
  base64: 'name the form: KIND:base64=NAME',
  smtp: 'name the form: KIND:ses-smtp:REGION=NAME',
};

export interface SecretBeside {
  /** What stands where the key ID goes. */
  readonly id: string;
  /** What stands where the secret goes. */
  readonly secret: string;
  /** What would be written there. */
  readonly written: string;
}

/** Throws `not-deliverable` where a key stands whose secret is plainly in another form. */
export function refuseOtherForm({ id, secret, written }: SecretBeside, where: string): void {
  if (!looksLikeKeyId(id) || secret === written) return;
  if (secret.includes(id)) {
    throw otherForm(
      `${where} has the key ID with the secret, in one text`,
      'name the fields or places that are read, each with one half, or a form that has both in one text',
    );
  }
  const [there, own] = [shapeOf(secret), shapeOf(written)];
  if (there === undefined || own === undefined || there === own) return;
  throw otherForm(
    `${where} has ${WORDS[there]}, and would have ${WORDS[own]}`,
    `${FORMS[there]}; or, if its reader is to take the other form from now on, empty the place first`,
  );
}

function otherForm(what: string, hint: string): KeyturnError {
  return new KeyturnError('not-deliverable', `${what}: its reader could do nothing with it`, {
    hint,
  });
}
