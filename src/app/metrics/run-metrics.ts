// The metrics of a run, from its report and from what it has seen; and what an earlier run told of accounts whose
// keys this one did not count. An account that could not be read is not one without keys (I11): what was known of
// it stays, with the time at which it was counted.

import { ERROR_CODES, isErrorCode } from '../../base/error-codes.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import type { CallCounts, CountedAccount } from '../sight/run-sight.ts';
import {
  ACCOUNT_OUTCOMES,
  CHANGES,
  CODES,
  FAMILIES,
  type FamilyName,
  KEY_STATES,
  type Labels,
  NOTICE_OUTCOMES,
  OUTCOMES,
  type Sample,
} from './families.ts';
import { type KeyCounts, KeyTally } from './key-counts.ts';

/** Whether each account has series of its own, or all of them together have one. */
export type MetricsAccounts = 'all' | 'none';

export interface RunFigures {
  readonly report: RotationReport;
  readonly counted: readonly CountedAccount[];
  readonly calls: CallCounts;
  readonly exitCode: number;
  readonly endedAt: Date;
  /** Messages of the run; none where nothing is notified. */
  readonly notices: Readonly<Record<(typeof NOTICE_OUTCOMES)[number], number>>;
  /** Whether the run was about all accounts that there are, so that others are gone. */
  readonly isEveryAccount: boolean;
}

/** The value of the label `account` where all of them are one. */
const ALL = 'all';

export function metricsOf(
  figures: RunFigures,
  accounts: MetricsAccounts,
  before: readonly Sample[],
): readonly Sample[] {
  const { report } = figures;
  const own = [...buildInfo(report), ...keysOf(figures, accounts)];
  const kept = before.filter(keeping(figures, accounts, own));
  // A dry run does nothing, so what the last run did stays told.
  const run = report.dry_run
    ? before.filter(({ family }) => FAMILIES[family].of === 'run')
    : runOf(figures, accounts);
  return [...own, ...kept, ...run];
}

/** Which series of an earlier run stay: of accounts whose keys this one did not count. */
function keeping(
  figures: RunFigures,
  accounts: MetricsAccounts,
  own: readonly Sample[],
): (sample: Sample) => boolean {
  const anew = new Map<FamilyName, Set<string>>();
  for (const { family, labels } of own) {
    const known = anew.get(family) ?? new Set();
    anew.set(family, known.add(labels.account ?? ''));
  }
  const counted = anew.get('keys') ?? new Set();
  const isOnlyNamed = accounts === 'all' && isWholeList(figures);
  const named = new Set(namedIn(figures.report));
  return ({ family, labels: { account = '' } }) => {
    if (FAMILIES[family].of !== 'keys') return false;
    // Told of all accounts together, or of each: never of both, or each would count twice.
    if ((account === ALL) !== (accounts === 'none')) return false;
    // Of an account that was counted anew nothing is left, such as a key that was its oldest.
    const isStale = family === 'success' ? anew.get(family)?.has(account) : counted.has(account);
    return isStale !== true && !(isOnlyNamed && !named.has(account));
  };
}

/** Whether the run knows which accounts there are. */
function isWholeList({ isEveryAccount, report }: RunFigures): boolean {
  return isEveryAccount && !report.errors.some(({ account_id: account }) => account === null);
}

function namedIn({ accounts = [], account_id: only }: RotationReport): readonly (string | null)[] {
  const worked = accounts.filter(({ state }) => state !== 'skipped');
  return [only, ...worked.map(({ account_id: id }) => id)];
}

function gauge(family: FamilyName, value: number, labels: Labels = {}): Sample {
  return { family, labels, value };
}

function buildInfo({ keyturn_version: version }: RotationReport): readonly Sample[] {
  return [gauge('build', 1, { version })];
}

function keysOf(figures: RunFigures, accounts: MetricsAccounts): readonly Sample[] {
  const { counted } = figures;
  if (accounts === 'all') {
    return counted.flatMap(({ account, counts, countedAt }) => [
      ...countSamples(account, counts, countedAt),
      ...(isFaultless(account, figures)
        ? [gauge('success', secondsOf(figures.endedAt), { account })]
        : []),
    ]);
  }
  if (counted.length === 0) return [];
  const tally = new KeyTally();
  for (const { counts } of counted) tally.addAll(counts);
  const earliest = new Date(Math.min(...counted.map(({ countedAt }) => countedAt.getTime())));
  const isAll = counted.every(({ account }) => isFaultless(account, figures));
  const isWhole =
    figures.report.summary.accounts_failed + figures.report.summary.accounts_left === 0;
  return [
    ...countSamples(ALL, tally.counts, earliest),
    ...(isAll && isWhole ? [gauge('success', secondsOf(figures.endedAt), { account: ALL })] : []),
  ];
}

