// Where a new secret must go. One folder per destination; each implements this and nothing more.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';

export interface Destination {
  /** The word that names this kind of destination in receipts and reports. */
  readonly kind: string;
  /** Which one of its kind, without a secret; together they let a later run find it again. */
  readonly place: string;
  /** Resolves once the secret is durable there. Throws `delivery-failed`. Safe to repeat. */
  deliver(key: IssuedKey): Promise<DeliveryReceipt>;
  /** Reads the destination again, with fresh eyes: does it hold this key (I3, I13)? */
  holds(keyId: AccessKeyId, receipt: DeliveryReceipt): Promise<boolean>;
  /**
   * Puts the pair of the old key back in place of the new one, where the destination still has it.
   * Left out by destinations that can not.
   */
  putBack?(oldKeyId: AccessKeyId): Promise<void>;
}
