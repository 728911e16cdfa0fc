// Use case of `keyturn apply`: exactly what a plan names, as far as it is still what would be decided now (I18).
//
//   check every user -> [drift ends it here, unless --partial] -> claim, compare again, perform -> what came of it

import type { ExitCode } from '../../base/error-code-info.ts';
import type { Command } from '../../base/hint.ts';
import { isSameUser } from '../../base/user-name.ts';
import type { LeftStep, PlanStep } from '../../lifecycle/plan-step.ts';
import type { AppliedUserLine } from '../../reports/apply-report.ts';
import type { PlanDocument, PlanUser } from '../../reports/plan-document.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import type { AccountResult } from '../account-run.ts';
import { rotateAccount } from '../rotate-account.ts';
import type { RunContext } from '../run-context.ts';
import type { PlannedFor } from '../user-turns.ts';
import { asMade, busyWords, type CheckedUser, checkPlan, withinAccounts } from './check-plan.ts';
import type { PlannedRun } from './make-plan.ts';
import { plannedOf } from './planned-user.ts';

export interface ApplyOptions {
  readonly plan: PlanDocument;
  /** Settled anew for each pass: limits count what a run does. */
  readonly settle: () => Promise<PlannedRun>;
  /** Whether users who are as the plan saw them are worked on although others are not. */
  readonly partial: boolean;
  readonly dryRun: boolean;
  /** The command that makes a new plan, for hints. */
  readonly again: Command;
  /** Whether it was made a moment ago, so that it is held against the users once only, inside their claims. */
  readonly isFresh: boolean;
}

export interface AppliedPlan {
  readonly users: readonly AppliedUserLine[];
  /** The document of the run that did it; undefined where nothing was begun. */
  readonly report: RotationReport | undefined;
  /** What the check said, for what ended it early; undefined where none was needed. */
  readonly check: RotationReport | undefined;
  readonly exitCode: ExitCode;
}

export async function applyPlan(options: ApplyOptions, context: RunContext): Promise<AppliedPlan> {
  const { plan, partial, dryRun, settle, isFresh } = options;
  const checked = isFresh
    ? { users: asMade(plan), made: undefined }
    : await checkPlan(plan, await settle(), checking(context));
  const { report: check, exitCode: checkCode = 0 } = checked.made ?? {};
  const has = (verdict: CheckedUser['verdict']) =>
    checked.users.some((each) => each.verdict === verdict);
  const stoppedBy = has('drifted') ? 'drifted' : has('busy') ? 'busy' : undefined;
  const going = checked.users.filter(({ verdict }) => verdict === 'holds');
  const isStopped = checkCode === 3 || checkCode === 130;
  const how = { stoppedBy: partial ? undefined : stoppedBy, dryRun } as const;
  if (isStopped || dryRun || how.stoppedBy !== undefined || going.length === 0) {
    const users = checked.users.map((each) => notBegun(each, how));
    const exitCode = isStopped ? checkCode : stoppedBy === undefined ? 0 : 1;
    return { users, report: undefined, check, exitCode };
  }
  const { again } = options;
  const performed = await perform(plan, { going, run: await settle(), again }, context);
  const users = checked.users.map((each) =>
    going.includes(each) ? performed.lineOf(each) : notBegun(each, how),
  );
  const { report, exitCode } = performed;
  const isFailed = users.some(({ state }) => FAILURES.has(state));
  const isEnded = exitCode === 3 || exitCode === 130;
  // What time took away is no failure, although the run could not do it.
  const own = isFailed || report.errors.length > 0 ? 1 : 0;
  return { users, report, check, exitCode: isEnded ? exitCode : own };
}

/** Somebody has to look, or to apply again: exit code 1. */
const FAILURES = new Set<AppliedUserLine['state']>(['failed', 'drifted', 'busy']);

/** With an account of its own of what is changed: what the check foretells was not done by the run. */
function checking({ changes: _, ...context }: RunContext): RunContext {
  return context;
}

interface Performing {
  readonly going: readonly CheckedUser[];
  readonly run: PlannedRun;
  readonly again: Command;
}