function countSamples(account: string, counts: KeyCounts, countedAt: Date): readonly Sample[] {
  const { states, ages, oldest } = counts;
  return [
    ...KEY_STATES.map((state) => gauge('keys', states[state], { account, state })),
    { family: 'ages', labels: { account }, ages },
    ...(oldest === undefined ? [] : [gauge('oldest', secondsOf(oldest), { account })]),
    gauge('counted', secondsOf(countedAt), { account }),
  ];
}

/**
 * Whether nothing of the account went wrong in this run. What waits for a person is no failure of the run; a dry run
 * does nothing that could succeed.
 */
function isFaultless(account: string, { report, exitCode }: RunFigures): boolean {
  if (report.dry_run || exitCode >= 2) return false;
  const { rotated_keys: rotated, cleanup_results: cleaned, errors } = report;
  const isFailed = (each: { readonly account_id: string; readonly error_code: string | null }) =>
    each.account_id === account && !isBlock(each.error_code);
  const isOfAccount = (each: { readonly account_id: string | null }) => each.account_id === account;
  return (
    !rotated.some((each) => !each.success && isFailed(each)) &&
    !cleaned.some((each) => !each.success && isFailed(each)) &&
    !errors.some((each) => isOfAccount(each))
  );
}

function runOf(figures: RunFigures, accounts: MetricsAccounts): readonly Sample[] {
  const { report, calls, exitCode, endedAt, notices } = figures;
  const { summary } = report;
  const ofAccounts = {
    done: summary.accounts_examined,
    failed: summary.accounts_failed,
    skipped: summary.accounts_skipped,
    left: summary.accounts_left,
  };
  return [
    gauge('ran', secondsOf(endedAt)),
    gauge('exitCode', exitCode),
    gauge('duration', summary.duration_seconds),
    ...(report.next_run_at === null
      ? []
      : [gauge('next', secondsOf(new Date(report.next_run_at)))]),
    ...ACCOUNT_OUTCOMES.map((outcome) => gauge('accounts', ofAccounts[outcome], { outcome })),
    ...doneIn(report, accounts),
    ...failuresOf(report),
    ...[...calls.byOperation]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([operation, count]) => gauge('calls', count, { operation })),
    gauge('throttled', calls.throttled),
    ...NOTICE_OUTCOMES.map((outcome) => gauge('notices', notices[outcome], { outcome })),
  ];
}

/** What was done and what was not, of each account of the run. */
function doneIn(report: RotationReport, accounts: MetricsAccounts): readonly Sample[] {
  const { accounts: several, account_id: only } = report;
  const listed = several?.map(({ account_id: id }) => id) ?? (only === null ? [] : [only]);
  const groups = accounts === 'none' ? [ALL] : listed;
  return groups.flatMap((account) => {
    const isOf = (each: { readonly account_id: string | null }) =>
      account === ALL || each.account_id === account;
    const rotated = report.rotated_keys.filter(isOf);
    const held = report.held_back?.filter(isOf) ?? [];
    const failed = rotated.filter(({ success }) => !success);
    const blocked = failed.filter(({ error_code: code }) => isBlock(code));
    const outcomes = {
      rotated: rotated.length - failed.length,
      failed: failed.length - blocked.length,
      blocked: blocked.length,
      held_back: held.length,
    };
    const changes = report.changes.filter(isOf);
    return [
      ...OUTCOMES.map((outcome) => gauge('rotations', outcomes[outcome], { account, outcome })),
      ...CHANGES.map((change) =>
        gauge('changes', changes.filter((each) => each.change === change).length, {
          ...{ account, change },
        }),
      ),
    ];
  });
}

function isBlock(code: string | null): boolean {
  return code !== null && isErrorCode(code) && ERROR_CODES[code].kind === 'block';
}

/** Of every code that there is, so that no series comes and goes. */
function failuresOf({ rotated_keys, cleanup_results, errors }: RotationReport): readonly Sample[] {
  const told = [
    ...rotated_keys.flatMap(({ error_code: code }) => code ?? []),
    ...cleanup_results.flatMap(({ error_code: code }) => code ?? []),
    ...errors.map(({ code }) => code),
  ].map((code) => (isErrorCode(code) ? code : 'internal'));
  return CODES.map((code) =>
    gauge('failures', told.filter((each) => each === code).length, { code }),
  );
}

function secondsOf(time: Date): number {
  return time.getTime() / 1000;
}
