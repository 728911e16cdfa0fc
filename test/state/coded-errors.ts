// What a test of a failing disk demands of an error.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { KeyturnError } from '../../src/base/errors.ts';
import { SECRET } from './subject.ts';

/** What the work throws; undefined when it does not. */
export async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** I8: neither the message nor anything that hangs on it may show the secret. */
export function assertCoded(error: unknown, codes: readonly string[], where: string): void {
  assert.ok(error instanceof KeyturnError, `${where}: ${inspect(error)}`);
  assert.ok(codes.includes(error.code), `${where}: ${error.code}: ${error.message}`);
  assert.ok(!inspect(error, { depth: 9 }).includes(SECRET.slice(0, 12)), where);
}
