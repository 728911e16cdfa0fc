import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparableUserName, isSameUser } from './user-name.ts';

test('user names are compared as IAM does, without letter case', () => {
  assert(isSameUser('Svc-Billing', 'svc-billing'));
  assert(!isSameUser('svc-billing', 'svc-billing2'));
  assert.equal(comparableUserName('Svc+A@example.com'), comparableUserName('svc+a@EXAMPLE.com'));
});
