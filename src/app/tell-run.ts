// What is told once a run has printed its report: notifications, then metrics, which tell of those too. It never
// throws and changes no exit code; what could not be told is a warning of the log.

import { type Clock, machineClock } from '../base/clock.ts';
import type { Environment } from '../base/environment.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { NotifyModel } from '../config/tell-model.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import type { StateStore } from '../state/state-store.ts';
import type { NoticeCounts } from './notify/notify-run.ts';
import type { Standing } from './notify/plan-messages.ts';
import type { RunSight } from './sight/run-sight.ts';
import type { Telling } from './telling.ts';

export interface RunToTell {
  readonly telling: Telling;
  readonly report: RotationReport;
  readonly sight: RunSight;
  readonly exitCode: number;
  /** Whether it was about all accounts that there are. */
  readonly isEveryAccount: boolean;
  /** Undefined for a run that failed before it had any. */
  readonly state: StateStore | undefined;
  /** As the run reaches AWS. */
  readonly profile: string | undefined;
  readonly region: string | undefined;
}

export interface TellContext {
  readonly clock: Clock;
  readonly env: Environment;
  readonly emit: EventSink;
  /** Whether somebody has ended the run: then there is little time. */
  readonly isStopped: boolean;
}

const TIME_MS = 90_000;
const TIME_WHEN_STOPPED_MS = 5_000;

export async function tellRun(run: RunToTell, context: TellContext): Promise<void> {
  const { telling, report, sight } = run;
  const standing = async (notify: NotifyModel) => {
    const { standingOfRun } = await import('./notify/standing-of-run.ts');
    return standingOfRun({ notify, report, sight, now: context.clock.now() });
  };
  await inTime(context, async (signal) => {
    const notices = await notified({ ...run, notify: telling.notify, standing }, context, signal);
    await measured(run, context, { notices, signal });
  });
}

/** The signal is aborted when the time is over, by the machine's own clock. */
async function inTime(
  { clock, isStopped }: TellContext,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const time = new AbortController();
  const over = new AbortController();
  const limitMs = isStopped ? TIME_WHEN_STOPPED_MS : TIME_MS;
  const ending = machineClock(clock)
    .sleep(limitMs, over.signal)
    .then(
      () => time.abort(),
      () => undefined,
    );
  try {
    await work(time.signal);
  } finally {
    over.abort();
    await ending;
  }
}

const NONE: NoticeCounts = { sent: 0, failed: 0 };

/** What there is to tell, and how those are reached who are told. */
export interface ToTell extends Pick<RunToTell, 'state' | 'profile' | 'region'> {
  readonly notify: NotifyModel | undefined;
  readonly standing: (notify: NotifyModel) => Promise<Standing>;
}

/** Tells it within its time, after a command that measures nothing. Never throws. */
export async function tellOnly(told: ToTell, context: TellContext): Promise<void> {
  await inTime(context, (signal) => notified(told, context, signal));
}

async function notified(
  { notify, standing, state, profile, region }: ToTell,
  { clock, env, emit }: TellContext,
  signal: AbortSignal,
): Promise<NoticeCounts> {
  if (notify === undefined || state === undefined) return NONE;
  try {
    const [{ notifyRun }, { openChannels }, { openSurroundings }] = await Promise.all([
      import('./notify/notify-run.ts'),
      import('./notify/channels/open-channels.ts'),
      import('./notify/open-surroundings.ts'),
    ]);
    const around = await openSurroundings({ clock, env, emit, profile, region, signal });
    try {
      return await notifyRun(openChannels(notify, around), {
        ...{ notify, emit, signal, notices: state.notices, run: state.run },
        standing: await standing(notify),
      });
    } finally {
      around.close();
    }
  } catch (thrown) {
    const { message: reason } = toKeyturnError(thrown);
    emit({ code: 'notification-failed', channel: '*', to: null, reason });
    return NONE;
  }
}

interface Measured {
  readonly notices: NoticeCounts;
  readonly signal: AbortSignal;
}

async function measured(
  run: RunToTell,
  { clock, env, emit }: TellContext,
  { notices, signal }: Measured,
): Promise<void> {
  const { telling, report, sight, exitCode, isEveryAccount } = run;
  const { file, otlp, accounts, isAsked } = telling.metrics;
  // A dry run leaves no trace that nobody asked it for.
  const isLeftOut = report.dry_run && !isAsked;
  if ((file === undefined && otlp === undefined) || isLeftOut) return;
  const { metricsOf } = await import('./metrics/run-metrics.ts');
  const endedAt = clock.now();
  const counted = sight.counted(report.changes, endedAt);
  const figures = {
    ...{ report, counted, calls: sight.calls, exitCode, endedAt, notices, isEveryAccount },
  };
  if (file !== undefined) {
    try {
      const { readMetrics, writeMetrics } = await import('./metrics/metrics-file.ts');
      await writeMetrics(file, metricsOf(figures, accounts, await readMetrics(file)));
      emit({ code: 'metrics-written', to: file });
    } catch (thrown) {
      emit({ code: 'metrics-not-written', to: file, reason: toKeyturnError(thrown).message });
    }
  }
  if (otlp === undefined) return;
  const { sendOtlp } = await import('./metrics/send-otlp.ts');
  const { profile, region } = run;
  const reach = { clock, env, emit, profile, region, signal };
  await sendOtlp(metricsOf(figures, accounts, []), otlp, reach);
}
