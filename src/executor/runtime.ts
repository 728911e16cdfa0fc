// What the executor needs from whatever makes its steps durable, and nothing else. The embedded
// runtime keeps it in the local journal; a durable engine for fleets that outgrow one machine can
// stand behind the same interface.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { AccountState } from '../journal/journal.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';

export interface RotationRuntime {
  /**
   * Runs `work` as the only writer for the user, anywhere (I9).
   * Throws `rotation-in-progress` when another holds the user.
   */
  exclusively<T>(user: string, work: (session: UserSession) => Promise<T>): Promise<T>;
}

export interface UserSession {
  /** Everything recorded about the user, this session's records included. */
  records(): readonly JournalRecord[];
  /** Resolves when the step is durable. */
  record(rotation: string, step: RotationStep): Promise<void>;
  recordKey(step: KeyStep): Promise<void>;
}

export interface EmbeddedRuntimeOptions {
  readonly account: string;
  /** Names this process in the journal. */
  readonly run: string;
  readonly state: Pick<AccountState, 'journal' | 'claims'>;
  readonly clock: Clock;
}

/** The runtime of a single machine: claims and an append-only journal in the state directory. */
export function embeddedRuntime(options: EmbeddedRuntimeOptions): RotationRuntime {
  const { account, run, state, clock } = options;
  return {
    exclusively: (user, work) =>
      state.claims.withClaim(user, async () => {
        // Read inside the claim: what another process wrote before is then complete.
        const records = [...(await state.journal.recordsOf(user))];
        const append = async (record: JournalRecord) => {
          await state.journal.append(record);
          records.push(record);
        };
        const envelope = (step: RotationStep | KeyStep) => {
          return { v: formatOf(step), at: clock.now(), run, account, user };
        };
        return await work({
          records: () => records,
          record: (rotation, step) => append({ ...envelope(step), rotation, step }),
          recordKey: (step) => append({ ...envelope(step), rotation: null, step }),
        });
      }),
  };
}

/** A fresh ID for a run or a rotation. */
export function newId(): string {
  return randomUUID();
}
