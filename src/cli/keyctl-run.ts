// One run of keyctl that asks AWS: log, signals, questions, use cases, and the result on stdout.
// Loaded only when the flags were right.

import {
  emptyReport,
  withAllKeys,
  withExam,
  withFailure,
  withFinish,
  withUndo,
} from '../app/keyctl/build-keyctl-report.ts';
import type { KeyctlContext, SessionOptions, TargetOptions } from '../app/keyctl/types.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { KeyctlReport } from '../reports/keyctl-report.ts';
import type { Asker } from './asker.ts';
import { canAsk, type Host } from './host.ts';
import { chooseProfiles } from './keyctl-choose.ts';
import type { KeyctlOptions, KeyctlOrder, Pair } from './keyctl-options.ts';
import { printReport, reportJson } from './keyctl-output.ts';
import type { KeyctlParts } from './keyctl-parts.ts';
import { requireProfiles } from './keyctl-profiles.ts';
import { rotateProfile } from './keyctl-rotate.ts';
import type { Session } from './run.ts';
import { openRunLog } from './run-log.ts';
import { createSpinner, isUnicodeTerminal, type Spinner } from './spinner.ts';
import { exitCodeOf, type StopWatch, watchStopSignals } from './stop-signals.ts';

export type LoadAsker = (host: Host, signal: AbortSignal) => Promise<Asker>;

/** What the steps of one run share. */
export interface Run {
  readonly session: Session;
  readonly options: KeyctlOptions;
  readonly parts: KeyctlParts;
  readonly context: KeyctlContext;
  /** Undefined where nobody can be asked. */
  readonly ask: Asker | undefined;
  /** Says what is being waited for, where a terminal shows it. */
  readonly wait: (text: string) => void;
  /** Takes that line away. */
  readonly hush: () => void;
  /** What is known so far; a failure reports it too. */
  report: KeyctlReport;
}

/** Runs, prints the result, and resolves with the exit code. */
export async function runKeyctl(
  session: Session,
  options: KeyctlOptions,
  parts: KeyctlParts,
  loadAsker: LoadAsker = loadTerminalAsker,
): Promise<number> {
  const { host, voice, masker } = session;
  let spinner: Spinner | undefined;
  const log = await openRunLog(host, options.log, masker, async (stream) => {
    const { clock, env } = host;
    spinner = createSpinner({ stream, clock, isUnicode: isUnicodeTerminal(env) });
    return spinner;
  });
  let run: Run | undefined;
  let isPrinting = false;
  const stop = watchStopSignals(host, {
    onFirst: (signal) => {
      log.hideProgress();
      voice.remark(`${signal}: finishing the step under way; once more ends at once`);
    },
    onSecond: (signal) => {
      voice.remark(`${signal} again: ending at once; the next run resumes what is open`);
      if (isPrinting || !options.json || run === undefined) return;
      const error = toKeyturnError(stop.signal.reason);
      host.stdout.writeNow(masker.mask(reportJson(withFailure(run.report, error))));
    },
  });
  const { clock, env, home } = host;
  run = {
    session,
    options,
    parts,
    context: { clock, env, home, emit: log.emit, signal: stop.signal },
    ask: canAsk(host)
      ? politely(
          () => loadAsker(host, stop.signal),
          () => spinner,
        )
      : undefined,
    wait: (text) => spinner?.begin(text),
    hush: () => spinner?.pause(),
    report: startReport(options, host),
  };
  try {
    await perform(run);
    log.hideProgress();
    isPrinting = true;
    await printReport(host, run.report, options.json);
    return run.report.success ? 0 : 1;
  } catch (thrown) {
    log.hideProgress();
    if (isPrinting) sayWhatWasDone(run);
    return await fail(run, toKeyturnError(thrown), stop, isPrinting);
  } finally {
    const linesLost = log.close();
    if (linesLost > 0) voice.remark(`${linesLost} lines could not be written to the log file`);
    stop.end();
  }
}

