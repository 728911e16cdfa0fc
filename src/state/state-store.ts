// What must survive a crash, as the engine sees it. A store keeps it somewhere: files in a directory
// (files/), tables at AWS (dynamodb/), or in memory for tests (memory/). Every store passes the same
// contract suite.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { KeyStep, RotationStep } from '../lifecycle/record.ts';
import type { ReportedSlot } from '../lifecycle/slot-sighting.ts';
import type { Decision } from '../lifecycle/trail/fact.ts';
import type { KeptLine } from '../lifecycle/trail/verify.ts';
import type { DatedKey, Look, UsedKey, UseHistory } from '../lifecycle/use-history.ts';
import type { Sights } from './known-sightings.ts';

/**
 * `write` proves before the first change in AWS that what has to be kept can be kept, and that nobody
 * else could have written what is remembered. `read` proves the latter alone and leaves no trace: what does
 * not exist reads as empty. `foretell` is for dry runs: it leaves no trace either, and refuses what it can see
 * that `write` would refuse (I12).
 */
export type Access = 'read' | 'foretell' | 'write';

/** The state of every account, handed to the use cases; none of them knows where it is kept. */
export interface StateStore {
  /** Where it is, for people. */
  readonly where: string;
  /** Names this process in everything that it records: a random ID. */
  readonly run: string;
  /**
   * Nothing needs closing. `who` signs the calls of the run, by ARN, and is in everything that it records. Throws
   * `state-dir`, or `bad-value` for something that is no account ID.
   */
  open(account: string, access: Access, who?: string): Promise<AccountState>;
  /** What was said to whom after runs, about all accounts. */
  readonly notices: Notices;
  /** The accounts that have state, sorted; proved as for `read`. Throws `state-dir`. */
  accounts(): Promise<readonly string[]>;
  /**
   * Proves of the whole what `access` says: for runs over several accounts, before the first of them is
   * opened. Throws `state-dir`.
   */
  prepare(access: Access): Promise<void>;
  /**
   * Drops the records of an account that no decision needs any more. Throws `rotation-in-progress`
   * while a run is under way, `journal-damaged`, `journal-newer`, `journal-write`, `state-dir`.
   */
  compact(account: string): Promise<Compacted>;
  /** All that is kept of an account. Throws `rotation-in-progress` while a run is under way, and as history. */
  dump(account: string): Promise<AccountDump>;
  /**
   * Keeps all of it, for an account of which nothing is kept yet. Throws `state-not-empty` for another one,
   * and what keeping each thing throws; it is not complete then.
   */
  load(account: string, dump: AccountDump): Promise<void>;
}

/**
 * Texts by name, each replaced only while it is as it was read: so that of two processes one tells what is to be
 * told. What they mean is for whoever writes them. Each method throws `state-dir`.
 */
export interface Notices {
  /** All of them, by reads alone. */
  all(): Promise<ReadonlyMap<string, string>>;
  /** Resolves with the names of those that were replaced; each of them is durable then. */
  swap(changes: readonly NoticeChange[]): Promise<readonly string[]>;
}

export interface NoticeChange {
  readonly name: string;
  /** Undefined where there is none yet. */
  readonly was: string | undefined;
  /** Undefined removes it. Says who wrote it, so that no two processes write the same. */
  readonly is: string | undefined;
}

/** All that is kept of an account, for another store to take. */
export interface AccountDump {
  /** Each as the text that it was recorded as, in the order in which they were recorded. */
  readonly records: readonly string[];
  readonly secrets: readonly IssuedKey[];
  readonly condemned: readonly AccessKeyId[];
  readonly sealed: readonly SealedSecret[];
  readonly sights: Sights;
  /** The lines of its audit trail, all that is recorded told; none where it has no trail. */
  readonly trail: readonly string[];
}

export interface SealedSecret {
  readonly keyId: AccessKeyId;
  readonly bytes: Buffer;
}

/** Numbers of records. */
export interface Compacted {
  readonly before: number;
  readonly after: number;
}

