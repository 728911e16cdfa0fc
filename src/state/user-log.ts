// The journal of one user for its only writer, whatever the store: what a record has besides its step,
// and that the writer's own history has the record once it is durable.

import type { Clock } from '../base/clock.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';
import { encodeRecord, readRecord } from './record-codec.ts';
import type { UserLog } from './state-store.ts';

export interface Writer {
  readonly account: string;
  readonly run: string;
  readonly clock: Clock;
  readonly user: string;
  /** What is recorded so far. */
  readonly history: UserHistory;
  /** Resolves when the record is durable. */
  readonly keep: (record: JournalRecord) => Promise<void>;
  readonly fence: UserLog['fence'];
}

export function userLog({ account, run, clock, user, history, keep, fence }: Writer): UserLog {
  const envelope = (step: RotationStep | KeyStep, plan: string | undefined) => {
    const about = { v: formatOf(step), at: clock.now(), run, account, user };
    return plan === undefined ? about : { ...about, plan };
  };
  const append = async (given: JournalRecord): Promise<void> => {
    // I8: as it will be read back, without whatever hangs on it by accident.
    const record = readRecord(encodeRecord(given));
    await keep(record);
    history.add(record);
  };
  return {
    history,
    fence,
    record: (rotation, step, plan) => append({ ...envelope(step, plan), rotation, step }),
    recordKey: (step, plan) => append({ ...envelope(step, plan), rotation: null, step }),
  };
}
