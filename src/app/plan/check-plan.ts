// Whether a plan still holds, user by user: the same dry run again, for its users alone, held against it.

import type { ErrorCode } from '../../base/error-codes.ts';
import { isSameUser } from '../../base/user-name.ts';
import { isSameStep, type PlanStep } from '../../lifecycle/plan-step.ts';
import { differentSteps } from '../../lifecycle/whole-plan.ts';
import type { PlanDocument, PlanKey, PlanUser } from '../../reports/plan-document.ts';
import { shortKey } from '../../reports/plan-words.ts';
import type { RunContext } from '../run-context.ts';
import { basisIn } from './basis.ts';
import { differences, ofRule } from './drift.ts';
import { type MadePlan, makePlan, type PlannedRun } from './make-plan.ts';
import { orOther, permitOf, stepOf, usesSince } from './planned-user.ts';
import { hasToDo } from './to-do.ts';

/** What becomes of an entry of the plan if it is applied now. */
export interface CheckedUser {
  readonly entry: PlanUser;
  readonly verdict: 'holds' | 'drifted' | 'busy' | 'left' | 'already-applied';
  readonly because: readonly string[];
  /** What both name, the plan and the decision of now. */
  readonly steps: readonly PlanStep[];
}

export interface CheckedPlan {
  readonly users: readonly CheckedUser[];
  readonly made: MadePlan;
}

export function changesIn({ users }: PlanDocument): readonly PlanUser[] {
  return users.filter(hasToDo);
}

/** The entries of a plan that was made a moment ago. */
export function asMade(plan: PlanDocument): readonly CheckedUser[] {
  return changesIn(plan).map((entry) => {
    const steps = [...permitOf(entry).steps];
    return { entry, verdict: 'holds', because: [], steps };
  });
}

export async function checkPlan(
  plan: PlanDocument,
  run: PlannedRun,
  context: RunContext,
): Promise<CheckedPlan> {
  const entries = changesIn(plan);
  const usersOf = (account: string) =>
    entries.filter((entry) => entry.account === account).map(({ user }) => user);
  const replacedOf = (account: string, user: string) => {
    const entry = entries.find((each) => each.account === account && isSameUser(each.user, user));
    return entry && permitOf(entry).steps.find((step) => step.do === 'create')?.keyId;
  };
  const rotate = { ...withinAccounts(run.rotate, entries), usersOf, replacedOf };
  const made = await makePlan({ ...run, rotate }, context);
  return { made, users: entries.map((entry) => checked(entry, plan, made)) };
}

/** No account is entered of which the entries say nothing. */
export function withinAccounts(
  rotate: PlannedRun['rotate'],
  entries: readonly Pick<PlanUser, 'account'>[],
): PlannedRun['rotate'] {
  const { accounts } = rotate;
  if (accounts === undefined) return rotate;
  const planned = [...new Set(entries.map(({ account }) => account))];
  const named = planned.filter((id) => accounts.named?.includes(id) ?? true);
  return { ...rotate, accounts: { ...accounts, named } };
}

function checked(entry: PlanUser, plan: PlanDocument, made: MadePlan): CheckedUser {
  const { account, user } = entry;
  const now = made.plan.users.find(
    (each) => each.account === account && isSameUser(each.user, user),
  );
  const drifted = (because: readonly string[]): CheckedUser => {
    return { entry, verdict: 'drifted', because, steps: [] };
  };
  if (now === undefined) return drifted([whyMissing(entry, made)]);
  const begun = made.ledger.lastPlanOf(now) === plan.plan_id;
  const permit = permitOf(entry);
  const [before, is] = [basisIn(entry), basisIn(now)];
  const used = new Map(now.keys.map((key) => [key.key_id, key.last_used?.at]));
  if (now.fingerprint === null) return unread(now, drifted, entry);
  const told = [...differences(before, is), ...usesSince(permit, (keyId) => used.get(keyId))];
  const what = begun ? ofRule(before, is) : orOther(told, now.fingerprint === entry.fingerprint);
  if (what.length > 0) return drifted(what);
  const other = ofSteps(entry, now, begun);
  if (other.length > 0) return drifted(other);
  const wanted = now.keys.flatMap((key) => key.steps.flatMap(stepOf));
  const steps = wanted.filter((step) => permit.steps.some((named) => isSameStep(named, step)));
  const isOnRecordAlone = now.records === true && entry.records === true;
  const isSomething = steps.some((step) => step.do !== 'prove') || isOnRecordAlone;
  if (isSomething || (begun && isOpen(now))) return { entry, verdict: 'holds', because: [], steps };
  const because = now.keys.map(({ why }) => why).filter((why) => why !== 'not due');
  return { entry, verdict: begun ? 'already-applied' : 'left', because, steps: [] };
}

/** A rotation of this plan that was not brought to its end, or to its grace. */
function isOpen({ open }: PlanUser): boolean {
  return open !== null && open.phase !== 'in-grace';
}

/** I18: what the plan names of a key is done as a whole or not at all, so a plan that was edited is found out here. */
function ofSteps(entry: PlanUser, now: PlanUser, isBegun: boolean): readonly string[] {
  return now.keys.flatMap(({ key_id, steps }) => {
    const named = entry.keys.find((key) => key.key_id === key_id)?.steps ?? [];
    const told = differentSteps(named.flatMap(stepOf), steps.flatMap(stepOf), isBegun);
    return told.map((what) => `key ${shortKey(key_id)}: ${what}`);
  });
}

const OF_TIME = new Set(['frozen', 'outside-window', 'over-limit', 'after-failures']);

/** Nothing was read of the user, because nothing begins now. */
function unread(
  { keys }: PlanUser,
  drifted: (because: readonly string[]) => CheckedUser,
  entry: PlanUser,
): CheckedUser {
  const because = keys.map(({ why }) => why);
  if (keys.some(({ reason }) => reason === BUSY)) {
    return { entry, verdict: 'busy', because: because.map(busyWords), steps: [] };
  }
  const isOfTime = keys.every(({ reason }: PlanKey) => OF_TIME.has(reason));
  return isOfTime ? { entry, verdict: 'left', because, steps: [] } : drifted(because);
}

/** Somebody else works on the user at this moment. */
const BUSY = 'rotation-in-progress' satisfies ErrorCode;

/** With what to do about it. */
export function busyWords(why: string): string {
  return `${why}; apply the plan again once that is over`;
}

function whyMissing({ account, user }: PlanUser, { report, plan }: MadePlan): string {
  const isRead = plan.accounts.some((each) => each.id === account && each.unreadable === null);
  const issue = report.errors.find(
    (each) => each.username !== null && isSameUser(each.username, user),
  );
  if (issue !== undefined) return issue.message;
  if (!isRead) return `account ${account} was not read by this run`;
  return 'there is no such user any more, or no key of theirs';
}
