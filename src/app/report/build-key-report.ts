// The document of `keyturn report`, from what was read. Pure: the same reading gives the same document.

import type { SameReach } from '../../base/key-command.ts';
import type { Config } from '../../config/read-config.ts';
import type { DatedKey } from '../../lifecycle/dated-keys.ts';
import { byUrgency, type KeyView } from '../../lifecycle/key-state.ts';
import { phaseWords } from '../../lifecycle/phase-words.ts';
import type { PhaseName } from '../../lifecycle/rotation.ts';
import {
  type KeyReport,
  REPORT_FORMAT,
  type ReportAccount,
  type ReportKey,
  type ReportRotation,
} from '../../reports/key-report/document.ts';
import { lineOf, type UserOfAccount } from '../keys/build-keys-report.ts';
import { isUnusedFor } from '../keys/key-filter.ts';
import { agesOf, isExemptDue } from './age-buckets.ts';
import { controlsOf } from './controls.ts';
import { exemptionsOf, type JudgedUser } from './exemptions.ts';
import { nextStepsOf, type StepCommands } from './next-steps.ts';
import { problemsOf, remediesFor } from './problems.ts';
import type { ReadReport, ReportedAccount } from './read-report.ts';
import { weeksOf } from './weeks.ts';

export interface KeyReportFacts {
  readonly now: Date;
  readonly since: Date;
  readonly daysThreshold: number;
  readonly unusedDays: number;
  readonly config: Config | undefined;
  /** Where the state is, in words. */
  readonly state: string;
  /** How another command reaches the account. */
  readonly reach: (account: string) => SameReach;
  readonly commands: StepCommands;
}

/** A user with keys, as the document is made from them. */
interface ReportedUser extends JudgedUser {
  readonly shown: UserOfAccount;
}

export function buildKeyReport(read: ReadReport, facts: KeyReportFacts): KeyReport {
  const report = documentOf(read, facts);
  return { ...report, next_steps: nextStepsOf(report, facts.commands) };
}

function documentOf(read: ReadReport, facts: KeyReportFacts): Omit<KeyReport, 'next_steps'> {
  const { now, since, daysThreshold, unusedDays, config, state, reach } = facts;
  const users = read.accounts.flatMap((account) => usersOf(account, facts));
  const keys = users
    .toSorted(byUrgencyOfUsers)
    .flatMap(({ keys: own }) => own)
    .toSorted((a, b) => Number(b.overdue) - Number(a.overdue));
  const problems = problemsOf({ read, users, reach });
  const isIncomplete =
    read.failures.length > 0 || read.accounts.some(({ listed }) => listed.unreadable.length > 0);
  const accounts = read.accounts.map((one) => {
    const own = keys.filter(({ account_id: id }) => id === one.account);
    const count = problems.filter(({ account_id: id }) => id === one.account).length;
    return accountOf(one, { keys: own, problems: count, now });
  });
  const rotations = read.accounts.flatMap(rotationsOf).toSorted(byWaiting);
  const unread = users.flatMap((user) => unreadSuccessorsOf(user, rotations));
  const milestones = read.accounts.flatMap((one) => one.milestones);
  const countOf = (kind: (typeof milestones)[number]['kind']) =>
    milestones.filter((each) => each.kind === kind).length;
  return {
    format: REPORT_FORMAT,
    execution_time: now.toISOString(),
    since: since.toISOString(),
    ...{ days_threshold: daysThreshold, unused_days: unusedDays, state },
    config:
      config === undefined
        ? null
        : {
            path: config.file,
            rules: config.model.rules.length,
            exemptions: config.exemptions.length,
          },
    signed_by: read.signedBy ?? null,
    summary: {
      accounts: accounts.length,
      accounts_failed: read.failures.length,
      accounts_skipped: read.skipped.length,
      users: read.accounts.reduce((sum, { listed }) => sum + listed.usersExamined, 0),
      ...keyCounts(keys),
      open_rotations: rotations.length,
      unread_successors: unread.length,
      problems: problems.length,
      rotated: countOf('rotated'),
      retired: countOf('retired'),
      deleted: countOf('deleted'),
    },
    ...{ problems, remedies: remediesFor(problems), ages: agesOf(keys, daysThreshold) },
    open_rotations: rotations,
    weeks: weeksOf(milestones, { since, now }),
    unread_successors: unread.toSorted((a, b) => (a.last_used < b.last_used ? 1 : -1)),
    exemptions: exemptionsOf(config, users, now),
    controls: controlsOf(keys, { now, isIncomplete }),
    accounts: accounts.toSorted((a, b) => b.overdue - a.overdue || b.problems - a.problems),
    skipped_accounts: read.skipped.map(({ id, state: word }) => ({ account_id: id, state: word })),
    keys,
  };
}

/** The keys of a user stay together: what is to be done with one depends on the other. */
function byUrgencyOfUsers(a: ReportedUser, b: ReportedUser): number {
  const [first, other] = [a.shown.views[0], b.shown.views[0]];
  if (first === undefined || other === undefined) return 0;
  return byUrgency(first, other);
}

