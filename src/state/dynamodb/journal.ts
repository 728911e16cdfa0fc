// The journal in the table: an item a record, in the order of their numbers. A record and the look at the
// claim are one transaction, so a writer who was taken over records nothing (I9).

import type { TableItem, TableWrite } from '../../base/aws-tables.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import { UserHistory } from '../../lifecycle/history.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import { damagedLine, decodeRecord, encodeRecord } from '../record-codec.ts';
import { type Claim, lost } from './claim.ts';
import { readHead } from './head.ts';
import { headKey, RECORDS, recordKey, recordsOf, TABLE_FORMAT } from './keys.ts';
import type { Table } from './table.ts';
import type { TableTrail } from './trail.ts';

/** Of an item, with room for its names: AWS refuses more than 400 KB. */
const RECORD_BYTES_MAX = 390_000;

/** A record with the number under which it is kept. */
export interface Numbered {
  readonly seq: number;
  readonly record: JournalRecord;
  /** As it was recorded. */
  readonly text: string;
  /** Where it stood among all records of the account that it was copied from; after all of them otherwise. */
  readonly pos: number;
}

/** Oldest first. Throws `journal-damaged`, `journal-newer`, `state-dir`: never a shorter history (I11). */
export async function readRecords(
  table: Table,
  account: string,
  user: string,
): Promise<readonly Numbered[]> {
  const items = await table.query(
    { table: table.name, pk: recordsOf(account, user), prefix: RECORDS },
    { code: 'state-dir', what: `the journal of user ${user} cannot be read` },
  );
  return items.map((item) => readNumbered(item, `${table.name}, user ${user}`, account));
}

export async function readHistory(
  table: Table,
  account: string,
  user: string,
): Promise<UserHistory> {
  const records = await readRecords(table, account, user);
  return new UserHistory(records.map(({ record }) => record));
}

