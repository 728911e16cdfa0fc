// What a run over one account or several is handed, and how it ends.

import type { Clock } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AccountResult } from './account-run.ts';
import type { WholeRun } from './build-report.ts';
import type { ChangeLog } from './change-log.ts';
import type { RunObserver } from './run-observer.ts';

export interface RunContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** What must survive a crash; it names this run in what it records. */
  readonly state: StateStore;
  /** Collects what is done to keys, for whoever tells it when the run ends; its own when left out. */
  readonly changes?: ChangeLog;
  /** Hears what came of each account, for a plan. */
  readonly onAccount?: (result: AccountResult) => void;
  /** Hears what is told after the run; left out where nothing is. */
  readonly observer?: RunObserver | undefined;
  /** Aborted on SIGINT or SIGTERM: steps under way are finished, no new one begins. */
  readonly signal: AbortSignal;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How the part of a run between the flags and the report ended. */
export interface RunEnd extends WholeRun {
  /** What ended the run early; it is in the ledger too. */
  readonly fatal: KeyturnError | undefined;
}
