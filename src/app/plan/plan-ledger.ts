// A plan from what a dry run found out, account by account.

import { comparableUserName, isSameUser } from '../../base/user-name.ts';
import { VERSION } from '../../base/version.ts';
import type { Config } from '../../config/read-config.ts';
import { DECISIONS } from '../../lifecycle/decide-user.ts';
import { isChange } from '../../lifecycle/plan-keys.ts';
import type { PlanDocument, PlanIssue, PlanKey, PlanUser } from '../../reports/plan-document.ts';
import { PLAN_FORMAT } from '../../reports/plan-document.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import type { AccountResult } from '../account-run.ts';
import { modelDigest, planIdOf } from './plan-id.ts';
import { type KnownUser, planUserOf } from './plan-user-entry.ts';
import { hasToDo } from './to-do.ts';

export interface PlanRequest {
  readonly config: { readonly path: string; readonly model: Config };
  readonly state: string;
  readonly trusted: boolean;
  readonly scope: PlanDocument['scope'];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** What the organization calls an account. */
  readonly nameOf: (account: string) => string | undefined;
  readonly warnings: readonly string[];
}

/** Codes with which the configuration itself says that a person is needed: an error of the plan. */
const OF_CONFIGURATION = new Set(['exemption-expired', 'user-not-judged', 'no-rule']);

export class PlanLedger {
  readonly #accounts: AccountResult[] = [];

  add(result: AccountResult): void {
    this.#accounts.push(result);
  }

  /** The plan that the last record of the user was written for. */
  lastPlanOf({ account, user }: Pick<PlanUser, 'account' | 'user'>): string | undefined {
    const result = this.#accounts.find((each) => each.account === account);
    const outcome = result?.outcomes.find((each) => isSameUser(each.user, user));
    return outcome?.plan?.seen.lastPlan;
  }

  document(request: PlanRequest, report: RotationReport): PlanDocument {
    const { nameOf, createdAt, expiresAt, warnings, trusted, config, ...about } = request;
    const users = this.#accounts.flatMap(usersOf).toSorted(byAccountAndName);
    const accounts = this.#accounts.flatMap((result) => accountOf(result, nameOf));
    const errors = [...issuesOf(report), ...users.flatMap(issueOf)];
    const counts = countsOf(users, this.#accounts);
    const rest: Omit<PlanDocument, 'plan_id'> = {
      format: PLAN_FORMAT,
      keyturn: VERSION,
      decisions: DECISIONS,
      created_at: createdAt.toISOString(),
      expires_at: expiresAt.toISOString(),
      config: { path: config.path, model_sha256: modelDigest(config.model) },
      ...about,
      trusted,
      applyable: trusted && users.some(hasToDo),
      complete: report.errors.length === 0,
      errored: errors.length > 0,
      counts,
      accounts: accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      users,
      come_again_at: report.next_run_at,
      warnings: [...warnings],
      errors,
    };
    return { ...rest, plan_id: planIdOf(rest) };
  }
}

function usersOf(result: AccountResult): PlanUser[] {
  const { account = '', outcomes, held = [], governedBy } = result;
  const known = new Map<string, KnownUser>();
  const of = (user: string): KnownUser =>
    known.get(comparableUserName(user)) ?? {
      ...{ account, user, outcome: undefined, held: undefined },
      governedBy: governedBy?.(user),
    };
  const keep = (each: KnownUser) => known.set(comparableUserName(each.user), each);
  for (const outcome of outcomes) keep({ ...of(outcome.user), outcome });
  for (const each of held) keep({ ...of(each.user), held: each });
  return [...known.values()]
    .map(planUserOf)
    .filter(({ keys, records = false }) => keys.length > 0 || records);
}

function byAccountAndName(a: PlanUser, b: PlanUser): number {
  return a.account.localeCompare(b.account) || (a.user < b.user ? -1 : 1);
}

function accountOf(
  { account, source, fatal, usersExamined: users }: AccountResult,
  nameOf: PlanRequest['nameOf'],
): PlanDocument['accounts'] {
  if (account === undefined) return [];
  const isReport = source?.kind === 'credential-report';
  return [
    {
      ...{ id: account, name: nameOf(account) ?? null, users },
      read: isReport ? source.generatedAt.toISOString() : 'scan',
      unreadable: fatal?.message ?? null,
    },
  ];
}

function issuesOf({ errors }: RotationReport): PlanIssue[] {
  return errors.map(({ code, message, hint, username, account_id }) => {
    return { code, message, hint, account: account_id, user: username };
  });
}

function issueOf({ account, user, keys }: PlanUser): PlanIssue[] {
  const key = keys.find(({ code }) => code !== null && OF_CONFIGURATION.has(code));
  if (key === undefined) return [];
  return [{ code: key.code ?? '', message: key.why, hint: key.mend, account, user }];
}

export function isStop({ action }: Pick<PlanKey, 'action'>): boolean {
  return action === 'blocked' || action === 'ask';
}

function countsOf(
  users: readonly PlanUser[],
  accounts: readonly AccountResult[],
): PlanDocument['counts'] {
  const keys = users.flatMap((user) => user.keys);
  const of = (is: (key: PlanKey) => boolean) => keys.filter(is).length;
  const examined = accounts.reduce((sum, { usersExamined }) => sum + usersExamined, 0);
  const idle = users.filter(({ keys }) => keys.every(({ action }) => action === 'none'));
  const because = (reason: string) =>
    idle.filter(({ keys }) => keys.some((key) => key.reason === reason)).length;
  const [exempt, unmatched] = [because('exempt'), because('no-rule')];
  const told = users.length - idle.length + exempt + unmatched;
  return {
    change: of(({ action }) => isChange(action)),
    wait: of(({ action }) => action === 'wait'),
    stop: of(isStop),
    ...{ exempt, unmatched, not_due: Math.max(0, examined - told) },
  };
}
