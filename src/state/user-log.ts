// The journal of one user for its only writer, whatever the store: what a record has besides its step, that
// no record damages the journal, and that the writer's own history has the record once it is durable.

import type { Clock } from '../base/clock.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';
import { mayFollow } from '../lifecycle/rotation.ts';
import { asRecorded } from './record-codec.ts';
import type { UserLog } from './state-store.ts';
import type { TrailWriter } from './trail-writer.ts';

export interface Writer {
  readonly account: string;
  readonly run: string;
  readonly clock: Clock;
  readonly user: string;
  /** What is recorded so far. */
  readonly history: UserHistory;
  /** Resolves when the record is durable. */
  readonly keep: (record: JournalRecord) => Promise<void>;
  /**
   * What is recorded now. Asked before the next record when `keep` has failed: it may have kept the record
   * all the same.
   */
  readonly reread: () => Promise<readonly JournalRecord[]>;
  readonly fence: UserLog['fence'];
  /** The ARN of whoever signs the calls. */
  readonly who: string | undefined;
  /** Left out where the trail is written with the record. */
  readonly trail?: Pick<TrailWriter, 'before' | 'after'> | undefined;
}

export function userLog(writer: Writer): UserLog {
  const { account, run, clock, user, history, fence, who, trail } = writer;
  const envelope = (step: RotationStep | KeyStep, plan: string | undefined) => {
    const signed = who === undefined ? {} : { who };
    const about = { v: formatOf(step), at: clock.now(), run, ...signed, account, user };
    return plan === undefined ? about : { ...about, plan };
  };
  let isUnsure = false;
  const append = async (given: JournalRecord): Promise<void> => {
    const { record } = asRecorded(given);
    const found = isUnsure ? learn(history, await writer.reread()) : 0;
    isUnsure = false;
    demandFollows(record, history, found > 0);
    await trail?.before(record.step);
    isUnsure = true;
    await writer.keep(record);
    isUnsure = false;
    history.add(record);
    // The journal is the truth: it has the record whatever becomes of the trail.
    await trail?.after(record.step);
  };
  return {
    history,
    fence,
    record: (rotation, step, plan) => append({ ...envelope(step, plan), rotation, step }),
    recordKey: (step, plan) => append({ ...envelope(step, plan), rotation: null, step }),
  };
}

/** Resolves with how many were not known. */
function learn(history: UserHistory, records: readonly JournalRecord[]): number {
  const news = records.slice(history.records.length);
  for (const record of news) history.add(record);
  return news.length;
}

/**
 * Only what may follow is recorded: anything else would damage the journal for everybody. Whoever decided before
 * an earlier record turned up could not know better; otherwise it is a fault in the program.
 */
function demandFollows(record: JournalRecord, history: UserHistory, hasNews: boolean): void {
  if (record.rotation === null) return;
  const { rotation: id, step, user } = record;
  const rotation = history.find(id);
  if (mayFollow(rotation, step)) return;
  const what = `${step.type} cannot follow ${rotation?.phase ?? 'nothing'}`;
  assert(hasNews, `${what} in rotation ${id} of user ${user}`);
  throw new KeyturnError(
    'journal-write',
    `${what} in the journal of user ${user}: a record that had failed was kept after all`,
    { hint: 'run again: the next run goes on from what is recorded' },
  );
}
