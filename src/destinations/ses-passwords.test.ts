import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sesPassword, sesPasswords } from './ses-passwords.ts';

// Vectors of the AWS provider for Terraform, and of the example key of AWS's documents.
const VECTORS = [
  ['some+secret+key', 'eu-central-1', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
  ['some+secret+key', 'us-west-1', 'BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj'],
  [
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'us-east-1',
    'BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9',
  ],
] as const;

for (const [secret, region, password] of VECTORS) {
  test(`the password of ${secret.slice(0, 4)}… in ${region} is the one that AWS takes`, () => {
    assert.equal(sesPassword(secret, region), password);
    assert.ok(sesPasswords(secret, '').includes(password));
  });
}

test('a region that only the text names counts too', () => {
  const found = sesPasswords('some+secret+key', 'email-smtp.xx-new-7.example.com');
  assert.ok(found.includes(sesPassword('some+secret+key', 'xx-new-7')));
});