function usersOf(one: ReportedAccount, facts: KeyReportFacts): ReportedUser[] {
  const { account, listed, governing } = one;
  return listed.shown.map((user): ReportedUser => {
    const shown = { ...user, account };
    const governed = governing.of(user.user);
    const keys = user.views.map((view): ReportKey => {
      const line = lineOf(view, shown, facts);
      const { exemption, rule, daysThreshold } = governed;
      return {
        ...line,
        days_threshold: daysThreshold,
        overdue: line.due && exemption === undefined,
        unused: unusedOf(view, facts),
        rule: rule ?? null,
        exempt_until: exemption?.until ?? null,
      };
    });
    return { shown, governed, keys };
  });
}

function unusedOf(view: KeyView, { unusedDays, now }: KeyReportFacts): boolean | null {
  const unused = isUnusedFor(view, unusedDays, now);
  return unused === 'unknown' ? null : unused;
}

function keyCounts(keys: readonly ReportKey[]) {
  const active = keys.filter(({ status }) => status === 'Active');
  const count = (is: (key: ReportKey) => boolean) => keys.filter(is).length;
  return {
    keys: keys.length,
    active: active.length,
    inactive: keys.length - active.length,
    overdue: count(({ overdue }) => overdue),
    exempt: count(isExemptDue),
    in_grace: count(({ state }) => state === 'in-grace'),
    unused: count(({ unused }) => unused === true),
    unused_not_known: count(({ unused }) => unused === null),
    oldest_days: active.length === 0 ? null : Math.max(...active.map((key) => key.age_days)),
    keys_without_id: count(({ access_key_id: id }) => id === null),
  };
}

interface OfAccount {
  readonly keys: readonly ReportKey[];
  readonly problems: number;
  readonly now: Date;
}

function accountOf(one: ReportedAccount, { keys, problems, now }: OfAccount): ReportAccount {
  const { account, name, listed, status } = one;
  const { source, usersExamined, unreadable } = listed;
  const { keys: all, active, overdue, exempt, in_grace, unused, oldest_days } = keyCounts(keys);
  return {
    account_id: account,
    account_name: name ?? null,
    source: source.kind,
    as_of: source.asOf.toISOString(),
    fallback_reason: source.fallbackReason ?? null,
    users: usersExamined,
    ...{ keys: all, active, overdue, exempt, in_grace, unused, oldest_days, problems },
    open_rotations: status.open.length,
    controls: controlsOf(keys, { now, isIncomplete: unreadable.length > 0 }).map(
      ({ id, failing, not_known }) => ({ id, failing, not_known }),
    ),
  };
}

function rotationsOf({ status, stages }: ReportedAccount): ReportRotation[] {
  return status.open.map((each) => ({
    ...{ account_id: each.account_id, username: each.username, rotation: each.rotation },
    ...{ phase: each.phase, phase_text: phaseWords(each.phase as PhaseName) },
    ...{ old_key_id: each.old_key_id, new_key_id: each.new_key_id ?? each.orphan_key_id },
    ...{ begun: each.begun, age_days: each.age_days },
    stages: (stages.get(each.rotation) ?? []).map(({ stage, at }) => ({
      stage,
      at: at.toISOString(),
    })),
    ...{ waits_for: each.waits_for, next_step: each.next_step, next_run_at: each.next_run_at },
    destination: each.destination,
  }));
}

/** Whoever needs a person first, then what is half-way, then the longest open. */
function byWaiting(a: ReportRotation, b: ReportRotation): number {
  return waitingRank(a) - waitingRank(b) || (a.begun < b.begun ? -1 : 1);
}

function waitingRank({ waits_for: who, phase }: ReportRotation): number {
  if (who === 'operator') return 0;
  if (phase !== 'in-grace') return 1;
  return who === 'hook' ? 2 : 3;
}

type Unread = KeyReport['unread_successors'][number];

function unreadSuccessorsOf(
  { shown }: ReportedUser,
  rotations: readonly ReportRotation[],
): Unread[] {
  const { account, user, views } = shown;
  return views.flatMap((view): Unread[] => {
    const older = view.warning?.older;
    const use = older?.lastUse;
    if (older === undefined || use === undefined || use === 'unreadable') return [];
    if (use.used === 'never' || isQuiet(older, views)) return [];
    const rotation = rotations.find(
      (each) => each.account_id === account && each.username === user,
    );
    const delivered = rotation?.stages.find(({ stage }) => stage === 'delivered');
    return [
      {
        ...{ account_id: account, username: user },
        old_key_id: older.id ?? null,
        old_key_created: older.createdAt.toISOString(),
        new_key_id: view.key.id ?? null,
        new_key_created: view.key.createdAt.toISOString(),
        last_used: use.at.toISOString(),
        last_used_service: use.service ?? null,
        last_used_region: use.region ?? null,
        waits_since: delivered?.at ?? null,
        next_run_at: rotation?.next_run_at ?? null,
      },
    ];
  });
}

/** Nothing has used it for long enough to go: its readers have followed, or are no more. */
function isQuiet(older: DatedKey, views: readonly KeyView[]): boolean {
  const state = views.find(({ key }) => key === older)?.state;
  return state?.kind === 'in-grace' && state.silence.kind === 'quiet';
}
