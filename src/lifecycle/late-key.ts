// Which key a CreateAccessKey of ours may have made: by when it was created, also long after the
// rotation was closed because no key was to be seen.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { AccessKey } from './keys.ts';
import type { JournalRecord } from './record.ts';
import { foldRotations, type Rotation } from './rotation.ts';

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
const REQUEST_WINDOW_AFTER_MS = 30 * 60_000;

export function fitsRequest(
  key: Pick<AccessKey, 'createdAt'>,
  { intendedAt }: Pick<Rotation, 'intendedAt'>,
): boolean {
  const offsetMs = key.createdAt.getTime() - intendedAt.getTime();
  return offsetMs >= -REQUEST_WINDOW_BEFORE_MS && offsetMs <= REQUEST_WINDOW_AFTER_MS;
}

export interface LateKey {
  readonly rotation: Rotation;
  readonly keyId: AccessKeyId;
}

/**
 * I10, I13: a key that no rotation knows, and that fits a request of ours whose answer never came and
 * which was taken for lost. It stands in the way of every further rotation of the user.
 */
export function findLateKey(
  records: readonly JournalRecord[],
  keys: readonly AccessKey[],
): LateKey | undefined {
  const rotations = foldRotations(records);
  const known = new Set(rotations.flatMap(({ knownKeyIds }) => knownKeyIds));
  for (const { step } of records) if (step.type === 'created') known.add(step.newKeyId);
  const givenUp = new Set(
    records
      .filter(({ step }) => step.type === 'closed' && step.reason === 'no-key-was-made')
      .map(({ rotation }) => rotation),
  );
  for (const key of keys) {
    if (known.has(key.id) || key.status !== 'Active') continue;
    const rotation = rotations.findLast(
      (each) => each.phase === 'closed' && givenUp.has(each.id) && fitsRequest(key, each),
    );
    if (rotation !== undefined) return { rotation, keyId: key.id };
  }
  return undefined;
}
