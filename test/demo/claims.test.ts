// The demo's claims can fail: each one is given an account in which it does not hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as claims from '../../scripts/demo/claims.ts';
import type { PracticeKey, PracticeUser } from '../../scripts/support/practice-aws.ts';
import { ScriptError } from '../../scripts/support/script-error.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';

const OLD = key('AKIAIOSFODNN7EXAMPLE', 'Active');
const OLD_AFTER = key('AKIAIOSFODNN7EXAMPLE', 'Inactive');
const NEW = key('AKIAI44QH8DHBEXAMPLE', 'Active');
const BEFORE = user([OLD]);
const ROTATED = { userName: 'svc-a', arn: BEFORE.arn, oldKey: OLD, newKey: NEW };
const HANDED_OFF = { userName: 'svc-a', accessKeyId: NEW.id, secretAccessKey: NEW.secret };

function key(id: string, status: 'Active' | 'Inactive'): PracticeKey {
  return { id, secret: `secret of ${id}`, status, createDate: '2026-01-01T00:00:00.000Z' };
}

function user(keys: readonly PracticeKey[]): PracticeUser {
  return { name: 'svc-a', arn: 'arn:aws:iam::123456789012:user/svc-a', keys };
}

function request(operation: string, access: LoggedRequest['access']): LoggedRequest {
  return { operation, access, done: true } as LoggedRequest;
}

const acceptsNewKey: claims.WhoSigns = async ({ id, secret }) =>
  id === NEW.id && secret === NEW.secret ? BEFORE.arn : 'InvalidClientTokenId';

test('a dry run that writes, does something unknown or does nothing at all fails the demo', () => {
  const read = request('ListUsers', 'read');
  assert.match(claims.claimOnlyReads([read]), /1 reads, 0 writes/);
  for (const bad of [[read, request('CreateAccessKey', 'write')], [request('X', 'unknown')], []]) {
    assert.throws(() => claims.claimOnlyReads(bad), ScriptError);
  }
});

test('a key that changes, comes or goes where nothing was to change fails the demo', () => {
  assert.match(claims.claimUnchanged([BEFORE], [BEFORE]), /all 1 users/);
  for (const after of [[user([OLD_AFTER])], [user([OLD, NEW])], [user([])], []]) {
    assert.throws(() => claims.claimUnchanged([BEFORE], after), ScriptError);
  }
});

test('a user without a new key, with an old key still Active or gone, or with two new keys fails the demo', () => {
  assert.deepEqual(claims.rotatedKeys([BEFORE], [user([OLD_AFTER, NEW])]), [ROTATED]);
  const wrong = [[OLD], [OLD, NEW], [NEW], [OLD_AFTER, NEW, key('AKIAEXAMPLE3', 'Active')], []];
  for (const keys of wrong) {
    assert.throws(() => claims.rotatedKeys([BEFORE], [user(keys)]), ScriptError);
  }
});

test('a key that was made and thrown away fails the demo', () => {
  const create = request('CreateAccessKey', 'write');
  claims.claimMadeOnce([ROTATED], [create]);
  assert.throws(() => claims.claimMadeOnce([ROTATED], [create, create]), ScriptError);
});

test('a new secret that is missing, wrong or handed off under another name fails the demo', async () => {
  await claims.claimSecretsWork([ROTATED], [HANDED_OFF], acceptsNewKey);
  const wrong = [
    [],
    [{ ...HANDED_OFF, secretAccessKey: 'not the secret' }],
    [{ ...HANDED_OFF, userName: 'svc-b' }],
  ];
  for (const handedOff of wrong) {
    await assert.rejects(claims.claimSecretsWork([ROTATED], handedOff, acceptsNewKey), ScriptError);
  }
});

test('an old key that AWS still accepts fails the demo', async () => {
  await claims.claimOldKeysRefused([ROTATED], acceptsNewKey);
  await assert.rejects(
    claims.claimOldKeysRefused([ROTATED], async () => BEFORE.arn),
    ScriptError,
  );
});

test('an unexpected exit code fails the demo', () => {
  claims.claimExitCode(0, 0, 'fine');
  assert.throws(() => claims.claimExitCode(0, 1, 'fine'), ScriptError);
  assert.throws(() => claims.claimExitCode(1, null, 'fine'), ScriptError);
});
