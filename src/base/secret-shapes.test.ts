import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from './errors.ts';
import { withoutSecretShapes } from './secret-shapes.ts';

const IDENTITY = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`;
const SECRETS: readonly string[] = [
  IDENTITY,
  IDENTITY.toLowerCase(),
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  `ghp_${'a1B2'.repeat(9)}`,
  `glpat-${'x'.repeat(20)}`,
  `hvs.${'x'.repeat(24)}`,
];

test('I8: an error shows the beginning alone of what looks like a secret, and says why', () => {
  for (const secret of SECRETS) {
    for (const message of [`"${secret}" is no age recipient`, secret, `a ${secret}, b ${secret}`]) {
      const error = new KeyturnError('bad-value', message, { hint: 'try another' });
      assert.ok(!error.message.includes(secret), 'the message');
      assert.ok(error.message.includes(`${secret.slice(0, 4)}…`));
      assert.match(error.hint ?? '', /^try another; what looks like a secret is not shown/);
      const again = new KeyturnError(error.code, error.message, { hint: error.hintParts });
      assert.equal(again.hint, error.hint);
    }
  }
});

test('what only resembles a secret is shown', () => {
  for (const text of [
    'AKIAIOSFODNN7EXAMPLE of alice',
    'arn:aws:iam::123456789012:role/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
    '/home/ada/projects/keyturn/state/123456789012/handoff/file.json',
    'age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq',
  ]) {
    assert.equal(withoutSecretShapes(text), text);
    assert.equal(new KeyturnError('bad-value', text).hint, undefined);
  }
});