export interface AccountState {
  readonly custody: Custody;
  readonly sightings: Sightings;
  readonly trail: AuditTrail;
  readonly notes: Notes;
  /**
   * What is recorded about a user; user names compare as in IAM. Throws `journal-damaged`,
   * `journal-newer`, `state-dir`: what cannot be read is not empty (I11).
   */
  history(user: string): Promise<UserHistory>;
  /** Everybody about whom something is recorded, in the spelling last seen. Throws as history does. */
  users(): Promise<readonly string[]>;
  /**
   * Under whose name a rotation made the key, or else replaced it last; undefined where none did. A user may have
   * another name by now. Throws as history does.
   */
  namedUnder(keyId: AccessKeyId): Promise<string | undefined>;
  /** The users for whom something may be left to finish. Throws as history does. */
  openUsers(): Promise<readonly OpenUser[]>;
  /** The users about whom the latest record is of this run, in the spelling last seen. Throws as history does. */
  usersOf(run: string): Promise<readonly string[]>;
  /**
   * Runs `work` as the only writer for the user, anywhere (I9). What other processes recorded before
   * is then complete in the history. Throws `rotation-in-progress` when another holds the user.
   */
  exclusively<T>(user: string, work: (log: UserLog) => Promise<T>): Promise<T>;
  /**
   * The history that `exclusively` would begin with now, by reads alone: for dry runs (I12). Throws as it
   * does before it begins.
   */
  foretell(user: string): Promise<UserHistory>;
  /**
   * Compacts when that pays: many records, and more of each user than decisions need. Undefined when it
   * does not, or somebody is at work. Throws `journal-write` and `state-dir`; all is then as it was.
   */
  tidy(): Promise<Compacted | undefined>;
}

/**
 * What was decided and done in an account, line by line, each chained to the one before it (lifecycle/trail/). It is
 * made from the journal, which stays the truth: what a run recorded and did not live to tell, the next one tells.
 */
export interface AuditTrail {
  /** From the first one, as they are kept; none where the account has no trail yet. Throws `state-dir`. */
  lines(): AsyncIterable<KeptLine>;
  /**
   * Adds what no record tells. Resolves once that, and everything recorded before it, is durable. Throws
   * `trail-write`, `trail-damaged`, `state-dir`.
   */
  tell(decisions: readonly Decision[]): Promise<void>;
}

/**
 * What the parts of a run that several processes share say when they are over, for whoever sums the run up. No
 * decision reads it.
 */
export interface Notes {
  /** In the place of what an earlier run said of that part; `part` is of `[\w-]`. Throws `state-dir`. */
  leave(part: string, text: string): Promise<void>;
  /** What the parts of that run have said, by part; nothing where a later run has said something. Throws `state-dir`. */
  of(run: string): Promise<readonly Note[]>;
}

export interface Note {
  readonly part: string;
  readonly text: string;
}

/** What whoever only looks needs of it. */
export type ReadableState = Pick<AccountState, 'custody' | 'sightings' | 'history' | 'users'>;

/** A user with an open rotation, or with a given-up request whose key may land late (I13). */
export interface OpenUser {
  /** In the spelling last seen. */
  readonly user: string;
  readonly history: UserHistory;
}

/** The journal of one user, for the only one who may write it. */
export interface UserLog {
  /** Everything recorded about the user, the records of this writer included. */
  readonly history: UserHistory;
  /**
   * Resolves when the step is durable, and one that announces a change when it is in the audit trail too. Throws
   * `journal-write`, and `rotation-in-progress` when this process was suspended for so long that another one took the
   * user over (I9); of an announcement `trail-write` and `trail-damaged`. Refuses once the work is over. `plan` names the plan that the step is done for, where one is applied.
   */
  record(rotation: string, step: RotationStep, plan?: string): Promise<void>;
  /**
   * The same for a step that only tells how far the rotation has come: it may be durable no earlier than the next one
   * of the user, or than the work is over. So nothing is done before that step which this one is to be known for.
   */
  note(rotation: string, step: RotationStep, plan?: string): Promise<void>;
  recordKey(step: KeyStep, plan?: string): Promise<void>;
  /**
   * The look at the claim just before a change of a key leaves, at each attempt: `signedAt` is the time that
   * its signature bears. Resolves when nobody can take the user over before the request has died (I9): a
   * process that sleeps between this look and the sending sends what AWS refuses. Throws
   * `rotation-in-progress` when the claim was lost, `clock-skew`, and what the store throws.
   */
  fence(signedAt: Date): Promise<void>;
}

