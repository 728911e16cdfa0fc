// The records of an account by user, as a store that has read them keeps them in memory: as the text of
// each record, which takes a fraction of the memory that the record takes. Of many users few are ever
// asked about. Whoever adds a text has checked it, so reading it once more does not fail.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { comparableUserName } from '../base/user-name.ts';
import { UserHistory } from '../lifecycle/history.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import { encodeRecord, readRecord } from './record-codec.ts';

export interface RecordedUser {
  /** As spelled in the latest record. */
  readonly user: string;
  readonly history: UserHistory;
}

interface Recorded {
  user: string;
  readonly lines: string[];
  /** Undefined when nobody has asked since the latest record. */
  mayBeUnfinished: boolean | undefined;
}

/** A journal of fewer records is read in a fraction of a second. */
const LONG_RECORDS = 10_000;
/** A user's last two rotations with their clean-up, and what came in between. */
const NEEDED_PER_USER = 40;

export class RecordedUsers {
  #count = 0;
  readonly #byName = new Map<string, Recorded>();
  readonly #owners = new Map<AccessKeyId, string>();
  /** Of the keys that rotations were to replace, the user of the last one. */
  readonly #replaced = new Map<AccessKeyId, string>();

  /** The record, and the text that it was read from. */
  add(record: JournalRecord, line: string): void {
    const { user, step } = record;
    const name = comparableUserName(user);
    let recorded = this.#byName.get(name);
    if (recorded === undefined) {
      recorded = { user, lines: [], mayBeUnfinished: undefined };
      this.#byName.set(name, recorded);
    }
    // The same text is kept once, and not once a record.
    if (recorded.user !== user) recorded.user = user;
    recorded.mayBeUnfinished = undefined;
    recorded.lines.push(line);
    this.#count += 1;
    if (step.type === 'created' || step.type === 'adopted')
      this.#owners.set(step.newKeyId, recorded.user);
    else if (step.type === 'intended') this.#replaced.set(step.oldKeyId, recorded.user);
  }

  /** The records until now: what is added later is in the next answer. */
  historyOf(user: string): UserHistory {
    const recorded = this.#byName.get(comparableUserName(user));
    return recorded === undefined ? new UserHistory() : historyIn(recorded);
  }

  /** Everybody with records, in the spelling last seen. */
  get names(): readonly string[] {
    return [...this.#byName.values()].map(({ user }) => user);
  }

  /** Those whose latest record is of the run, in the spelling last seen. */
  ofRun(run: string): readonly string[] {
    return [...this.#byName.values()]
      .filter(({ lines }) => readRecord(lines.at(-1) ?? '').run === run)
      .map(({ user }) => user);
  }

  /** One after the other, because all of them may be too much for the memory. */
  *all(): Generator<RecordedUser> {
    for (const recorded of this.#byName.values()) {
      yield { user: recorded.user, history: historyIn(recorded) };
    }
  }

  /** The users for whom something may be left to finish. Throws `journal-damaged`. */
  unfinished(): readonly RecordedUser[] {
    const found: RecordedUser[] = [];
    for (const recorded of this.#byName.values()) {
      if (recorded.mayBeUnfinished === false) continue;
      const history = historyIn(recorded);
      recorded.mayBeUnfinished = history.mayBeUnfinished;
      if (recorded.mayBeUnfinished) found.push({ user: recorded.user, history });
    }
    return found;
  }

  /** Whose key each rotation made. */
  get owners(): ReadonlyMap<AccessKeyId, string> {
    return this.#owners;
  }

  /** See AccountState.namedUnder. */
  namedUnder(keyId: AccessKeyId): string | undefined {
    return this.#owners.get(keyId) ?? this.#replaced.get(keyId);
  }

  /** The texts that `keep` leaves of each user, and how many there were. */
  shortened(keep: (records: readonly JournalRecord[]) => readonly JournalRecord[]): {
    readonly lines: readonly string[];
    readonly before: number;
  } {
    const lines: string[] = [];
    let before = 0;
    for (const { history } of this.all()) {
      before += history.records.length;
      for (const record of keep(history.records)) lines.push(encodeRecord(record));
    }
    return { lines, before };
  }

  /** Whether there are many, and of each user more than decisions need. */
  get isLong(): boolean {
    return this.#count >= LONG_RECORDS && this.#count > NEEDED_PER_USER * this.#byName.size;
  }

  clear(): void {
    this.#count = 0;
    this.#byName.clear();
    this.#owners.clear();
    this.#replaced.clear();
  }
}

function historyIn({ lines }: Recorded): UserHistory {
  const history = new UserHistory();
  for (const line of lines) history.add(readRecord(line));
  return history;
}
