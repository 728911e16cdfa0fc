// Gets the account's credential report, waiting until AWS has made it.

import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { CredentialReports, ReportFile } from './gateway.ts';

export interface FetchOptions {
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** After this long the report is given up. */
  readonly deadlineMs?: number;
}

/** AWS names no time. Fifty users took two seconds; reading users one by one soon costs more. */
const DEADLINE_MS = 60_000;
/** A report that was just asked for is seldom ready sooner. */
const FIRST_PAUSE_MS = 1_000;
const PAUSE_GROWTH = 1.25;
const PAUSE_MS_MAX = 5_000;

/** Throws `report-unusable` when it takes too long, and whatever the two calls throw. */
export async function fetchReport(
  reports: Pick<CredentialReports, 'request' | 'fetch'>,
  { clock, emit, signal, deadlineMs = DEADLINE_MS }: FetchOptions,
): Promise<ReportFile> {
  const startedAtMs = clock.now().getTime();
  let state: 'ready' | 'in-progress' | 'absent' = await reports.request();
  let pauseMs = FIRST_PAUSE_MS;
  while (true) {
    if (state !== 'ready') {
      const waitedMs = clock.now().getTime() - startedAtMs;
      if (waitedMs >= deadlineMs) throw late(waitedMs);
      emit({ code: 'report-progress', waitedMs });
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MS_MAX);
    }
    // It ran out just now, or AWS has forgotten that it was asked.
    if (state === 'absent') state = await reports.request();
    const fetched = await reports.fetch();
    if (typeof fetched === 'object') return fetched;
    state = fetched;
  }
}

function late(waitedMs: number): KeyturnError {
  const seconds = Math.round(waitedMs / 1000);
  return new KeyturnError(
    'report-unusable',
    `the credential report was not ready after ${seconds} s`,
  );
}
