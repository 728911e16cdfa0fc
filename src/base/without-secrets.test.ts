import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Secret } from './secret.ts';
import { withoutSecrets } from './without-secrets.ts';

it('a secret is masked to its last letter, however it is written', () => {
  const text = 'a/b+c"?~ÿÿ>token-of-some-length';
  const secret = new Secret(text);
  const bytes = Buffer.from(text);
  const forms = [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
  for (const form of forms)
    assert.equal(withoutSecrets(`<${form}>`, [secret]).replace(/=+/, ''), '<[secret]>', form);
});
