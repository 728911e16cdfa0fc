// What follows the report of a run: notifications and metrics. Whoever runs hands the observer into the run, and
// calls this once the report is printed; the exit code is settled by then, and stays.

import type { RunSight } from '../app/sight/run-sight.ts';
import type { RunToTell, ToTell } from '../app/tell-run.ts';
import type { EventSink } from '../base/events.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import type { StateStore } from '../state/state-store.ts';
import type { ResolvedOptions } from './rotate/options.ts';
import type { Session } from './run.ts';
import type { RunShell } from './run-shell.ts';

export interface EndedRun {
  readonly report: RotationReport;
  readonly exitCode: number;
  /** Undefined for a run that failed before it had any. */
  readonly state: StateStore | undefined;
}

export interface AfterRun {
  /** Hears what is told afterwards; undefined where nothing is. */
  readonly observer: RunSight | undefined;
  /** Every event of the run goes through it: calls are counted there. */
  readonly emit: EventSink;
  /** Never throws. */
  readonly tell: (ended: EndedRun) => Promise<void>;
}

/** What of a command is asked here. */
export interface Teller {
  readonly host: Pick<Session['host'], 'clock' | 'env'>;
  readonly voice: Pick<Session['voice'], 'remark'>;
}

export interface Heard extends Pick<RunShell, 'signal'> {
  readonly log: Pick<RunShell['log'], 'emit' | 'hideProgress'>;
}

/** Nothing is loaded where nothing is told. */
export async function afterRun(
  { telling, rotate }: Pick<ResolvedOptions, 'telling' | 'rotate'>,
  { host, voice }: Teller,
  { log, signal }: Heard,
): Promise<AfterRun> {
  const { metrics, notify } = telling;
  if (metrics.file === undefined && metrics.otlp === undefined && notify === undefined) {
    return { observer: undefined, emit: log.emit, tell: async () => {} };
  }
  const [{ RunSight: Sight }, { noticeDaysOf }] = await Promise.all([
    import('../app/sight/run-sight.ts'),
    import('../app/notify/notice-days.ts'),
  ]);
  const sight = new Sight({
    noticeDays: noticeDaysOf(notify),
    readsTags: notify?.channels.some(({ to_owners: is }) => is === true) ?? false,
  });
  const { profile, region, accounts, user } = rotate;
  const isNarrowed = accounts?.named !== undefined || (accounts?.excluded.length ?? 0) > 0;
  const isEveryAccount = accounts?.organization === true && !isNarrowed && user === undefined;
  const { clock, env } = host;
  return {
    observer: sight,
    emit: sight.listening(log.emit),
    tell: async ({ report, exitCode, state }) => {
      log.hideProgress();
      const { tellRun } = await import('../app/tell-run.ts');
      const about = { telling, report, sight, exitCode, isEveryAccount };
      const run: RunToTell = { ...about, state, profile, region };
      const emit = foretelling(log.emit, voice);
      await tellRun(run, { clock, env, emit, isStopped: signal.aborted });
    },
  };
}

/** What a command tells that measures nothing. Never throws. */
export async function tellAfterwards(
  told: ToTell,
  { host: { clock, env }, voice }: Session,
  { log, signal }: Pick<RunShell, 'log' | 'signal'>,
): Promise<void> {
  log.hideProgress();
  const { tellOnly } = await import('../app/tell-run.ts');
  const emit = foretelling(log.emit, voice);
  await tellOnly(told, { clock, env, emit, isStopped: signal.aborted });
}

/** A dry run says whom a run would tell: that is asked for by whoever looks at one. */
function foretelling(emit: EventSink, voice: Teller['voice']): EventSink {
  return (event) => {
    emit(event);
    if (event.code !== 'notification-foretold') return;
    const { channel, to, subject } = event;
    voice.remark(`a run would tell ${channel}${to === null ? '' : ` (${to})`}: ${subject}`);
  };
}
