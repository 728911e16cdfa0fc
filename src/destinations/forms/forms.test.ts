import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../../base/access-key-id.ts';
import { Secret } from '../../base/secret.ts';
import { askedForm, FORMS, formLabel, formWord, namedForm } from './forms.ts';
import { openForm } from './open-form.ts';

const FACTS = { user: 'svc-mail', account: '123456789012' };
const PAIR = {
  keyId: accessKeyId('AKIAIOSFODNN7EXAMPLE'),
  secret: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
};

const TEMPLATE =
  '{ "id": "{access_key_id}",\n  "secret": "{secret_access_key}", "as": "{user}@{account}", "re": "a.b*(c)" }\n';

/** What stands behind the colon of each, as the journal has it. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  'ses-smtp': 'eu-west-1',
  'json-template': TEMPLATE,
};

function opened(word: string, facts = FACTS) {
  const named = namedForm(word);
  assert.ok(named, word);
  const form = openForm(formWord(named), facts);
  assert.ok(form, word);
  return form;
}

describe('forms of a pair', () => {
  for (const { name } of FORMS) {
    const argument = ARGUMENTS[name];
    const behind = argument === undefined ? '' : `:${argument}`;
    for (const word of [`${name}${behind}`, `${name}+base64${behind}`]) {
      if (word === 'base64+base64') continue;
      const about = word.split(':')[0] ?? '';
      it(`${about}: what it writes it reads, whatever the pair was`, () => {
        const form = opened(word);
        const text = form.write(PAIR);
        const parts = form.partsIn(text);
        assert.ok(parts !== undefined);
        if (form.isWhole) assert.equal(parts.id, PAIR.keyId);
        if (name !== 'ses-smtp') assert.equal(parts.secret, PAIR.secret.reveal());
        else assert.equal(parts.secret, undefined);
        assert.deepEqual(form.partsIn(`${text}\n`), parts);
        assert.equal(form.partsIn(`x${text}`), undefined);
        assert.equal(form.partsIn(''), undefined);
      });

      it(`${about}: the journal leads back to it`, () => {
        const { word: journaled, label } = opened(word);
        const again = openForm(journaled, FACTS);
        assert.deepEqual(again?.write(PAIR), opened(word).write(PAIR));
        assert.equal(label, formLabel(journaled));
        const asked = askedForm(journaled);
        if (name !== 'json-template')
          assert.deepEqual(namedForm(asked ?? ''), namedForm(asked ?? word));
        else assert.equal(asked, undefined);
      });
    }
  }

  it('the text of a template is kept to the byte, but for its marks', () => {
    const text = opened(`json-template:${TEMPLATE}`).write(PAIR);
    const as = TEMPLATE.replace('{access_key_id}', PAIR.keyId)
      .replace('{secret_access_key}', PAIR.secret.reveal())
      .replace('{user}@{account}', 'svc-mail@123456789012');
    assert.equal(text, as);
    assert.equal(formLabel(opened(`json-template:${TEMPLATE}`).word), 'json-template');
  });

  it('a text of another user is not one of this form', () => {
    const text = opened(`json-template:${TEMPLATE}`, { ...FACTS, user: 'bob' }).write(PAIR);
    assert.equal(opened(`json-template:${TEMPLATE}`).partsIn(text), undefined);
  });

  it('a mark that stands twice is read once, and twice the same', () => {
    const template = '{"a":"{access_key_id}","b":"{access_key_id}","c":"{secret_access_key}"}';
    const form = opened(`json-template:${template}`);
    const text = form.write(PAIR);
    assert.equal(form.partsIn(text)?.id, PAIR.keyId);
    assert.equal(form.partsIn(text.replace(PAIR.keyId, 'AKIAOTHEROTHEREXAMPL')), undefined);
  });

  it('words of other versions are not known', () => {
    for (const word of ['', 'ses-smtp', 'ses-smtp:', 'ses-smtp:nowhere', 'hex', 'base64+base64']) {
      assert.equal(openForm(word, FACTS), undefined, word);
    }
  });
});

/** Of the provider for Terraform (secret, region, password), and AWS's own example secret. */
const SES_VECTORS = [
  ['some+secret+key', 'eu-central-1', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
  ['some+secret+key', 'us-west-1', 'BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj'],
  [
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'us-east-1',
    'BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9',
  ],
] as const;

describe('the SMTP password of SES', () => {
  for (const [secret, region, password] of SES_VECTORS) {
    it(`${region} follows the published algorithm`, () => {
      const form = opened(`ses-smtp:${region}`);
      assert.equal(form.write({ ...PAIR, secret: new Secret(secret) }), password);
    });
  }
});