async function perform(plan: PlanDocument, { going, run, again }: Performing, context: RunContext) {
  const results: AccountResult[] = [];
  const left = new Map<PlanUser, LeftStep[]>();
  const entryOf = (account: string, user: string) =>
    going.find(({ entry }) => entry.account === account && isSameUser(entry.user, user))?.entry;
  const plannedFor: PlannedFor = (account, user, governedBy) => {
    const entry = entryOf(account, user);
    if (entry === undefined) return undefined;
    const steps: LeftStep[] = [];
    left.set(entry, steps);
    return plannedOf({ plan, entry, governedBy, again, left: (each) => steps.push(each) });
  };
  const usersOf = (account: string) =>
    going.filter(({ entry }) => entry.account === account).map(({ entry }) => entry.user);
  const entries = going.map(({ entry }) => entry);
  const rotate = withinAccounts(run.rotate, entries);
  const { report, exitCode } = await rotateAccount(
    {
      ...rotate,
      dryRun: false,
      usersOf,
      alsoSeenOf: (account) => heldIn(plan, account),
      plannedFor,
    },
    { ...context, onAccount: (result) => results.push(result) },
  );
  const lineOf = ({ entry }: CheckedUser) => doneLine(entry, left.get(entry) ?? [], results);
  return { report, exitCode, lineOf };
}

/** Users who wait until a key was Inactive for long enough: that is counted from the first run that saw it so. */
function heldIn({ users }: PlanDocument, account: string): string[] {
  const isHeld = ({ keys }: PlanUser) => keys.some(({ reason }) => reason === 'held');
  return users.filter((each) => each.account === account && isHeld(each)).map(({ user }) => user);
}

interface HowStopped extends Pick<ApplyOptions, 'dryRun'> {
  /** What ended it before anything was begun. */
  readonly stoppedBy: 'drifted' | 'busy' | undefined;
}

const WHY_NOT_BEGUN = {
  drifted: 'others are not as the plan saw them',
  busy: 'another process works on others at this moment',
} as const;

function notBegun(
  { entry, verdict, because, steps }: CheckedUser,
  how: HowStopped,
): AppliedUserLine {
  const about = { account_id: entry.account, username: entry.user };
  if (verdict !== 'holds') return { ...about, state: verdict, because: [...because] };
  if (how.dryRun) {
    const words = steps.map(wordsOf);
    return { ...about, state: 'would-apply', because: words };
  }
  const why = how.stoppedBy === undefined ? 'the run ended' : WHY_NOT_BEGUN[how.stoppedBy];
  return { ...about, state: 'not-begun', because: [why] };
}

/** The key of a step that makes one is the key that it replaces. */
function wordsOf({ do: what, keyId, place }: PlanStep): string {
  const verb = what === 'create' ? 'make a successor of' : what;
  return [verb, keyId ?? place].join(' ').trim();
}

function doneLine(
  entry: PlanUser,
  left: readonly LeftStep[],
  results: readonly AccountResult[],
): AppliedUserLine {
  const about = { account_id: entry.account, username: entry.user };
  const result = results.find((each) => each.account === entry.account);
  const outcome = result?.outcomes.find((each) => isSameUser(each.user, entry.user));
  const held = result?.held?.find((each) => isSameUser(each.user, entry.user));
  const heldBack = held === undefined ? [] : [held.held.because];
  if (outcome === undefined) {
    const because = held === undefined ? ['the run ended'] : heldBack;
    return { ...about, state: held === undefined ? 'not-begun' : 'left', because };
  }
  const { rotation, cleanup, retirement } = outcome;
  const error = rotation?.kind === 'failed' ? rotation.error : cleanup?.error;
  if (error !== undefined) {
    const { code, message } = error;
    if (code === 'rotation-in-progress') {
      return { ...about, state: 'busy', because: [busyWords(message)] };
    }
    return { ...about, state: code === 'plan-drifted' ? 'drifted' : 'failed', because: [message] };
  }
  const waits = retirement?.kind === 'waiting' ? retirement.waiting?.heldBecause : undefined;
  const isOnRecordAlone = entry.keys.every(({ steps }) => steps.length === 0);
  const isDone =
    isOnRecordAlone ||
    rotation !== undefined ||
    retirement?.kind === 'retired' ||
    (cleanup?.deleted.length ?? 0) > 0;
  const because = [
    ...left.map(({ step, because }) => `${step.do} ${step.keyId ?? step.place ?? ''}: ${because}`),
    ...(waits === undefined ? [] : [waits]),
    ...heldBack,
  ];
  return { ...about, state: isDone ? 'done' : 'left', because };
}
