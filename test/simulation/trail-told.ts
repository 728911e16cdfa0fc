// I9: the audit trail, read with eyes of its own: its lines are chained, and each record of the journal is told
// in it once, in the order in which it was recorded of its user.

import { createHash } from 'node:crypto';
import type { TrailLine } from '../../src/lifecycle/trail/line.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import type { JournalView } from './journal-view.ts';
import { ACCOUNT } from './world.ts';

/** The journal was lost, and another one is there: what it has is not told line by line. */
const REPLACED = 'journal-replaced';

/** What is wrong with a trail, as its whole text; nothing where it is right. */
export function faultsOfTrail(text: string, journal: JournalView): readonly string[] {
  const lines = text.split('\n').flatMap(lineIn);
  return [...unchained(lines), ...untold(lines, journal)];
}

function* unchained(lines: readonly TrailLine[]): Generator<string> {
  for (const [at, line] of lines.entries()) {
    const before = lines[at - 1];
    if (line.account !== ACCOUNT) yield `line ${line.seq} is of account ${line.account}`;
    if (line.seq !== at) yield `line ${at} of the trail says that it is number ${line.seq}`;
    if (before !== undefined && line.prev !== before.hash)
      yield `line ${line.seq} does not follow the one before it`;
  }
}

function* untold(lines: readonly TrailLine[], journal: JournalView): Generator<string> {
  if (lines.some(({ step }) => step === REPLACED)) yield 'the journal is said to be replaced';
  const told = new Map<string, number>();
  for (const { record, user, seq } of lines) {
    if (record === null || user === null) continue;
    if (told.has(record)) yield `lines ${told.get(record)} and ${seq} tell the same record`;
    told.set(record, seq);
  }
  const began = lines[0]?.record;
  let isOlder = typeof began === 'string';
  const last = new Map<string, { readonly seq: number; readonly what: string }>();
  /** Not told yet: nothing after it may be. */
  const waiting = new Map<string, string>();
  for (const record of journal.all()) {
    const hash = createHash('sha256').update(encodeRecord(record)).digest('hex');
    const what = `"${record.step.type}" of ${record.user}`;
    if (isOlder) {
      isOlder = hash !== began;
      continue;
    }
    const seq = told.get(hash);
    if (seq === undefined) {
      waiting.set(record.user, what);
      continue;
    }
    const skipped = waiting.get(record.user);
    if (skipped !== undefined) yield `${skipped} is not told, and ${what} after it is`;
    const before = last.get(record.user);
    if (before !== undefined && seq < before.seq) yield `${what} is told before ${before.what}`;
    last.set(record.user, { seq, what });
  }
}

function lineIn(text: string): readonly TrailLine[] {
  try {
    const line = JSON.parse(text) as TrailLine;
    return typeof line.seq === 'number' && typeof line.hash === 'string' ? [line] : [];
  } catch {
    return [];
  }
}
