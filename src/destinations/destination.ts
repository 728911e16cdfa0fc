// Where a new secret must go. One folder per destination; each implements this and nothing more:
// two methods, and the capabilities that it has. docs/destinations/adding.md goes through them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';

export interface Destination extends Capabilities {
  /** The word that names this kind of destination in receipts and reports. */
  readonly kind: string;
  /** Which one of its kind, without a secret; together they let a later run find it again. */
  readonly place: string;
  /** Resolves once the secret is durable there. Throws `delivery-failed`. Safe to repeat. */
  deliver(key: IssuedKey): Promise<DeliveryReceipt>;
  /** Reads the destination again, with fresh eyes: does it hold this key (I3, I13)? */
  holds(keyId: AccessKeyId, receipt: DeliveryReceipt): Promise<boolean>;
}

/** What only some destinations can do; the others leave it out. */
interface Capabilities {
  /** Whether the plain hand-off file is what it delivers, so that the file must stay. */
  readonly keepsHandoff?: boolean;
  /**
   * Finds out, by reads alone (I12), whether a secret could be delivered: called before a key is
   * made, and by a dry run. Throws `not-deliverable`.
   */
  prepare?(): Promise<void>;
  /**
   * Puts the pair of the old key back in place of the new one, where the destination still has it.
   */
  putBack?(oldKeyId: AccessKeyId): Promise<void>;
  /** The rotation has ended, and the plain hand-off file is removed when this resolves. */
  seal?(key: IssuedKey): Promise<void>;
}
