// One run of `rotate-iam-keys`: the use case, and its result on stdout. Loaded only when the flags
// were right.

import { ChangeLog } from '../../app/change-log.ts';
import { openState } from '../../app/open-state.ts';
import type { RotateAccount } from '../../app/rotate-account.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { ToldSoFar } from '../../base/key-changes.ts';
import type { RunStyle } from '../../reports/render-undo-command.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import { whyVolatile } from '../../state/stores.ts';
import { afterRun } from '../after-run.ts';
import { isCustodySealed } from '../flags/custody-flags.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { detailedExitCode } from './exit-code.ts';
import type { ResolvedOptions } from './options.ts';
import { printResult } from './output.ts';

/** The heavy parts, loaded only when a run begins. */
export interface RotateParts {
  readonly rotateAccount: RotateAccount;
  readonly renderJson: (report: RotationReport) => string;
  readonly renderText: (report: RotationReport, style: RunStyle) => string;
}

export type LoadParts = () => Promise<RotateParts>;

/** The JSON document of a run that fails before it has a result, or is ended at once. */
export type FailureDocument = (error: KeyturnError, known: KnownOfRun) => string;

/** What is known of a run that has no result. */
export interface KnownOfRun {
  /** As the journal names it; undefined before it has a journal. */
  readonly runId: string | undefined;
  readonly told: ToldSoFar;
}

export interface RotateHooks {
  readonly load: LoadParts | undefined;
  readonly failureDocument: FailureDocument;
}

/** Runs, prints the result, and resolves with the exit code. */
export async function rotate(
  session: Session,
  options: ResolvedOptions,
  { load = loadParts, failureDocument }: RotateHooks,
): Promise<number> {
  const { clock, env, stdout } = session.host;
  const { outputFormat: format } = options;
  const changes = new ChangeLog(clock);
  let runId: string | undefined;
  const shell: ShellOptions = {
    log: options.log,
    stillFinished: 'the steps under way',
    leftOpen: 'resumes what is open',
    loadProgress: progressBar(options.rotate.dryRun),
    changes: () => changes.all,
    failureDocument: (error) =>
      format === 'json' ? failureDocument(error, { runId, told: changes.soFar }) : undefined,
  };
  return await inRunShell(session, shell, async (run) => {
    const { rotateAccount, renderJson, renderText } = await load();
    const { emit } = run.log;
    const after = await afterRun(options, session, run);
    const state = await openState(options.state, {
      ...options.rotate,
      custody: options.custody,
      clock,
      env,
      emit,
      signal: run.signal,
    });
    runId = state.run;
    if (!options.isVolatileStateAccepted) {
      const why = await whyVolatile(options.state, env);
      if (why !== undefined) {
        const { assertCustodyLasts } = await import('../../app/custody-lasts.ts');
        await assertCustodyLasts(options.rotate, { state, why });
      }
    }
    const { observer, emit: heard } = after;
    const context = { clock, emit: heard, signal: run.signal, env, state, changes, observer };
    const { report, exitCode: plain } = await rotateAccount(options.rotate, context);
    const exitCode = options.isExitCodeDetailed ? detailedExitCode(report, plain) : plain;
    // A scheduler that asks for warnings alone mails whatever is printed: nothing, where nothing happened.
    const isSilent = format === 'text' && onlyWarnings(options.log) && !hasNews(report);
    if (isSilent && !stdout.isTerminal && exitCode === 0) {
      await after.tell({ report, exitCode: plain, state });
      return exitCode;
    }
    const forPeople = (shown: RotationReport) =>
      renderText(shown, {
        colour: stdout.hasColours(env),
        width: stdout.width,
        retiresNow: options.rotate.oldKeyFate === 'deactivate',
        undoCommand: (account) => options.undoCommand(state.run, account),
        ...(isCustodySealed(options, env) && { takeOutCommand: options.takeOutCommand }),
      });
    const render = format === 'json' ? renderJson : forPeople;
    const code = await printResult(session, run, { report, exitCode, format, render });
    await after.tell({ report, exitCode: plain, state });
    return code;
  });
}

function onlyWarnings({ level, isLevelGiven }: ResolvedOptions['log']): boolean {
  return isLevelGiven && (level === 'warn' || level === 'error');
}

/** Whether the run did, would do, or found anything; an old key that only waits on is nothing new. */
function hasNews(report: RotationReport): boolean {
  const { rotated_keys: rotated, errors, changes, kept_handoffs: kept, cleanup_results } = report;
  const lists = [rotated, errors, changes, kept, report.planned_changes ?? []];
  return (
    lists.some(({ length }) => length > 0) ||
    report.retirements.some(({ state, deadline }) => state === 'retired' || deadline !== null) ||
    cleanup_results.some(({ success, deleted_keys: gone }) => !success || gone.length > 0)
  );
}

export async function loadParts(): Promise<RotateParts> {
  const [{ rotateAccount }, { renderJson }, { renderText }] = await Promise.all([
    import('../../app/rotate-account.ts'),
    import('../../reports/render-json.ts'),
    import('../../reports/render-text.ts'),
  ]);
  return { rotateAccount, renderJson, renderText };
}
