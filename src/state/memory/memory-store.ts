// State in the memory of one process: for tests that need no disk, and to show that the port asks for
// nothing that only files have. Stores that are given the same Memory see each other as processes do.

import type { Clock } from '../../base/clock.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { neededRecords } from '../../lifecycle/compact.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import { type Actor, COMPACTED } from '../../lifecycle/trail/fact.ts';
import { demandAccountId } from '../account-id.ts';
import { KnownSightings, sightingsOver } from '../known-sightings.ts';
import { encodeRecord, readRecord } from '../record-codec.ts';
import { RecordedUsers } from '../recorded-users.ts';
import type {
  Access,
  AccountDump,
  AccountState,
  AuditTrail,
  Compacted,
  Notices,
  Sightings,
  StateStore,
  UserLog,
} from '../state-store.ts';
import { withUserLog } from '../user-log.ts';
import { AccountMemory, type CodedTouch, coded, Memory, type Touch } from './memory.ts';
import { memoryCustody } from './memory-custody.ts';
import { memoryNotes } from './memory-notes.ts';
import { beginTrail, tellDecisions, tellRecord } from './memory-trail.ts';
import { dumpMemory, loadMemory } from './transfer.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly run: string;
  /** Given to several stores that are to share it. */
  readonly memory?: Memory;
  readonly touch?: Touch;
}

const UNREADABLE = 'the memory cannot be read';
const UNWRITABLE = 'the memory cannot be written';

export class MemoryStore implements StateStore {
  readonly where = 'the memory of this process';
  readonly run: string;
  readonly #clock: Clock;
  readonly #memory: Memory;
  readonly #touch: CodedTouch;

  constructor({ clock, run, memory, touch }: MemoryStoreOptions) {
    this.run = run;
    this.#clock = clock;
    this.#memory = memory ?? new Memory();
    this.#touch = coded(touch ?? (async (work) => work()));
  }

