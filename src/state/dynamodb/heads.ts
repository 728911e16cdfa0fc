// The heads of an account: who has records, and for whom something may be left to finish.

import { comparableUserName } from '../../base/user-name.ts';
import type { OpenUser } from '../state-store.ts';
import { type Head, readHead } from './head.ts';
import { readHistory } from './journal.ts';
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