/** The secrets of new keys, from the moment AWS names them until every place holds them (I3). */
export interface Custody {
  /**
   * Has what keeping a secret takes before there is one, such as a key to encrypt it with. Throws
   * `handoff-failed`: it is asked before CreateAccessKey, so that what fails here costs no key.
   */
  prepare(user: string, rotation: string): Promise<void>;
  /** Resolves once the secret is durable. Throws `handoff-failed`, `key-condemned`. */
  put(entry: IssuedKey): Promise<void>;
  /**
   * The entry as read back, or undefined when there is none. Throws `state-dir` (I11), and `secret-sealed`
   * where it is there and this run cannot open it.
   */
  get(keyId: AccessKeyId): Promise<IssuedKey | undefined>;
  /** Whether there is one, whether this run can open it or not. Throws `state-dir` (I11). */
  holds(keyId: AccessKeyId): Promise<boolean>;
  /** The keys whose secrets are kept; none when that cannot be read: whoever needs one hears of it. */
  list(): Promise<readonly HeldKey[]>;
  /**
   * Once another place holds the secret; one that is gone is fine. Nothing is removed when this process
   * works on the user and has lost the claim (I9). Throws `handoff-failed`, `rotation-in-progress`.
   */
  remove(keyId: AccessKeyId, user: string): Promise<void>;
  /**
   * Says that nobody has the secret of the key, before the key is deleted: from then on put() is refused,
   * whoever calls it however late. Resolves with false when the secret is there: then the key is not to
   * be deleted. Safe to repeat. Throws `handoff-failed`, and `state-dir` when it cannot be read; nothing is
   * condemned, as nothing is removed, when the claim on the user was lost.
   */
  condemn(keyId: AccessKeyId, user: string): Promise<boolean>;
  /** Where the secret of the key is, or would be, for people; without the secret. */
  describe(keyId: AccessKeyId): string;
  /** Secrets in an encrypted form, which stays when the plain one goes: nobody here can read them. */
  readonly sealed: SealedCustody;
}

export interface SealedCustody {
  /** Resolves once the bytes are durable. Throws `handoff-failed`. */
  put(keyId: AccessKeyId, sealed: Buffer): Promise<void>;
  /** The bytes as read back, or undefined when there are none. Throws `state-dir`. */
  get(keyId: AccessKeyId): Promise<Buffer | undefined>;
  /** As list() of the plain form. */
  list(): Promise<readonly HeldKey[]>;
  describe(keyId: AccessKeyId): string;
}

export interface HeldKey {
  readonly keyId: AccessKeyId;
  /** Undefined where the journal does not tell. */
  readonly user: string | undefined;
}

/**
 * When each key was last seen Active, and since when Inactive: the only hints for keys that others made
 * Inactive (I5). And on which days each was used (I15).
 */
export interface Sightings {
  /**
   * When this key of the user was last seen Active, by its ID or by its date in a credential report,
   * under whatever name the user had then; `keys` are all keys of the user. Undefined when nothing is known.
   */
  lastActive(user: string, key: AccessKey, keys: readonly AccessKey[]): Date | undefined;
  /** When it was first seen Inactive since then; undefined when it was not. */
  inactiveSince(keyId: AccessKeyId): Date | undefined;
  /** When it was first seen Active again, after it was Inactive; undefined when it was not. */
  activeAgainSince(keyId: AccessKeyId): Date | undefined;
  /** On which days the key was used, as far as runs have looked (I15). */
  usesOf(user: string, key: DatedKey): UseHistory;
  /** The latest look at its use that was handed to `remember` since this was opened (I15). */
  lookAt(user: string, key: Pick<AccessKey, 'createdAt'>): Look | undefined;
  /**
   * The ID of the user's key of that date, where it was seen Inactive: a credential report names no IDs.
   * Undefined also where several of them have the date.
   */
  inactiveKeyOf(user: string, createdAt: Date): AccessKeyId | undefined;
  /**
   * The Active keys of the latest credential report that a run has read, for pages that ask nobody; undefined
   * where none has. User names are in their comparable form.
   */
  lastReport(): SeenReport | undefined;
  /** For good, or for as long as this is open where it was opened to read. Throws `state-dir`. */
  remember(seen: readonly Seen[]): Promise<void>;
  /** Learns what other runs have remembered since. Throws `state-dir`. */
  refresh(): Promise<void>;
}

/** What a run saw of a whole account at once. */
export interface SeenReport {
  readonly at: Date;
  readonly slots: readonly ReportedSlot[];
}

/**
 * Keys that were Active at that time, known by their IDs or, from a report, by user and date; or keys that
 * were Inactive then; or keys that are Active again, as the journal does not tell; or what AWS told of the last use of keys.
 */
export type Seen =
  | { readonly at: Date; readonly keyIds: Iterable<AccessKeyId> }
  | {
      readonly at: Date;
      readonly slots: Iterable<ReportedSlot>;
      /** Keys that the same report shows otherwise: whatever else has their date is another key. */
      readonly inactiveSlots?: Iterable<ReportedSlot>;
    }
  | { readonly at: Date; readonly inactive: Iterable<InactiveKey> }
  | { readonly at: Date; readonly activeAgain: Iterable<KeyTakenBack> }
  | { readonly at: Date; readonly used: Iterable<UsedKey> };

/** A key that is Active, and was not the last time that anybody knows of. */
export interface KeyTakenBack {
  readonly keyId: AccessKeyId;
  readonly inactiveAt: Date;
}

export interface InactiveKey {
  readonly user: string;
  readonly key: AccessKey;
  /** All keys of the user. */
  readonly keys: readonly AccessKey[];
}
