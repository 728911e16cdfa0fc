// Texts of forms for the contract of all destinations: what stands at a place before, and what its readers make
// of what they find. That the forms themselves are right is judged in forms.test.ts by other programs.

import assert from 'node:assert/strict';
import type { Form } from '../../src/destinations/forms/form.ts';
import { formWord, namedForm } from '../../src/destinations/forms/forms.ts';
import { openForm } from '../../src/destinations/forms/open-form.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import { OLD, type ServedPair } from './contract.ts';

const TEMPLATE =
  '{"s3": {"key": "{access_key_id}", "secret": "{secret_access_key}"}, "of": "{user}"}';

/** Forms that have both halves in one text, as an operator names them; of a template its text is the argument. */
export const WHOLE_FORMS = ['aws-credentials-ini:app', `json-template:${TEMPLATE}`];

/** Those of one word, for places that keep nothing else. */
export const ENCODED_FORMS = ['aws-credentials-ini+base64:app', `json-template+base64:${TEMPLATE}`];

/** As the journal has it. */
export function wordOf(asked: string): string {
  const named = namedForm(asked);
  assert.ok(named, asked);
  return formWord(named);
}

function opened(asked: string): Form {
  const form = openForm(wordOf(asked), { user: OLD.user, account: OLD.account });
  assert.ok(form, asked);
  return form;
}

export function textFor(asked: string, key: Pick<IssuedKey, 'keyId' | 'secret'>): string {
  return opened(asked).write(key);
}

/** What a reader of the form takes out of a text. */
export function pairFrom(asked: string, text: string): ServedPair {
  const { id = '', secret = '' } = opened(asked).partsIn(text) ?? {};
  return { id, secret };
}

/** One value with both halves: in the form, or as JSON where there is none. */
export interface OneValue {
  readonly put: (key: Pick<IssuedKey, 'keyId' | 'secret'>) => string;
  readonly read: (text: string) => ServedPair;
}

export function oneValue(
  form: string | undefined,
  more: Readonly<Record<string, unknown>> = {},
): OneValue {
  if (form !== undefined) {
    return { put: (key) => textFor(form, key), read: (text) => pairFrom(form, text) };
  }
  return {
    put: ({ keyId, secret }) =>
      JSON.stringify({ ...more, SecretAccessKey: secret.reveal(), AccessKeyId: keyId }),
    read: (text) => {
      const { AccessKeyId: id = '', SecretAccessKey: secret = '' } = JSON.parse(text || '{}');
      return { id, secret };
    },
  };
}
