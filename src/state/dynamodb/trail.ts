// The audit trail of an account in the table: an item a line, and one head that says where the chain stands. Lines
// are added in transactions with the head, so two processes never continue the same line. Up to which record each
// user is told stands in an item of its own, written with the lines: what a dead process recorded and did not tell is
// told by whoever works on the user next.

import type { TableItem, TableWrite } from '../../base/aws-tables.ts';
import { type Clock, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { newId } from '../../base/new-id.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { UserHistory } from '../../lifecycle/history.ts';
import {
  type Actor,
  decided,
  factOf,
  RotationsKeys,
  whyBegun,
} from '../../lifecycle/trail/fact.ts';
import {
  BEGAN,
  chainAll,
  headAfter,
  newHead,
  soundLine,
  type TrailFact,
  type TrailHead,
} from '../../lifecycle/trail/line.ts';
import type { KeptLine } from '../../lifecycle/trail/verify.ts';
import { isHeld } from './claim.ts';
import { type Head, refuseNewer } from './head.ts';
import { readHeads } from './heads.ts';
import { type Numbered, readRecords } from './journal.ts';
import {
  TABLE_FORMAT,
  TOLD,
  TRAIL_LINES,
  toldKey,
  trailHeadKey,
  trailLineKey,
  trailOf,
} from './keys.ts';
import type { Doing, Table } from './table.ts';

export interface TableTrailParts {
  readonly table: Table;
  readonly account: string;
  readonly clock: Clock;
}

/** A line and two more writes for each of so many: AWS takes a hundred in a transaction, and four megabytes. */
const TOLD_AT_ONCE_MAX = 45;
/** Every refusal means that somebody else has added lines. */
const ROUNDS_MAX = 100;
const PAUSE_MS_MAX = 200;

/** A record that is to be told. */
interface Noted {
  /** Of the user, as names compare. */
  readonly name: string;
  readonly seq: number;
  readonly fact: TrailFact;
}

interface Known extends TrailHead {
  /** The number of items. */
  readonly count: number;
}

export class TableTrail {
  readonly #parts: TableTrailParts;
  readonly #doing: Doing;
  readonly #reading: Doing;
  readonly #keys = new RotationsKeys();
  #noted: Noted[] = [];
  /** Undefined until it was read. */
  #head: Known | 'none' | undefined;

  constructor(parts: TableTrailParts) {
    this.#parts = parts;
    const trail = `the audit trail of account ${parts.account}`;
    this.#doing = { code: 'trail-write', what: `${trail} cannot be written` };
    this.#reading = { code: 'state-dir', what: `${trail} cannot be read` };
  }

  /** Records of a user that are to be told with the next write. */
  note(records: readonly Numbered[], history: UserHistory): void {
    for (const { record, text, seq } of records) {
      const { user, rotation } = record;
      const name = comparableUserName(user);
      // A write that failed left it here, and the next look found it in the journal.
      if (this.#noted.some((one) => one.name === name && one.seq === seq)) continue;
      this.#keys.learn(record);
      if (rotation !== null && this.#keys.of(rotation) === undefined) {
        this.#keys.learnFrom(rotation, history);
      }
      this.#noted.push({ name, seq, fact: factOf(record, text, this.#keys.of(rotation)) });
    }
  }

  /** Whether something waits to be told. */
  get isBehind(): boolean {
    return this.#noted.length > 0;
  }

  /** Up to which record the user is told; `from` is the first one that is to be told at all. */
  async toldOf(user: string, from: number | undefined): Promise<number> {
    if (from === undefined) return Number.MAX_SAFE_INTEGER;
    const { table, account } = this.#parts;
    const item = await table.get(table.name, toldKey(account, user), this.#reading);
    return Math.max(from - 1, numberIn(item, 'told'));
  }

  /** The records of everybody that nobody works on and that a dead process did not tell. */
  async noteLeft(heads: readonly Head[]): Promise<void> {
    const { table, account } = this.#parts;
    const query = { table: table.name, pk: trailOf(account), prefix: TOLD };
    const told = new Map<string, number>();
    for (const item of await table.query(query, this.#reading)) {
      told.set(String(item.sk).slice(TOLD.length), numberIn(item, 'told'));
    }
    for (const { user, seq, toldFrom, claim } of heads) {
      if (toldFrom === undefined || isHeld(claim, table)) continue;
      const until = Math.max(toldFrom - 1, told.get(comparableUserName(user)) ?? 0);
      if (seq <= until) continue;
      const records = await readRecords(table, account, user);
      const history = new UserHistory(records.map(({ record }) => record));
      this.note(
        records.filter((one) => one.seq > until),
        history,
      );
    }
  }

  /** Whether there is one. */
  async isThere(): Promise<boolean> {
    return (await this.#now()) !== 'none';
  }

  /** Adds all that is noted, then these. Throws `trail-write`, `trail-damaged`. */
  async write(facts: readonly TrailFact[], by: Actor): Promise<void> {
    let left = facts;
    for (let round = 0; round < ROUNDS_MAX; ) {
      const head = await this.#now();
      const records = this.#noted.slice(0, TOLD_AT_ONCE_MAX);
      const isAll = records.length === this.#noted.length;
      const more = isAll ? left.slice(0, TOLD_AT_ONCE_MAX - records.length) : [];
      const began = head === 'none' ? [await this.#began(by)] : [];
      const told = [...began.map(({ fact }) => fact), ...records.map(({ fact }) => fact), ...more];
      if (told.length === 0) return;
      const start = head === 'none' ? began[0]?.head : head;
      if (start === undefined) return;
      if (await this.#add(start, told, records)) {
        this.#noted = this.#noted.slice(records.length);
        left = left.slice(more.length);
        if (this.#noted.length === 0 && left.length === 0) return;
      } else {
        round += 1;
        await this.#pause(round);
      }
    }
    throw new KeyturnError(this.#doing.code, `${this.#doing.what}: others write it all the time`, {
      hint: 'run again; fewer runs at once over the same account help',
    });
  }

  /** All lines of another store, as they are; the last one must be sound. The head comes last. */
  async load(texts: readonly string[]): Promise<void> {
    const last = texts.at(-1);
    if (last === undefined) return;
    const line = soundLine(last);
    if (line === undefined) throw this.#damaged('does not end as its last writer left it');
    const { table, account } = this.#parts;
    for (let start = 0; start < texts.length; start += TOLD_AT_ONCE_MAX) {
      const some = texts.slice(start, start + TOLD_AT_ONCE_MAX).map((text, index) => ({
        kind: 'put' as const,
        table: table.name,
        item: { ...trailLineKey(account, start + index), line: text },
      }));
      await table.write(some, this.#doing);
    }
    const { next, hash } = headAfter(line);
    const head = { next, hash, count: texts.length, fmt: TABLE_FORMAT };
    const item = { ...trailHeadKey(account), ...head };
    await table.write([{ kind: 'put', table: table.name, item }], this.#doing);
    this.#head = undefined;
  }

  async *lines(): AsyncGenerator<KeptLine> {
    const { table, account } = this.#parts;
    const query = { table: table.name, pk: trailOf(account), prefix: TRAIL_LINES };
    for (const { line } of await table.query(query, this.#reading))
      yield { text: String(line), isEnded: true };
  }

  async #now(): Promise<Known | 'none'> {
    const { table, account } = this.#parts;
    this.#head ??= this.#read(await table.get(table.name, trailHeadKey(account), this.#doing));
    return this.#head;
  }

  #read(item: TableItem | undefined): Known | 'none' {
    if (item === undefined) return 'none';
    const { account, table } = this.#parts;
    const { next, hash, count, fmt } = item;
    refuseNewer(fmt, `the audit trail of account ${account} in ${table.name}`);
    const isWhole =
      typeof next === 'number' && typeof hash === 'string' && typeof count === 'number';
    if (!isWhole) throw this.#damaged(`in ${table.name} has no whole head`);
    return { account, next, hash, count };
  }

  #damaged(what: string): KeyturnError {
    return new KeyturnError(
      'trail-damaged',
      `the audit trail of account ${this.#parts.account} ${what}`,
      {
        hint: ['find out what became of it:', command('keyturn', 'audit', 'verify')],
      },
    );
  }

  /** What was recorded before the trail is not in it, and its first line says so. */
  async #began(by: Actor): Promise<{ readonly head: Known; readonly fact: TrailFact }> {
    const { table, account, clock } = this.#parts;
    const heads = await readHeads(table, account);
    const recorded = heads.reduce((sum, { count }) => sum + count, 0);
    const size = Math.max(0, recorded - this.#noted.length);
    const trail = newId();
    const about = { step: BEGAN, at: clock.now(), reason: whyBegun(size) };
    const fact = decided({ ...about, detail: { trail, records_before: size } }, by);
    return { head: { ...newHead(account, trail), count: 0 }, fact };
  }

  /** False when others were faster, for the lines or for a user. */
  async #add(
    start: Known,
    facts: readonly TrailFact[],
    records: readonly Noted[],
  ): Promise<boolean> {
    const { table, account } = this.#parts;
    const { texts, head } = chainAll(start, facts);
    const w = newId();
    const users = [...new Set(records.map(({ name }) => name))].map((name) =>
      records.filter((one) => one.name === name),
    );
    const count = start.count + texts.length;
    const writes: readonly TableWrite[] = [
      {
        kind: 'put',
        table: table.name,
        item: {
          ...trailHeadKey(account),
          next: head.next,
          hash: head.hash,
          count,
          w,
          fmt: TABLE_FORMAT,
        },
        ...(start.next === 0
          ? { condition: 'attribute_not_exists(#pk)' }
          : { condition: '#hash = :hash', values: { hash: start.hash } }),
      },
      ...texts.map(
        (text, index): TableWrite => ({
          kind: 'put',
          table: table.name,
          item: { ...trailLineKey(account, start.count + index), line: text, w },
          condition: 'attribute_not_exists(#pk)',
        }),
      ),
      ...users.map((of): TableWrite => {
        const [first, last] = [of[0], of.at(-1)];
        return {
          kind: 'put',
          table: table.name,
          item: { ...toldKey(account, first?.name ?? ''), told: last?.seq ?? 0, w },
          condition: 'attribute_not_exists(#pk) OR #told < :first',
          values: { first: first?.seq ?? 0 },
        };
      }),
    ];
    const written = await table.write(writes, this.#doing, w);
    // A copy of this very call came first where the head names it.
    if (written.kind === 'done' || written.failed[0]?.found?.w === w) {
      this.#head = { ...head, count };
      return true;
    }
    this.#learn(
      written.failed.map(({ found }) => found),
      users,
      texts.length,
    );
    return false;
  }

  #learn(
    found: readonly (TableItem | undefined)[],
    users: readonly (readonly Noted[])[],
    lines: number,
  ): void {
    // Read anew: what was found says where it stood when it was refused.
    this.#head = undefined;
    for (const [index, [one]] of users.entries()) {
      const told = numberIn(found[1 + lines + index], 'told');
      this.#noted = this.#noted.filter(({ name, seq }) => name !== one?.name || seq > told);
    }
  }

  async #pause(round: number): Promise<void> {
    const { clock, table } = this.#parts;
    await machineClock(clock).sleep(Math.min(PAUSE_MS_MAX, 10 * round) * (0.5 + table.random()));
  }
}

function numberIn(item: TableItem | undefined, name: string): number {
  const value = item?.[name];
  return typeof value === 'number' ? value : 0;
}
