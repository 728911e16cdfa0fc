// Where a new secret must go: a place of some kind that is open. Two methods, and the capabilities
// that it has. docs/destinations/adding.md goes through them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Secret } from '../base/secret.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { DeliveryReceipt, DeliveryTarget } from '../lifecycle/record.ts';

/** Kind and place hold no secret; together they let a later run find it again. */
export interface Destination extends DeliveryTarget, Capabilities {
  /**
   * Resolves once the secret is durable there, everywhere that the rotation promised when it began.
   * Throws `delivery-failed`. Safe to repeat.
   */
  deliver(key: IssuedKey): Promise<DeliveryReceipt>;
  /**
   * Reads the destination again, with fresh eyes (I3, I13): how it holds this key where its readers look
   * for it. Undefined when it does not.
   */
  holds(keyId: AccessKeyId, receipt: DeliveryReceipt): Promise<Held | undefined>;
}

/** What is to be seen of a key that a destination holds: its ID is there; the engine judges the rest. */
export interface Held {
  /** What its readers read, as it stands; empty where the destination compares the secret itself. */
  readonly texts: readonly Secret[];
  /** As in the receipt of the delivery that wrote it, where versions are kept. */
  readonly version?: string;
  /** Whether the destination has held the secret against the new one itself, as its form asks. */
  readonly isCompared?: true;
}

/** A destination that compares the secret itself says no more than this. */
export const HELD: Held = { texts: [] };

/** What only some destinations can do; the others leave it out. */
interface Capabilities {
  /** Whether the plain hand-off file is what it delivers, so that the file must stay. */
  readonly keepsHandoff?: boolean;
  /** Whether nothing is asked of it, because whoever names it is not trusted. */
  readonly isUnread?: boolean;
  /**
   * Finds out, by reads alone (I12), whether a secret could be delivered: called before a key is
   * made, and by a dry run. Throws `not-deliverable`. A rotation that goes on names its key: a half of
   * it may stand there already.
   */
  prepare?(key?: Pick<IssuedKey, 'keyId' | 'secret'>): Promise<void>;
  /**
   * Everything that is written there, by its one true name: a file behind links has several, which its place
   * does not tell. By reads alone. Left out where the place tells all.
   */
  things?(): Promise<readonly string[]>;
  /**
   * What its readers read, as it stands: they may keep a pair in a form of their own (I10). Empty where the
   * place does not exist any more.
   */
  textsRead?(): Promise<readonly Secret[]>;
  /**
   * A word that is another one once what is there was written again, by whoever: a number of a version, the time
   * of the last write. By reads alone; undefined where there is nothing yet. Left out by kinds that keep none.
   */
  stamp?(): Promise<string | undefined>;
  /** Left out where nothing would be made. */
  readonly making?: Making;
  /**
   * Whether its readers may have the key, of a destination that never shows what they read. `receipt` is that
   * of the last delivery there, where there is one on record. Throws where nobody can tell.
   */
  isRead?(keyId: AccessKeyId, receipt: DeliveryReceipt | undefined): Promise<boolean>;
  /** Left out by destinations that keep no former secret. */
  readonly wayBack?: WayBack;
  /** The rotation has ended, and the plain hand-off file is removed when this resolves. */
  seal?(key: IssuedKey): Promise<void>;
}

/** A place that is made where it is missing, because the operator asked for that. */
export interface Making {
  /** What does not exist yet, by its name and where it would be; by reads alone (I12). */
  missing(): Promise<readonly string[]>;
  /** Makes that before a key is made. Never writes over anything; safe to repeat. Throws `not-deliverable`. */
  make(): Promise<void>;
}

/** How a destination goes back to the secret that it held before. */
export interface WayBack {
  /** The secret of the key, where the destination still has it. */
  secretOf(keyId: AccessKeyId): Promise<Secret | undefined>;
  /** What putBack would resolve with, by reads alone (I12). Throws when the destination cannot be read. */
  canPutBack(undo: UndonePair): Promise<boolean>;
  /**
   * Puts the pair of `toKeyId` in the place of the other one. Resolves with false when the destination
   * has it no more, or holds a third key by now. Throws when it cannot be read or written. Safe to
   * repeat.
   */
  putBack(undo: UndonePair): Promise<boolean>;
}

export interface UndonePair {
  readonly toKeyId: AccessKeyId;
  readonly fromKeyId: AccessKeyId;
}
