// All that is kept of an account in tables, and the same from another store.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import type { TableWrite } from '../../base/aws-tables.ts';
import { KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { UserHistory } from '../../lifecycle/history.ts';
import type { Actor } from '../../lifecycle/trail/fact.ts';
import { readRecord } from '../record-codec.ts';
import type { AccountDump, Custody, SealedSecret } from '../state-store.ts';
import { notEmpty } from '../transfer.ts';
import { busy, Claim, isHeld } from './claim.ts';
import { heldItems } from './custody.ts';
import type { Head } from './head.ts';
import { readHeads } from './heads.ts';
import { demandCount, type Numbered, readRecords } from './journal.ts';
import { headKey, partitionOf, recordKey, SEALED, SECRETS, TABLE_FORMAT } from './keys.ts';
import { mergeSights, readAllSights } from './sightings.ts';
import type { Doing, Table } from './table.ts';
import type { TableTrail } from './trail.ts';

export interface TransferParts {
  readonly table: Table;
  readonly account: string;
  readonly custody: Custody;
  readonly owner: string;
  readonly trail: TableTrail;
  readonly by: Actor;
}

export async function dumpTables(parts: TransferParts): Promise<AccountDump> {
  const { table, account, custody } = parts;
  const heads = await readHeads(table, account);
  const held = heads.find(({ claim }) => isHeld(claim, table));
  if (held !== undefined) throw busy(held.user, held.claim);
  const records: Dated[] = [];
  const found = new Map<Head, number>();
  for (const head of heads) {
    const ofUser = await readRecords(table, account, head.user);
    found.set(head, ofUser.length);
    records.push(...dated(ofUser));
  }
  // Not as they are listed for people, to whom nothing is listed where it cannot be read (I11).
  const secrets = [];
  for (const keyId of (await heldItems(SECRETS, parts)).keys()) {
    const entry = await custody.get(keyId);
    if (entry !== undefined) secrets.push(entry);
  }
  const sealed: SealedSecret[] = [];
  for (const keyId of (await heldItems(SEALED, parts)).keys()) {
    const bytes = await custody.sealed.get(keyId);
    if (bytes !== undefined) sealed.push({ keyId, bytes });
  }
  const condemned = [...(await heldItems(SECRETS, parts, 'condemned')).keys()];
  const sights = await readAllSights(table, account);
  const lines = await trailLines(heads, parts);
  demandSame(heads, await readHeads(table, account));
  for (const [{ user, count }, records] of found) demandCount(records, count, { table, user });
  return {
    // In the order of the store that they were copied from, then by time.
    records: records
      .toSorted((a, b) => a.pos - b.pos || a.atMs - b.atMs || a.seq - b.seq)
      .map(({ text }) => text),
    ...{ secrets, sealed, condemned, sights, trail: lines },
  };
}

interface Dated extends Numbered {
  /** As late as every record of the user before it. */
  readonly atMs: number;
}

/** The clocks of two machines differ, and yet the records of a user stay in their order. */
function dated(records: readonly Numbered[]): readonly Dated[] {
  let atMs = Number.NEGATIVE_INFINITY;
  return records.map((each) => {
    atMs = Math.max(atMs, each.record.at.getTime());
    return { ...each, atMs };
  });
}

/** Where a writer died the last records are told first: the copy is then all that is known. */
async function trailLines(
  heads: readonly Head[],
  { trail, by }: TransferParts,
): Promise<readonly string[]> {
  await trail.noteLeft(heads);
  if (trail.isBehind) await trail.write([], by);
  const texts: string[] = [];
  for await (const { text } of trail.lines()) texts.push(text);
  return texts;
}

/** A run that began meanwhile has claimed somebody. */
function demandSame(before: readonly Head[], after: readonly Head[]): void {
  const epochs = new Map(before.map(({ user, epoch }) => [comparableUserName(user), epoch]));
  const changed = after.find(({ user, epoch }) => epochs.get(comparableUserName(user)) !== epoch);
  if (changed !== undefined) throw busy(changed.user, changed.claim);
}

export async function loadTables(dump: AccountDump, parts: TransferParts): Promise<void> {
  const { table, account, custody } = parts;
  const doing: Doing = { code: 'state-dir', what: `account ${account} cannot be written` };
  const there = await table.query({ table: table.name, pk: partitionOf(account) }, doing);
  const isTold = await parts.trail.isThere();
  if (there.length > 0 || isTold || (await heldItems(SECRETS, parts)).size > 0) {
    throw notEmpty(account, table.name);
  }
  for (const entry of dump.secrets) await custody.put(entry);
  for (const { keyId, bytes } of dump.sealed) await custody.sealed.put(keyId, bytes);
  for (const keyId of dump.condemned) await condemn(keyId, custody);
  await mergeSights(table, account, dump.sights);
  await parts.trail.load(dump.trail);
  const users = new Map<string, Placed[]>();
  for (const [pos, text] of dump.records.entries()) {
    const { user } = readRecord(text);
    const name = comparableUserName(user);
    users.set(name, [...(users.get(name) ?? []), { pos, text, user }]);
  }
  for (const records of users.values()) await loadUser(records, parts);
}

async function condemn(keyId: AccessKeyId, custody: Custody): Promise<void> {
  if (await custody.condemn(accessKeyId(keyId), '')) return;
  throw new KeyturnError('state-dir', `${keyId} is condemned and has a secret`);
}

interface Placed {
  /** Where it stands among all records of the account. */
  readonly pos: number;
  readonly text: string;
  readonly user: string;
}

/** AWS takes a hundred writes in a transaction, and one is of the head; and four megabytes. */
const LOADED_AT_ONCE_MAX = 99;
const LOADED_BYTES_MAX = 3_000_000;

async function loadUser(records: readonly Placed[], parts: TransferParts): Promise<void> {
  const claim = await Claim.take({ ...parts, user: records[0]?.user ?? '' });
  try {
    const history = new UserHistory();
    let some: Placed[] = [];
    let bytes = 0;
    for (const each of records) {
      if (some.length >= LOADED_AT_ONCE_MAX || bytes + each.text.length > LOADED_BYTES_MAX) {
        await loadSome(some, history, claim);
        [some, bytes] = [[], 0];
      }
      some.push(each);
      bytes += each.text.length;
    }
    await loadSome(some, history, claim);
  } finally {
    await claim.release();
  }
}

async function loadSome(
  some: readonly Placed[],
  history: UserHistory,
  claim: Claim,
): Promise<void> {
  const { table, account, user } = claim.of;
  const { seq, count, epoch } = claim.head;
  for (const { text } of some) history.add(readRecord(text));
  const isOpen = history.mayBeUnfinished;
  const untilMs = claim.nextUntilMs();
  const last = some.at(-1)?.user ?? user;
  const w = newId();
  const next = seq + some.length;
  const head: TableWrite = {
    kind: 'update',
    table: table.name,
    key: headKey(account, user),
    update: `SET #seq = :next, #count = :count, #w = :w, #until = :until, #user = :user, #fmt = :fmt${isOpen ? ', #open = :open' : ''}`,
    condition: '#nonce = :me AND #seq = :seq',
    values: {
      ...{ me: claim.nonce, seq, next, count: count + some.length, w, until: untilMs },
      ...{ user: last, fmt: TABLE_FORMAT, ...(isOpen && { open: 'copied' }) },
    },
  };
  const puts = some.map(
    ({ text, pos }, index): TableWrite => ({
      kind: 'put',
      table: table.name,
      item: { ...recordKey(account, user, seq + index + 1), rec: text, epoch, w, pos },
      condition: 'attribute_not_exists(#pk)',
    }),
  );
  const doing: Doing = {
    code: 'journal-write',
    what: `the journal of user ${user} cannot be written`,
  };
  const written = await table.write([head, ...puts], doing, w);
  if (written.kind === 'refused' && written.failed[0]?.found?.w !== w) {
    throw new KeyturnError(doing.code, `${doing.what}: somebody else writes it`);
  }
  claim.advance({ seq: next, count: count + some.length, w, user: last }, untilMs);
}
