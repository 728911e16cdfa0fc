// The three things that must survive a crash, as the engine sees them. Files implement them
// (file-*.ts); a durable engine can implement them elsewhere.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import type { ActiveSlot, SlotSighting } from '../lifecycle/slot-sighting.ts';

/** Append-only memory of what was meant and what happened, for one account. */
export interface Journal {
  /** Resolves when the record is on disk (fsync). Throws `journal-write`. */
  append(record: JournalRecord): Promise<void>;
  /** Everything recorded about a user, oldest first; user names compare case-insensitively. */
  recordsOf(user: string): Promise<readonly JournalRecord[]>;
  /** The users with records, in the spelling last seen. */
  users(): Promise<readonly string[]>;
}

/** One writer per user, across processes (I9). */
export interface Claims {
  /**
   * Runs `work` while this process holds the claim on the user.
   * Throws `rotation-in-progress` when a living process holds it.
   */
  withClaim<T>(user: string, work: () => Promise<T>): Promise<T>;
}

/** What a hand-off file holds. */
export type HandoffEntry = IssuedKey;

/** The 0600 files that hold a new secret from the moment AWS names it (I3). */
export interface Handoff {
  /** Resolves with the path once file and directory are on disk. Throws `handoff-failed`. */
  put(entry: HandoffEntry): Promise<string>;
  /** The entry as read back from disk, or undefined when there is none. */
  get(keyId: AccessKeyId): Promise<HandoffEntry | undefined>;
  pathOf(keyId: AccessKeyId): string;
  /** The keys that have a file. */
  list(): Promise<readonly AccessKeyId[]>;
  /** Removes the file once another place holds the secret; one that is gone is fine. */
  remove(keyId: AccessKeyId): Promise<void>;
}

/** When each key was last seen Active: the only hint for keys that others deactivated (I5). */
export interface Sightings {
  lastSeenActive(keyId: AccessKeyId): Date | undefined;
  /** Learns what other runs have saved since. Throws `state-dir`. */
  refresh(): Promise<void>;
  /** Remembers the keys that are Active now; kept on disk by save(). */
  seenActive(keyIds: Iterable<AccessKeyId>, at: Date): void;
  save(): Promise<void>;
}

/** The same for keys of which only the user and the date are known (credential report). */
export interface SlotSightings {
  slotsOf(user: string): readonly SlotSighting[];
  /** Kept on disk by the save() of the sightings. */
  slotsSeenActive(slots: Iterable<ActiveSlot>, at: Date): void;
}

/** What one account's run keeps on disk. */
export interface AccountState {
  readonly journal: Journal;
  readonly claims: Claims;
  readonly handoff: Handoff;
  readonly sightings: Sightings;
  readonly slotSightings: SlotSightings;
}
