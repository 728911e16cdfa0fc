// The audit trail of an account in the memory of this process: a line is added with the record that it tells of.

import { newId } from '../../base/new-id.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import {
  type Actor,
  type Decision,
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
} from '../../lifecycle/trail/line.ts';
import type { AccountMemory } from './memory.ts';

/** Before the first record that is told. */
export function beginTrail(memory: AccountMemory, account: string, by: Actor & { at: Date }): void {
  if (memory.trail.length > 0) return;
  const trail = newId();
  const { length } = memory.lines;
  const detail = { trail, records_before: length };
  const began = decided({ step: BEGAN, at: by.at, reason: whyBegun(length), detail }, by);
  memory.trail.push(...chainAll(newHead(account, trail), [began]).texts);
}

/** A record that was kept as this text. */
export function tellRecord(memory: AccountMemory, record: JournalRecord, text: string): void {
  const keys = new RotationsKeys();
  const { rotation, user } = record;
  if (rotation !== null) keys.learnFrom(rotation, memory.users.historyOf(user));
  add(memory, [factOf(record, text, keys.of(rotation))]);
}

export function tellDecisions(
  memory: AccountMemory,
  decisions: readonly Decision[],
  by: Actor,
): void {
  add(
    memory,
    decisions.map((decision) => decided(decision, by)),
  );
}

function add(memory: AccountMemory, facts: readonly TrailFact[]): void {
  const last = soundLine(memory.trail.at(-1) ?? '');
  if (last === undefined) return;
  memory.trail.push(...chainAll(headAfter(last), facts).texts);
}
