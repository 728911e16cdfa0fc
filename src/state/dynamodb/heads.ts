// The heads of an account: who has records, and for whom something may be left to finish.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { RecordedUsers } from '../recorded-users.ts';
import type { OpenUser } from '../state-store.ts';
import { type Head, readHead } from './head.ts';
import { readHistory, readRecords } from './journal.ts';
import { HEADS, partitionOf, TABLE_FORMAT } from './keys.ts';
import type { Table } from './table.ts';

export async function readHeads(table: Table, account: string): Promise<readonly Head[]> {
  return await headsWhere(table, account, {});
}

/**
 * Each record says on the head whether something is open after it. What an earlier format says of that does
 * not count: its rules may have been others. A later one is read to be refused.
 */
export async function readOpenUsers(table: Table, account: string): Promise<readonly OpenUser[]> {
  const heads = await headsWhere(table, account, {
    filter: 'attribute_exists(#open) OR #fmt < :fmt OR #fmt > :fmt',
    values: { fmt: TABLE_FORMAT },
  });
  const found: OpenUser[] = [];
  for (const { user } of heads.filter(hasRecords)) {
    const history = await readHistory(table, account, user);
    if (history.mayBeUnfinished) found.push({ user, history });
  }
  return found;
}

export async function namesOfRun(
  table: Table,
  account: string,
  run: string,
): Promise<readonly string[]> {
  const heads = await headsWhere(table, account, { filter: '#run = :run', values: { run } });
  return heads.filter(hasRecords).map(({ user }) => user);
}

export async function namesOf(table: Table, account: string): Promise<readonly string[]> {
  return (await readHeads(table, account)).filter(hasRecords).map(({ user }) => user);
}

/**
 * See AccountState.namedUnder. No item is filed under a key, so the first question reads what is recorded of
 * everybody, once; a name that changes while the run is under way is the next one's to see.
 */
export function namesOfKeys(
  table: Table,
  account: string,
): (keyId: AccessKeyId) => Promise<string | undefined> {
  let known: Promise<RecordedUsers> | undefined;
  return async (keyId) => {
    known ??= readEverybody(table, account);
    try {
      return (await known).namedUnder(keyId);
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}

/** So many users are read at once. */
const READ_AT_ONCE = 16;

async function readEverybody(table: Table, account: string): Promise<RecordedUsers> {
  const names = await namesOf(table, account);
  const users = new RecordedUsers();
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const batch = names.slice(from, from + READ_AT_ONCE);
    for (const records of await Promise.all(
      batch.map((name) => readRecords(table, account, name)),
    )) {
      for (const { record, text } of records) users.add(record, text);
    }
  }
  return users;
}

/** Who was claimed, and never recorded anything, is nobody. */
export function hasRecords({ count }: Head): boolean {
  return count > 0;
}

async function headsWhere(
  table: Table,
  account: string,
  more: { readonly filter?: string; readonly values?: Record<string, number | string> },
): Promise<readonly Head[]> {
  const items = await table.query(
    { table: table.name, pk: partitionOf(account), prefix: HEADS, ...more },
    { code: 'state-dir', what: `the users of account ${account} cannot be read` },
  );
  const heads = items
    .map((item) => readHead(item, table.name))
    .filter((head) => head !== undefined);
  return heads.toSorted((a, b) =>
    comparableUserName(a.user) < comparableUserName(b.user) ? -1 : 1,
  );
}