function readNumbered({ sk, rec, pos }: TableItem, place: string, account: string): Numbered {
  const where = `record ${String(sk)} in ${place}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(rec));
  } catch {
    throw damagedLine(where, 'it is not JSON');
  }
  const record = decodeRecord(parsed, where);
  if (record.account !== account) {
    throw damagedLine(where, `it is about account ${record.account}, not ${account}`);
  }
  const seq = Number(String(sk).slice(RECORDS.length));
  const position = typeof pos === 'number' ? pos : Number.MAX_SAFE_INTEGER;
  return { seq, record, text: String(rec), pos: position };
}

/** I11: as many as the head counts, read while nobody writes. Throws `journal-damaged`. */
export function demandCount(
  found: number,
  count: number,
  { table, user }: { readonly table: Table; readonly user: string },
): void {
  if (found === count) return;
  throw new KeyturnError(
    'journal-damaged',
    `the journal of user ${user} in ${table.name} has ${found} records, and its head counts ${count}`,
    { hint: 'somebody changed items by hand, or restored a part: restore the whole table' },
  );
}

/** A record of which nobody knows whether it was written. */
interface Uncertain {
  readonly w: string;
  readonly record: JournalRecord;
}

/** The journal of one user, for the process that has the claim. */
export class ClaimedJournal {
  readonly history: UserHistory;
  readonly #claim: Claim;
  /** Hears of each record once it is durable. */
  readonly #trail: TableTrail;
  #uncertain: Uncertain | undefined;

  private constructor(claim: Claim, history: UserHistory, trail: TableTrail) {
    this.#claim = claim;
    this.history = history;
    this.#trail = trail;
  }

  /** Read inside the claim: what others recorded before is then complete. */
  static async open(claim: Claim, trail: TableTrail): Promise<ClaimedJournal> {
    const { table, account, user } = claim.of;
    const records = await readRecords(table, account, user);
    // Whoever slept between the two finds another one's records, which is no damage.
    if (records.length !== claim.head.count) await claim.demandHeld();
    demandCount(records.length, claim.head.count, { table, user });
    const history = new UserHistory(records.map(({ record }) => record));
    const told = await trail.toldOf(user, claim.head.toldFrom);
    trail.note(
      records.filter(({ seq }) => seq > told),
      history,
    );
    return new ClaimedJournal(claim, history, trail);
  }

  /** Resolves when the record is durable. Throws `journal-write`, `rotation-in-progress`. */
  async append(record: JournalRecord): Promise<void> {
    this.#claim.assertOpen();
    assert(
      this.#uncertain === undefined,
      'whoever appends has asked what became of the record before',
    );
    const { user, table } = this.#claim.of;
    const w = newId();
    const untilMs = this.#claim.nextUntilMs();
    const isOpen = new UserHistory([...this.history.records, record]).mayBeUnfinished;
    this.#uncertain = { w, record };
    const written = await table.write(
      this.#writes({ w, record, untilMs, isOpen }),
      { code: 'journal-write', what: `the journal of user ${user} cannot be written` },
      w,
    );
    if (written.kind === 'refused') {
      const head = readHead(written.failed[0]?.found, table.name);
      // A copy of this very call came first; afterwards its token means nothing any more.
      if (head?.w !== w) throw this.#refused(head?.claim?.nonce);
    }
    this.#took(w, record, untilMs);
  }

  #took(w: string, record: JournalRecord, untilMs: number): void {
    const { user } = record;
    const { seq, count } = this.#claim.head;
    this.#uncertain = undefined;
    const noted = { record, seq: seq + 1, text: encodeRecord(record), pos: 0 };
    this.#trail.note([noted], this.history);
    this.#claim.advance({ seq: seq + 1, count: count + 1, w, user }, untilMs);
  }

  #refused(nonce: string | undefined): KeyturnError {
    const { user, table } = this.#claim.of;
    this.#uncertain = undefined;
    if (nonce !== this.#claim.nonce) return lost(user);
    return new KeyturnError(
      'journal-write',
      `the journal of user ${user} in ${table.name} was written by somebody without the claim`,
      { hint: 'look for a program that is no keyturn and writes to that table' },
    );
  }

  /** All records, also one of which nobody knew whether it was written. Throws as `append` does. */
  async settled(): Promise<readonly JournalRecord[]> {
    if (this.#uncertain === undefined) return this.history.records;
    const { record } = this.#uncertain;
    const isWritten = await this.#settle(this.#uncertain);
    return isWritten ? [...this.history.records, record] : this.history.records;
  }

  /** The record itself tells whether it was written. */
  async #settle({ w, record }: Uncertain): Promise<boolean> {
    const { table, account, user } = this.#claim.of;
    const item = await table.get(table.name, headKey(account, user), {
      code: 'journal-write',
      what: `the journal of user ${user} cannot be written`,
    });
    const head = readHead(item, table.name);
    if (head?.claim?.nonce !== this.#claim.nonce) throw this.#refused(head?.claim?.nonce);
    if (head.w === w) this.#took(w, record, head.claim.untilMs);
    this.#uncertain = undefined;
    return head.w === w;
  }

  #writes({ w, record, untilMs, isOpen }: Appending): readonly TableWrite[] {
    const { table, account, user } = this.#claim.of;
    const { seq, epoch } = this.#claim.head;
    const rec = encodeRecord(record);
    const bytes = Buffer.byteLength(rec);
    if (bytes > RECORD_BYTES_MAX) {
      throw new KeyturnError(
        'journal-write',
        `a record of user ${user} has ${bytes} bytes, and an item of DynamoDB takes ${RECORD_BYTES_MAX}`,
        { hint: 'name fewer places in one run, or shorter texts' },
      );
    }
    const open = isOpen ? ', #open = :open' : '';
    const closed = isOpen ? '' : ' REMOVE #open';
    return [
      {
        kind: 'update',
        table: table.name,
        key: headKey(account, user),
        update: `SET #seq = :next, #count = #count + :one, #w = :w, #until = :until, #user = :user, #run = :run, #fmt = :fmt, #tr = if_not_exists(#tr, :next)${open}${closed}`,
        condition: '#nonce = :me AND #seq = :seq',
        values: {
          ...{ me: this.#claim.nonce, seq, next: seq + 1, one: 1, w, until: untilMs },
          ...{ user: record.user, run: record.run, fmt: TABLE_FORMAT },
          ...(isOpen && { open: record.rotation ?? record.step.type }),
        },
      },
      {
        kind: 'put',
        table: table.name,
        item: { ...recordKey(account, user, seq + 1), rec, epoch, w },
        condition: 'attribute_not_exists(#pk)',
      },
    ];
  }
}

interface Appending {
  readonly w: string;
  readonly record: JournalRecord;
  readonly untilMs: number;
  readonly isOpen: boolean;
}
