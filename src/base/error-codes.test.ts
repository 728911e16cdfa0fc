import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorKind } from './error-code-info.ts';
import { ERROR_CODES, type ErrorCode, isErrorCode } from './error-codes.ts';
import { KeyturnError } from './errors.ts';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

function ofKind(kind: ErrorKind): ErrorCode[] {
  return CODES.filter((code) => ERROR_CODES[code].kind === kind);
}

test('a block needs a person, and stops one user only', () => {
  assert.deepEqual(ofKind('block'), [
    'exemption-expired',
    'no-rule',
    'place-shared',
    'user-not-judged',
    'hooks-not-known',
    'hook-unanswered',
    'retire-vetoed',
    'plan-drifted',
    'not-planned',
    'in-grace',
    'two-active-keys',
    'no-free-slot',
    'own-key',
    'was-inactive',
    'secret-sealed',
    'places-left',
    'not-deliverable',
    'not-inactive',
    'on-hold',
    'only-active-key',
    'only-key',
  ]);
  for (const code of ofKind('block')) assert.equal(ERROR_CODES[code].stops, 'user', code);
});

test('the person and the clock stop the whole run', () => {
  assert.deepEqual(ofKind('stop'), ['time-limit', 'interrupted']);
  for (const code of ofKind('stop')) assert.equal(ERROR_CODES[code].stops, 'run', code);
});

test('bad input stops the run', () => {
  for (const code of CODES) {
    if (ERROR_CODES[code].exit === 2) assert.equal(ERROR_CODES[code].stops, 'run', code);
  }
});

test('a call that one user or one account refuses lets the others go on', () => {
  for (const code of ['access-denied', 'throttled', 'endpoint-unreachable', 'internal'] as const) {
    assert.equal(ERROR_CODES[code].stops, 'user', code);
  }
  assert.equal(ERROR_CODES['cannot-enter-account'].stops, 'account');
});

test('an error knows the columns of its code', () => {
  const expired = new KeyturnError('expired-token', 'the session has expired');
  assert.deepEqual([expired.stops, expired.isBlock, expired.isStop], ['run', false, false]);
  const full = new KeyturnError('two-active-keys', 'bob has two Active keys');
  assert.deepEqual([full.stops, full.isBlock, full.isStop], ['user', true, false]);
  const late = new KeyturnError('time-limit', 'the limit of 5 s is over');
  assert.deepEqual([late.stops, late.isBlock, late.isStop], ['run', false, true]);
});

test('a text from outside is a code only when it is in the table', () => {
  assert(isErrorCode('own-key'));
  assert(!isErrorCode('toString'));
});
