// What was said to whom, an item each, replaced on the condition that nobody replaced it meanwhile.

import type { TableItem, TableWrite } from '../../base/aws-tables.ts';
import type { NoticeChange, Notices } from '../state-store.ts';
import { refuseNewer } from './head.ts';
import { NOTICES, noticeKey, TABLE_FORMAT } from './keys.ts';
import type { Doing, Table } from './table.ts';

const READING: Doing = { code: 'state-dir', what: 'what was notified cannot be read' };
const WRITING: Doing = { code: 'state-dir', what: 'what was notified cannot be written' };

export function tableNotices(table: Table): Notices {
  return {
    all: async () => {
      const items = await table.query({ table: table.name, pk: NOTICES }, READING);
      for (const { fmt } of items) refuseNewer(fmt, table.name);
      return new Map(items.map((item) => [String(item.sk), String(item.said)]));
    },
    swap: async (changes) => {
      const done: string[] = [];
      for (const change of changes) {
        if (await swapOne(table, change)) done.push(change.name);
      }
      return done;
    },
  };
}

async function swapOne(table: Table, { name, was, is }: NoticeChange): Promise<boolean> {
  const condition =
    was === undefined
      ? { condition: 'attribute_not_exists(#pk)' }
      : { condition: '#said = :was', values: { was } };
  const key = noticeKey(name);
  const write: TableWrite =
    is === undefined
      ? { kind: 'delete', table: table.name, key, ...condition }
      : { kind: 'put', table: table.name, item: itemOf(key, is), ...condition };
  const written = await table.write([write], WRITING);
  if (written.kind === 'done') return true;
  // After a lost answer it is there already, and each text names the run that wrote it.
  const found = written.failed[0]?.found;
  return is === undefined ? found === undefined : found?.said === is;
}

function itemOf(key: ReturnType<typeof noticeKey>, said: string): TableItem {
  return { ...key, said, fmt: TABLE_FORMAT };
}
