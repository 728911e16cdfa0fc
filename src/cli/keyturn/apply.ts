// `keyturn apply [PLAN]`: does exactly what a plan names. Without one it plans, shows, and asks.

import { ChangeLog } from '../../app/change-log.ts';
import { openState } from '../../app/open-state.ts';
import type { AppliedPlan } from '../../app/plan/apply-plan.ts';
import { toldReport } from '../../app/plan/told-report.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Command } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import type { PlanDocument } from '../../reports/plan-document.ts';
import { shortPlan } from '../../reports/plan-words.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import { plural } from '../../reports/words.ts';
import type { StateStore } from '../../state/state-store.ts';
import { whyVolatile } from '../../state/stores.ts';
import { type AfterRun, afterRun } from '../after-run.ts';
import { isAskedFor, parseCommandLine } from '../flags/argv.ts';
import { isCustodySealed } from '../flags/custody-flags.ts';
import { helpWidth } from '../flags/help.ts';
import { absolute } from '../flags/surroundings.ts';
import { canAsk } from '../host.ts';
import { printRunIssues, remarkHandoff } from '../rotate/output.ts';
import type { Session } from '../run.ts';
import { inRunShell, type RunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { styleOf } from '../terminal/style.ts';
import { applyFailure } from './plan-failures.ts';
import { APPLY_FLAGS, type ApplyValues, applyHelp, refusePolicyFlags } from './plan-flags.ts';
import { type PlanSettler, planSettler, type Settled } from './plan-run.ts';
import { applyCommand, narrowingOf, planCommand } from './plan-words.ts';

export async function runApply(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(APPLY_FLAGS, args, 'help')) {
    await host.stdout.write(applyHelp(helpWidth(host.stdout)));
    return 0;
  }
  refusePolicyFlags('keyturn apply', args);
  const { values, words } = parseCommandLine(APPLY_FLAGS, args, 1);
  const [word] = words;
  refuseConflicts(values, word);
  const { outputFormat = 'text' } = values;
  const saved = word === undefined ? undefined : await savedPlan(word, values, session);
  // A plan for one user names them as --user does, also where KEYTURN_REQUIRE_USER wants that.
  const { user = saved?.scope.user ?? undefined } = values;
  const settler = planSettler(session, { ...values, user, outputFormat });
  const dryRun = settler.isDryRunForced || values.dryRun === true;
  if (word === undefined && !dryRun && values.yes !== true) requirePerson(session, values);
  const narrowing = saved === undefined ? values : narrowingOf(saved);
  const again = planCommand(word, { ...values, ...narrowing });
  const first = await settler.settle();
  const changes = new ChangeLog(host.clock);
  const shell: ShellOptions = {
    ...{ log: settler.log, stillFinished: 'the steps under way', leftOpen: 'resumes what is open' },
    loadProgress: progressBar(dryRun),
    changes: () => changes.all,
    failureDocument: (error) => applyFailure(args, error),
  };
  return await inRunShell(session, shell, async (run) => {
    const { clock, env } = host;
    const now = clock.now();
    if (saved !== undefined)
      await assertHere(saved, word ?? '', { first, now, again, state: undefined });
    const { rotate, custody } = first.options;
    const reach = { ...rotate, custody, clock, env, emit: run.log.emit, signal: run.signal };
    const state = await openState(first.options.state, reach);
    if (saved !== undefined) await assertHere(saved, word ?? '', { first, now, again, state });
    await assertLasts(first, state, session);
    const after = await afterRun(first.options, session, run);
    const applying = { session, values, settler, dryRun, run, state, changes, after, again };
    if (saved !== undefined) return await apply(saved, applying);
    const made = await planAndAsk(applying);
    if (typeof made === 'number') return made;
    const code = await apply(made.plan, { ...applying, isFresh: made.isFresh, made: made.report });
    // Nobody has looked at what needs a person: it is a failure of the run, as everywhere.
    const { errored, counts } = made.plan;
    if (code === 0 && counts.stop > 0) {
      const who = `${plural(counts.stop, 'key')} ${counts.stop === 1 ? 'needs' : 'need'} a person`;
      session.voice.remark(`exit code 1, because ${who}: STOP in the plan says why`);
    }
    return code === 0 && (errored || counts.stop > 0) ? 1 : code;
  });
}

/** A saved plan says whom it is about. */
function refuseConflicts(values: ApplyValues, word: string | undefined): void {
  const narrowing = ['user', 'rule', 'accounts', 'excludeAccounts'] as const;
  const given =
    word === undefined ? undefined : narrowing.find((name) => values[name] !== undefined);
  if (given !== undefined) {
    const flag = `--${APPLY_FLAGS[given].names[0]}`;
    throw new KeyturnError('conflicting-flags', `${flag} does not go with a saved plan`, {
      hint: 'a plan says whom it is about; make a narrower one',
    });
  }
  if (word !== undefined && values.yes === true) {
    throw new KeyturnError('conflicting-flags', '--yes does not go with a saved plan', {
      hint: 'leave it out: a saved plan is applied unasked',
    });
  }
  if (word === undefined && values.partial === true) {
    throw new KeyturnError('conflicting-flags', '--partial has no effect without a saved plan', {
      hint: 'leave it out, or name the plan',
    });
  }
}

function requirePerson({ host }: Session, values: ApplyValues): void {
  if (canAsk(host)) return;
  throw new KeyturnError('not-confirmed', 'nobody can be asked whether the plan is applied', {
    hint: [
      'apply it unasked:',
      applyCommand(undefined, values, ['--yes']),
      'or save one, and apply that:',
      planCommand('plan.json', values),
    ],
  });
}

