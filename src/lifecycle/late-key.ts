// Whether a CreateAccessKey of ours may have made a key: by when the key was created, also long after
// the rotation was closed because no key was to be seen. UserHistory.lateKeys asks it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { AccessKey } from './keys.ts';
import type { Rotation } from './rotation.ts';

/**
 * CreateDate is AWS's clock and whole seconds, the intent is ours, and AWS lets clocks differ by five
 * minutes; and a request may land long after it was sent. A key created outside this window was not
 * made by our request.
 */
const REQUEST_WINDOW_BEFORE_MS = 6 * 60_000;
/**
 * A signature is taken for a quarter of an hour, by a clock that may be five minutes off ours. Before
 * that a throttled request can wait and be signed anew, some minutes altogether.
 */
export const REQUEST_WINDOW_AFTER_MS = 30 * 60_000;

/** A request may land long after it was sent; for this long its key may still appear. */
export const REQUEST_LANDS_WITHIN_MS = 15 * 60_000;

/** What AWS lets clocks differ by. */
export const CLOCKS_DIFFER_MS = 5 * 60_000;

/** Whether a request that is sent now makes a key that fits its intent, however late it lands. */
export function mayBeSent({ intendedAt }: Pick<Rotation, 'intendedAt'>, now: Date): boolean {
  const ageMs = now.getTime() - intendedAt.getTime();
  const oldestMs = REQUEST_WINDOW_AFTER_MS - REQUEST_LANDS_WITHIN_MS - CLOCKS_DIFFER_MS;
  // Negative where the clock was set back.
  return ageMs <= oldestMs && ageMs >= CLOCKS_DIFFER_MS - REQUEST_WINDOW_BEFORE_MS;
}

export interface LateKey {
  readonly rotation: Rotation;
  readonly keyId: AccessKeyId;
}

export function fitsRequest(
  key: Pick<AccessKey, 'createdAt'>,
  { intendedAt }: Pick<Rotation, 'intendedAt'>,
): boolean {
  const offsetMs = key.createdAt.getTime() - intendedAt.getTime();
  return offsetMs >= -REQUEST_WINDOW_BEFORE_MS && offsetMs <= REQUEST_WINDOW_AFTER_MS;
}
