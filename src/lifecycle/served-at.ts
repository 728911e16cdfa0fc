// Until when the readers of its places could have a key that an undo takes back.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { JournalRecord } from './record.ts';

/**
 * When readers could have the key, of one rotation's records: since its delivery, or since an undo that
 * put it back; and until the first undo that took it from them, if there was one.
 */
export function servedAt(records: readonly JournalRecord[], keyId: AccessKeyId): Date | undefined {
  let served: Date | undefined;
  let isTakenBack = false;
  let from: AccessKeyId | undefined;
  for (const { step, at } of records) {
    if (step.type === 'undoing') from = step.fromKeyId;
    if (step.type === 'delivered' || (step.type === 'undoing' && step.toKeyId === keyId)) {
      served = at;
      isTakenBack = false;
    } else if (step.type === 'undone' && from === keyId && !isTakenBack) {
      served = at;
      isTakenBack = true;
    }
  }
  return served;
}