async function fail(
  { session, options, report }: Run,
  error: KeyturnError,
  stop: StopWatch,
  isPrinting: boolean,
): Promise<number> {
  const { host, voice, masker } = session;
  if (error.code === 'cancelled') voice.remark(error.message);
  else voice.error(error);
  if (options.json && !isPrinting) {
    await host.stdout.write(masker.mask(reportJson(withFailure(report, error))));
  }
  const received = stop.received();
  return error.code === 'interrupted' && received !== undefined
    ? exitCodeOf(received)
    : error.exitCode;
}

/** stdout did not take the result: what matters of it is said on stderr. */
function sayWhatWasDone({ session, report }: Run): void {
  const { rotation } = report;
  if (rotation === undefined) return;
  session.voice.remark(
    `the rotation is done: ${report.credentials_file} holds ${rotation.new_key_id}; ${rotation.undo_command} takes it back`,
  );
}

async function perform(run: Run): Promise<void> {
  const { order } = run.options;
  switch (order.kind) {
    case 'choose': {
      const pair = await chooseProfiles(run);
      return await rotateProfile(run, pair, true);
    }
    case 'rotate':
      return await rotateProfile(run, order.pair, false);
    case 'undo':
    case 'finish':
      return await performLater(run, order);
    case 'list-all-keys': {
      await requireProfiles(run, [order.authProfile]);
      run.wait('reading users and keys');
      const { authProfile, accounts } = order;
      const asked = { ...sessionOptions(run, authProfile), accounts };
      const all = await run.parts.listAllKeys(asked, run.context);
      run.report = withAllKeys(run.report, all);
      return;
    }
    case 'list-keys':
      if (order.pair !== undefined) await listKeys(run, order.pair);
      return;
    case 'list':
      return;
  }
}

async function performLater(
  run: Run,
  order: KeyctlOrder & { kind: 'undo' | 'finish' },
): Promise<void> {
  const { pair } = order;
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  const target = targetOptions(run, pair);
  if (order.kind === 'undo') {
    run.wait(`putting the previous key of ${pair.targetProfile} back`);
    run.report = withUndo(run.report, await run.parts.undoProfile(target, run.context));
    return;
  }
  run.wait(`retiring the previous key of ${pair.targetProfile}`);
  const result = await run.parts.finishProfile(target, order.request, run.context);
  run.report = withFinish(run.report, result);
}

async function listKeys(run: Run, pair: Pair): Promise<void> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.wait('asking AWS for the keys');
  const opened = await run.parts.openProfileSession(targetOptions(run, pair), run.context);
  try {
    const { plan: _, ...report } = withExam(run.report, opened.exam);
    run.report = report;
  } finally {
    opened.close();
  }
}

export function sessionOptions(run: Run, authProfile: string): SessionOptions {
  const { ask } = run;
  return {
    ...run.options.session(),
    authProfile,
    askMfaCode: ask === undefined ? undefined : (serial) => ask.mfaCode(serial),
  };
}

export function targetOptions(run: Run, pair: Pair): TargetOptions {
  const { targetProfile } = pair;
  return { ...sessionOptions(run, pair.authProfile), targetProfile, user: run.options.user };
}

function startReport({ order, credentialsFile }: KeyctlOptions, host: Host): KeyctlReport {
  const pair = 'pair' in order ? order.pair : undefined;
  return emptyReport({
    command: order.kind === 'choose' ? 'rotate' : order.kind,
    dryRun: 'dryRun' in order && order.dryRun,
    profile: pair?.targetProfile,
    authProfile: order.kind === 'list-all-keys' ? order.authProfile : pair?.authProfile,
    credentialsFile,
    startedAt: host.clock.now(),
  });
}

/** Loads what asks when something is asked; the progress line makes way for the question. */
function politely(load: () => Promise<Asker>, spinner: () => Spinner | undefined): Asker {
  const asker = (): Promise<Asker> => {
    spinner()?.pause();
    return load();
  };
  return {
    choose: async (request) => (await asker()).choose(request),
    confirm: async (question, fallback) => (await asker()).confirm(question, fallback),
    mfaCode: async (serial) => {
      const code = await (await asker()).mfaCode(serial);
      spinner()?.begin('asking AWS');
      return code;
    },
  };
}

async function loadTerminalAsker(host: Host, signal: AbortSignal): Promise<Asker> {
  const { terminalAsker } = await import('./terminal-asker.ts');
  return terminalAsker(host, signal);
}