/** What is refused here was never sent to AWS. */
async function savedPlan(
  word: string,
  values: ApplyValues,
  { host }: Session,
): Promise<PlanDocument> {
  const [{ loadPlan, fileForNew }, { readPlan }] = await Promise.all([
    import('../../app/plan/plan-file.ts'),
    import('../../app/plan/read-plan.ts'),
  ]);
  const text = await loadPlan(absolute(word, host), word);
  const file = await fileForNew(word, text, (name) => absolute(name, host));
  return readPlan({ shown: word, again: planCommand(file, values), text });
}

interface Here {
  readonly first: Settled;
  /** Undefined before it is open: a state at AWS is asked for by calls. */
  readonly state: StateStore | undefined;
  readonly now: Date;
  readonly again: Command;
}

async function assertHere(
  plan: PlanDocument,
  shown: string,
  { first, state, now, again }: Here,
): Promise<void> {
  const { assertApplicable } = await import('../../app/plan/read-plan.ts');
  const { config } = first;
  assertApplicable(plan, { shown, config, state: state?.where, now, again });
}

async function assertLasts(
  { options }: Settled,
  state: StateStore,
  { host }: Session,
): Promise<void> {
  if (options.isVolatileStateAccepted) return;
  const why = await whyVolatile(options.state, host.env);
  if (why === undefined) return;
  const { assertCustodyLasts } = await import('../../app/custody-lasts.ts');
  await assertCustodyLasts(options.rotate, { state, why });
}

interface Applying {
  readonly session: Session;
  readonly values: ApplyValues;
  readonly settler: PlanSettler;
  readonly dryRun: boolean;
  readonly run: RunShell;
  readonly state: StateStore;
  readonly changes: ChangeLog;
  /** Makes a new plan, for hints. */
  readonly again: Command;
  readonly after: AfterRun;
  /** Whether the plan was made a moment ago. */
  readonly isFresh?: boolean;
  /** The dry run that it was made by, where it was. */
  readonly made?: RotationReport;
}

interface Agreed {
  readonly plan: PlanDocument;
  readonly report: RotationReport;
  readonly isFresh: boolean;
}

/** The plan that a person has agreed to; an exit code where there is none to agree to. */
async function planAndAsk(applying: Applying): Promise<Agreed | number> {
  const { session, values, settler, dryRun, run, state, after } = applying;
  const { host } = session;
  const { makePlan } = await import('../../app/plan/make-plan.ts');
  const { renderPlan } = await import('../../reports/plan-text.ts');
  const context = {
    clock: host.clock,
    emit: after.emit,
    signal: run.signal,
    env: host.env,
    state,
    observer: after.observer,
  };
  const made = await makePlan((await settler.settle()).run, context, !dryRun);
  const { plan, report, exitCode } = made;
  run.log.hideProgress();
  if (exitCode === 3 || exitCode === 130) {
    printRunIssues(session, run, report);
    return exitCode;
  }
  const isShown = values.outputFormat !== 'json';
  const page = () => renderPlan(plan, { ...styleOf(host.stderr, host), applyCommand: undefined });
  if (isShown) host.stderr.writeNow(page());
  if (dryRun || values.yes === true || plan.counts.change === 0)
    return { plan, report, isFresh: true };
  const { readAnswer } = await import('../terminal/plain-asker.ts');
  const typed = await readAnswer('\nOnly "yes" applies it: ', host, run.signal);
  if (typed.trim() === 'yes') return { plan, report, isFresh: false };
  throw new KeyturnError('cancelled', 'the plan was not applied; nothing was changed');
}

async function apply(plan: PlanDocument, applying: Applying): Promise<number> {
  const { session, values, settler, dryRun, run, state, changes } = applying;
  const { host } = session;
  const { applyPlan } = await import('../../app/plan/apply-plan.ts');
  const { clock, env } = host;
  const { isFresh = false, after, made, again } = applying;
  const { observer } = after;
  const context = { clock, emit: after.emit, signal: run.signal, env, state, changes, observer };
  const partial = values.partial === true;
  const settle = async () => (await settler.settle()).run;
  const applied = await applyPlan({ plan, partial, dryRun, isFresh, settle, again }, context);
  const told = applied.report ?? applied.check;
  if (told !== undefined) printRunIssues(session, run, told);
  await run.print(await documentOf(plan, applied, applying));
  if (applied.report !== undefined) remarkHandoff(session.voice, applied.report);
  const { exitCode } = applied;
  const report = toldReport(made, told, { dryRun, endedAt: clock.now() });
  if (report !== undefined) await after.tell({ report, exitCode, state });
  return exitCode;
}

async function documentOf(
  plan: PlanDocument,
  applied: AppliedPlan,
  { session, values, dryRun, settler, state }: Applying,
): Promise<string> {
  const { users, report } = applied;
  const { host } = session;
  const { plan_id } = plan;
  const partial = values.partial === true;
  const failed = (report ?? applied.check)?.errors ?? [];
  const errors = failed.map(({ code, message, hint }) => ({ code, message, hint }));
  if (values.outputFormat === 'json') {
    const about = { plan_id, dry_run: dryRun, partial };
    return `${printableJson({ ...about, users, errors, run: report ?? null }, 2)}\n`;
  }
  const { renderApplied } = await import('../../reports/apply-text.ts');
  const { options } = await settler.settle();
  return renderApplied(
    { planId: shortPlan(plan_id), users: [...users], report, dryRun },
    {
      colour: host.stdout.hasColours(host.env),
      width: host.stdout.width,
      retiresNow: false,
      undoCommand: (account) => options.undoCommand(state.run, account),
      ...(isCustodySealed(options, host.env) && { takeOutCommand: options.takeOutCommand }),
    },
  );
}
