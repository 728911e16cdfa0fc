// The keys of the tests of destinations, and what may be told of them.

import assert from 'node:assert/strict';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';

export const OLD = issued('AKIAIOSFODNN7EXAMPLE', 'old/old+old/old+old/old+old/old+old/old1');
export const NEW = issued('AKIAI44QH8DHBEXAMPLE', 'new/new+new/new+new/new+new/new+new/new1');
export const FOREIGN = {
  ...issued('AKIAFOREIGNKEYEXAMPL', 'bob/bob+bob/bob+bob/bob+bob/bob+bob/bob1'),
  user: 'bob',
};
export const STRANGE = issued('AKIASTRANGEKEYEXAMPL', 'str/str+str/str+str/str+str/str+str/str1');
export const OTHER = accessKeyId('AKIAOTHEROTHEREXAMPL');

function issued(id: string, secret: string): IssuedKey {
  return {
    account: '123456789012',
    user: 'alice',
    keyId: accessKeyId(id),
    secret: new Secret(secret),
    rotation: 'rotation-1',
    createdAt: new Date('2026-03-01T00:00:00.000Z'),
  };
}

/** An error of ours with a hint and without any secret. */
export function isSafeError(code: string | undefined): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof KeyturnError, String(thrown));
    if (code !== undefined) assert.equal(thrown.code, code, thrown.message);
    assert.notEqual(thrown.code, 'internal', thrown.message);
    assert.ok(thrown.hint !== undefined);
    const told = `${thrown.message} ${thrown.hint} ${JSON.stringify(thrown.cause)}`;
    for (const { secret } of [OLD, NEW, FOREIGN, STRANGE])
      assert.ok(!told.includes(secret.reveal()));
    return true;
  };
}
