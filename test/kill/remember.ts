// Puts records into an arena's journal, as if earlier runs had written them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOf, type JournalRecord } from '../../src/lifecycle/record.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import type { Arena } from './arena.ts';

export type Remembered = Pick<JournalRecord, 'at' | 'rotation' | 'step'>;

export function remember(arena: Arena, user: string, records: readonly Remembered[]): void {
  const run = { run: 'earlier', account: DEFAULT_ACCOUNT_ID, user };
  const lines = records.map((each) =>
    encodeRecord({ v: formatOf(each.step), ...run, ...each } as JournalRecord),
  );
  mkdirSync(arena.accountFolder, { recursive: true, mode: 0o700 });
  const path = join(arena.accountFolder, 'journal.jsonl');
  writeFileSync(path, `${lines.join('\n')}\n`, { flag: 'a', mode: 0o600 });
}
