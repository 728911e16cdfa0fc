// What a journal tells of a user as a row of events, for pages that count them: rotated, retired, deleted, taken
// back, failed. What somebody else did in IAM is not in the journal, nor is what compaction has dropped.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';

export type MilestoneKind =
  /** Every place had the new key. */
  | 'rotated'
  /** An old key was made Inactive. */
  | 'retired'
  | 'deleted'
  /** A rotation was taken back. */
  | 'undone'
  /** AWS made no key, or a new one had to be deleted again. */
  | 'failed';

export interface Milestone {
  readonly kind: MilestoneKind;
  readonly at: Date;
  readonly run: string;
  readonly keyId: AccessKeyId | undefined;
}

/** The oldest first. */
export function milestonesOf(history: UserHistory): readonly Milestone[] {
  const delivered = new Set<string>();
  return history.records.flatMap(({ step, at, run, rotation }): readonly Milestone[] => {
    const one = (kind: MilestoneKind, keyId: AccessKeyId | undefined) => [{ kind, at, run, keyId }];
    const old = rotation === null ? undefined : history.rotation(rotation).oldKeyId;
    switch (step.type) {
      case 'delivered': {
        // A place that is written once more is no rotation of its own.
        if (rotation === null || delivered.has(rotation)) return [];
        delivered.add(rotation);
        return one('rotated', old);
      }
      case 'deactivated':
        return one('retired', old);
      case 'retired':
        return one('retired', step.keyId);
      case 'deleted':
        return one('deleted', step.keyId);
      case 'undone':
        return one('undone', old);
      case 'create-refused':
        return one('failed', old);
      case 'discarded':
        return one('failed', old);
      default:
        return [];
    }
  });
}