  get notices(): Notices {
    const { notices } = this.#memory;
    return {
      all: () => this.#touch('state-dir', UNREADABLE, () => new Map(notices)),
      swap: (changes) =>
        this.#touch('state-dir', UNWRITABLE, () =>
          changes.flatMap(({ name, was, is }) => {
            if (notices.get(name) !== was) return [];
            if (is === undefined) notices.delete(name);
            else notices.set(name, is);
            return [name];
          }),
        ),
    };
  }

  async open(account: string, access: Access, who?: string): Promise<AccountState> {
    demandAccountId(account);
    if (access === 'write') await this.#makeAccount(account);
    if (access === 'foretell') await this.prepare(access);
    const readable = () => this.#memory.accounts.get(account) ?? new AccountMemory();
    const writable = () => this.#writable(account);
    const touch = this.#touch;
    const by = { run: this.run, who };
    const read = <T>(work: (users: RecordedUsers) => T) =>
      touch('state-dir', UNREADABLE, () => work(readable().users));
    return {
      custody: memoryCustody({ account, touch, writable, readable }),
      trail: this.#trail(account, access, by),
      sightings: await this.#sightings(readable, access === 'write' ? writable : undefined),
      history: (user) => read((users) => users.historyOf(user)),
      users: () => read((users) => users.names),
      namedUnder: (keyId) => read((users) => users.namedUnder(keyId)),
      openUsers: () => read((users) => users.unfinished()),
      usersOf: (run) => read((users) => users.ofRun(run)),
      notes: memoryNotes({
        ...{ run: this.run, touch, readable },
        writable: access === 'write' ? writable : refused(account),
      }),
      tidy: async () => {
        const { users, writers } = readable();
        return users.isLong && writers.size === 0 ? await this.compact(account) : undefined;
      },
      foretell: (user) =>
        touch('state-dir', UNREADABLE, () => {
          const { writers, users } = readable();
          assertFree(user, writers);
          return users.historyOf(user);
        }),
      exclusively: (user, work) => this.#exclusively({ account, user, by }, work),
    };
  }

  accounts(): Promise<readonly string[]> {
    return this.#touch('state-dir', UNREADABLE, () => [...this.#memory.accounts.keys()].toSorted());
  }

  prepare(access: Access): Promise<void> {
    const fault = access === 'read' ? UNREADABLE : UNWRITABLE;
    return this.#touch('state-dir', fault, () => undefined);
  }

  async compact(account: string): Promise<Compacted> {
    demandAccountId(account);
    await this.#makeAccount(account);
    return await this.#touch('journal-write', UNWRITABLE, () => {
      const memory = this.#writable(account);
      if (memory.writers.size > 0) throw busy('a user', 'compact when no run is under way');
      const held = new Set(memory.secrets.keys());
      const { lines, before } = memory.users.shortened((all) => neededRecords(all, held));
      const users = new RecordedUsers();
      for (const line of lines) users.add(readRecord(line), line);
      memory.users = users;
      memory.lines = [...lines];
      if (memory.trail.length > 0 && lines.length < before) {
        const compacted = {
          ...{ step: COMPACTED, at: this.#clock.now() },
          reason: 'no decision needs the records that were dropped',
          detail: { records_before: before, records_after: lines.length },
        };
        tellDecisions(memory, [compacted], { run: this.run, who: undefined });
      }
      return { before, after: lines.length };
    });
  }

  dump(account: string): Promise<AccountDump> {
    demandAccountId(account);
    return this.#touch('state-dir', UNREADABLE, () => {
      const memory = this.#memory.accounts.get(account) ?? new AccountMemory();
      if (memory.writers.size > 0) throw busy('a user', 'copy when no run is under way');
      return dumpMemory(memory);
    });
  }

  async load(account: string, dump: AccountDump): Promise<void> {
    demandAccountId(account);
    await this.#makeAccount(account);
    await this.#touch('state-dir', UNWRITABLE, () =>
      loadMemory(dump, this.#writable(account), account),
    );
  }

  #makeAccount(account: string): Promise<void> {
    return this.#touch('state-dir', UNWRITABLE, () => {
      const { accounts } = this.#memory;
      if (!accounts.has(account)) accounts.set(account, new AccountMemory());
    });
  }

  #writable(account: string): AccountMemory {
    const memory = this.#memory.accounts.get(account);
    if (memory !== undefined) return memory;
    throw readOnly(account);
  }

  async #exclusively<T>(
    { account, user, by }: { readonly account: string; readonly user: string; readonly by: Actor },
    work: (log: UserLog) => Promise<T>,
  ): Promise<T> {
    const { writers } = this.#writable(account);
    const name = comparableUserName(user);
    const turn = {};
    try {
      const history = await this.#touch('state-dir', UNREADABLE, () => {
        assertFree(user, writers);
        writers.set(name, turn);
        return this.#writable(account).users.historyOf(user);
      });
      // A turn is never taken from anybody here: it ends with the work alone.
      const demandTurn = () =>
        assert(writers.get(name) === turn, `the turn of user ${user} is over`);
      const fence = () => this.#touch('state-dir', UNREADABLE, demandTurn);
      const keep = (record: JournalRecord) =>
        this.#touch('journal-write', UNWRITABLE, () => {
          demandTurn();
          const memory = this.#writable(account);
          const line = encodeRecord(record);
          beginTrail(memory, account, { ...by, at: this.#clock.now() });
          memory.users.add(record, line);
          memory.lines.push(line);
          tellRecord(memory, record, line);
        });
      const reread = () =>
        this.#touch('journal-write', UNWRITABLE, () => {
          demandTurn();
          return this.#writable(account).users.historyOf(user).records;
        });
      const about = { account, ...by, clock: this.#clock, user, history };
      return await withUserLog({ ...about, keep, reread, fence }, work);
    } finally {
      if (writers.get(name) === turn) writers.delete(name);
    }
  }

  #trail(account: string, access: Access, by: Actor): AuditTrail {
    const touch = this.#touch;
    const texts = () => [...(this.#memory.accounts.get(account)?.trail ?? [])];
    return {
      async *lines() {
        for (const text of await touch('state-dir', UNREADABLE, texts)) {
          yield { text, isEnded: true };
        }
      },
      tell: (decisions) =>
        touch('trail-write', UNWRITABLE, () => {
          if (access !== 'write') throw readOnly(account);
          const memory = this.#writable(account);
          beginTrail(memory, account, { ...by, at: this.#clock.now() });
          tellDecisions(memory, decisions, by);
        }),
    };
  }

  /** Each opening has times of its own, as each process has: it must refresh to learn of others. */
  async #sightings(
    readable: () => AccountMemory,
    /** Undefined for an account that was opened for reading only. */
    writable: (() => AccountMemory) | undefined,
  ): Promise<Sightings> {
    const known = new KnownSightings();
    const learnAll = () => known.merge(readable().seen);
    const refresh = () => this.#touch('state-dir', UNREADABLE, learnAll);
    await refresh();
    return sightingsOver(known, {
      remember: async (seen) => {
        known.learn(seen);
        if (writable === undefined) return;
        await this.#touch('state-dir', UNWRITABLE, () => {
          const shared = writable().seen;
          shared.learn(seen);
          shared.merge(known);
          learnAll();
        });
      },
      refresh,
    });
  }
}

function refused(account: string): () => never {
  return () => {
    throw readOnly(account);
  };
}

function readOnly(account: string): KeyturnError {
  return new KeyturnError('state-dir', `account ${account} was opened for reading only`);
}

function assertFree(user: string, writers: AccountMemory['writers']): void {
  if (writers.has(comparableUserName(user))) throw busy(`user ${user}`, 'wait for it');
}

function busy(who: string, hint: string): KeyturnError {
  return new KeyturnError('rotation-in-progress', `${who} is being worked on`, { hint });
}
