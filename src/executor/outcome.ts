// What became of one user in one run.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { KeyStatus, LastUse } from '../lifecycle/keys.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';

/** A key with what AWS says of its use; `unreadable` when AWS did not tell (I11). */
export interface KeyDetails {
  readonly id: AccessKeyId;
  readonly status: KeyStatus;
  readonly createdAt: Date;
  readonly lastUse: LastUse | 'unreadable';
}

export interface OldKey {
  readonly id: AccessKeyId;
  /** Undefined when the key is gone and its age with it. */
  readonly createdAt: Date | undefined;
  /** As last read, or as changed by this run; `unknown` when a change may or may not have landed. */
  readonly status: KeyStatus | 'gone' | 'unknown';
}

export type RotationOutcome =
  | {
      readonly kind: 'rotated';
      readonly oldKey: OldKey;
      readonly newKeyId: AccessKeyId;
      /** Where the new secret went. */
      readonly receipts: readonly DeliveryReceipt[];
      readonly resumed: boolean;
    }
  | { readonly kind: 'would-rotate'; readonly oldKey: OldKey; readonly resumed: boolean }
  | {
      readonly kind: 'failed';
      readonly oldKey: OldKey;
      readonly error: KeyturnError;
      readonly newKeyId: AccessKeyId | undefined;
      readonly resumed: boolean;
      /** The user's keys, when they are why it failed. */
      readonly keys: readonly KeyDetails[] | undefined;
    };

export interface CleanupOutcome {
  /** In a dry run: the keys that would be deleted. */
  readonly deleted: readonly AccessKeyId[];
  readonly kept: readonly { readonly id: AccessKeyId; readonly reason: string }[];
  readonly error: KeyturnError | undefined;
}

export interface UserOutcome {
  readonly user: string;
  readonly rotation: RotationOutcome | undefined;
  readonly cleanup: CleanupOutcome | undefined;
}
