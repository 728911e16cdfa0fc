// What a test of a destination asks of an error, and of a delivery.

import assert from 'node:assert/strict';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { NEW, OLD } from './contract.ts';

/** The secrets of both keys, the ends of these, and what is in the token of every service for tests. */
const NEVER_TOLD = [OLD.secret.reveal(), NEW.secret.reveal(), 'old1', 'new1', 'testtest'];

/** The error that the work ends in, with nothing secret in it (I8). */
export async function refusal(work: () => Promise<unknown> | undefined): Promise<KeyturnError> {
  const thrown = await Promise.resolve(work()).then(
    () => assert.fail('it went through'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof KeyturnError, String(thrown));
  const told = `${thrown.message} ${thrown.hint} ${JSON.stringify(thrown.cause)}`;
  for (const secret of NEVER_TOLD) assert.ok(!told.includes(secret), told);
  return thrown;
}

/** Delivered, and held. */
export async function isDelivered(destination: Destination): Promise<void> {
  const receipt = await destination.deliver(NEW);
  assert.ok(await destination.holds(NEW.keyId, receipt));
}
