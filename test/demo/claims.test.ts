// The demo's claims can fail: each one is given an account in which it does not hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyStory } from '../../scripts/demo/chronicle.ts';
import * as claims from '../../scripts/demo/claims.ts';
import type {
  PracticeKey,
  PracticeUser,
  PracticeWorkload,
} from '../../scripts/support/practice-aws.ts';
import { ScriptError } from '../../scripts/support/script-error.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';

const OLD = key('AKIAIOSFODNN7EXAMPLE', 'Active');
const OLD_AFTER = key('AKIAIOSFODNN7EXAMPLE', 'Inactive');
const NEW = key('AKIAI44QH8DHBEXAMPLE', 'Active');
const BEFORE = user([OLD]);
const REPLACED = { userName: 'svc-a', arn: BEFORE.arn, oldKey: OLD, newKey: NEW };
const DELIVERED = { userName: 'svc-a', accessKeyId: NEW.id, secretAccessKey: NEW.secret };

function key(id: string, status: 'Active' | 'Inactive'): PracticeKey {
  return { id, secret: `secret of ${id}`, status, createDate: '2026-01-01T00:00:00.000Z' };
}

function user(keys: readonly PracticeKey[]): PracticeUser {
  return { name: 'svc-a', arn: 'arn:aws:iam::123456789012:user/svc-a', keys };
}

function request(
  operation: string,
  access: LoggedRequest['access'],
  params: LoggedRequest['params'] = {},
): LoggedRequest {
  return { operation, access, params, done: true } as LoggedRequest;
}

function workload(callCount: number, refusedCount: number): PracticeWorkload {
  return { name: 'svc-a', callCount, refusedCount };
}

function story(inactiveDay: number | undefined, deletedDay: number | undefined): KeyStory {
  const at = (day: number | undefined): Date | undefined =>
    day === undefined ? undefined : new Date(Date.UTC(2026, 0, day));
  return {
    user: 'svc-a',
    keyId: OLD.id,
    replacedAt: new Date(Date.UTC(2026, 0, 1)),
    inactiveAt: at(inactiveDay),
    deletedAt: at(deletedDay),
  };
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

test('a user without a new key, with an old key that is gone, or with two new keys fails the demo', () => {
  assert.deepEqual(claims.replacedKeys([BEFORE], [user([OLD, NEW])]), [REPLACED]);
  assert.equal(claims.replacedKeys([BEFORE], [user([OLD_AFTER, NEW])])[0]?.oldKey, OLD_AFTER);
  const inactive = key(NEW.id, 'Inactive');
  const wrong = [[OLD], [NEW], [OLD, inactive], [OLD, NEW, key('AKIAEXAMPLE3', 'Active')], []];
  for (const keys of wrong) {
    assert.throws(() => claims.replacedKeys([BEFORE], [user(keys)]), ScriptError);
  }
});

test('a key that was made and thrown away fails the demo', () => {
  const create = request('CreateAccessKey', 'write');
  claims.claimMadeOnce([REPLACED], [create]);
  assert.throws(() => claims.claimMadeOnce([REPLACED], [create, create]), ScriptError);
});

test('an old key that was cut off while it was in use, or left Active although it was not, fails the demo', () => {
  const off = { ...REPLACED, oldKey: OLD_AFTER };
  claims.claimStillActive([REPLACED]);
  assert.throws(() => claims.claimStillActive([REPLACED, off]), ScriptError);
  claims.claimInactive(off);
  assert.throws(() => claims.claimInactive(REPLACED), ScriptError);
});

test('a new secret that is missing, wrong or at the place of another user fails the demo', async () => {
  await claims.claimPlacesWork([REPLACED], [DELIVERED], acceptsNewKey);
  const wrong = [
    [],
    [{ ...DELIVERED, accessKeyId: OLD.id }],
    [{ ...DELIVERED, secretAccessKey: 'not the secret' }],
    [{ ...DELIVERED, userName: 'svc-b' }],
  ];
  for (const delivered of wrong) {
    await assert.rejects(claims.claimPlacesWork([REPLACED], delivered, acceptsNewKey), ScriptError);
  }
});

test('a place that could not be written and is not as it was fails the demo', () => {
  const old = { ...DELIVERED, accessKeyId: OLD.id };
  claims.claimPlaceUntouched(REPLACED, [old]);
  assert.throws(() => claims.claimPlaceUntouched(REPLACED, [DELIVERED]), ScriptError);
  assert.throws(() => claims.claimPlaceUntouched(REPLACED, []), ScriptError);
  const off = { ...REPLACED, oldKey: OLD_AFTER };
  assert.throws(() => claims.claimPlaceUntouched(off, [old]), ScriptError);
});

test('a second run that makes a key, writes elsewhere or writes nothing fails the demo', () => {
  const put = (SecretId: string) => request('PutSecretValue', 'write', { SecretId });
  const read = request('ListUsers', 'read');
  assert.match(claims.claimOnlyRetried([read, put('app/a')], 'app/a'), /1 changes/);
  const create = request('CreateAccessKey', 'write', { UserName: 'svc-a' });
  for (const wrong of [[read], [put('app/a'), create], [put('app/a'), put('app/b')]]) {
    assert.throws(() => claims.claimOnlyRetried(wrong, 'app/a'), ScriptError);
  }
});

test('a program that was refused once, or never called, fails the demo', () => {
  claims.claimNeverRefused([workload(10, 0)]);
  for (const wrong of [[workload(10, 0), workload(10, 1)], [workload(0, 0)], []]) {
    assert.throws(() => claims.claimNeverRefused(wrong), ScriptError);
  }
});

test('a thief whose call is accepted, or who did not try, fails the demo', () => {
  assert.match(
    claims.claimCutOff(workload(5, 0), workload(9, 4)),
    /4 times since.* refused 4 times/,
  );
  assert.throws(() => claims.claimCutOff(workload(5, 0), workload(9, 3)), ScriptError);
  assert.throws(() => claims.claimCutOff(workload(5, 0), workload(5, 0)), ScriptError);
});

test('a key that is not deleted, or deleted before its hold is over, fails the demo', () => {
  claims.claimHeld([story(2, 22)], 20);
  for (const wrong of [story(2, 21), story(2, undefined), story(undefined, 22)]) {
    assert.throws(() => claims.claimHeld([wrong], 20), ScriptError);
  }
});

test('a key that was in use when it was made Inactive fails the demo', () => {
  const used = (day: number) => new Map([[OLD.id, new Date(Date.UTC(2026, 0, day))]]);
  claims.claimQuiet([story(9, undefined)], used(2), 7);
  claims.claimQuiet([story(9, undefined)], new Map(), 7);
  assert.throws(() => claims.claimQuiet([story(9, undefined)], used(3), 7), ScriptError);
  assert.throws(() => claims.claimQuiet([story(undefined, undefined)], used(2), 7), ScriptError);
});

test('an unexpected exit code fails the demo', () => {
  claims.claimExitCode(0, 0, 'fine');
  assert.throws(() => claims.claimExitCode(0, 1, 'fine'), ScriptError);
  assert.throws(() => claims.claimExitCode(1, null, 'fine'), ScriptError);
});
