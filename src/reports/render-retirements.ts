// Old keys that stay Active until nobody uses them, on the page for people.

import { minuteOf } from '../base/clock.ts';
import { command, hintText } from '../base/hint.ts';
import { localDay } from '../base/local-time.ts';
import type { Page } from './page.ts';
import type { Retirement, RotationReport } from './rotation-report.ts';
import { accountColumn, plural, unique } from './words.ts';

/** Nothing where no old key waits, and none has waited. */
export function retirementSection(report: RotationReport, page: Page): string {
  const waiting = report.retirements.filter(({ state }) => state === 'waiting');
  const retired = report.retirements.filter(({ state }) => state === 'retired');
  const sections = [
    retiredTable(report, retired, page),
    waitingTable(
      report,
      waiting.filter((one) => !isKept(one)),
      page,
    ),
    keptTable(report, waiting.filter(isKept), page),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function retiredTable(report: RotationReport, retired: Retirement[], page: Page): string {
  if (retired.length === 0) return '';
  const count = plural(retired.length, 'old key');
  const verb = report.dry_run ? 'Would make' : 'Made';
  const accounts = accountColumn(report);
  const reasons = unique(retired.map(whyRetired));
  const [only, second] = reasons;
  const isOneReason = only !== undefined && second === undefined;
  const rows = retired.map((one) => [
    ...accounts.cell(one.account_id),
    one.username,
    one.old_key_id,
    one.since === null ? '' : localDay(one.since),
    (isOneReason ? one.new_key_id : whyRetired(one)) ?? '',
  ]);
  const title = `${verb} ${count} Inactive${isOneReason ? `: ${only}` : ''}`;
  const last = isOneReason ? 'NEW KEY' : 'WHY';
  return [
    page.paint('green', title),
    page.table([...accounts.head, 'USER', 'OLD KEY', 'ROTATED', last], rows),
  ].join('\n');
}

/** Such as "not used for 35 days", which is said of one key and of several. */
function whyRetired({ reason }: Retirement): string | null {
  return reason?.replace(/^(?:it was|its) /, '') ?? null;
}

function waitingTable(report: RotationReport, waiting: Retirement[], page: Page): string {
  if (waiting.length === 0) return '';
  const count = plural(waiting.length, 'old key');
  const verb = waiting.length === 1 ? 'stays' : 'stay';
  const would = report.dry_run ? 'would stay' : verb;
  const accounts = accountColumn(report);
  const rows = waiting.map((one) => [
    ...accounts.cell(one.account_id),
    one.username,
    one.old_key_id,
    `${isUsedSince(one) ? '! ' : ''}${lastUse(one)}`,
    one.next_run_at === null ? '-' : minuteOf(new Date(one.next_run_at)),
    one.deadline === null ? '' : `goes ${localDay(one.deadline)} whatever uses it`,
  ]);
  return [
    page.paint(
      'yellow',
      `${count} ${would} Active until nobody uses ${waiting.length === 1 ? 'it' : 'them'}`,
    ),
    page.table([...accounts.head, 'USER', 'OLD KEY', 'LAST USED', 'NOT BEFORE', ''], rows),
    ...(waiting.some(isUsedSince)
      ? [
          page.wrap(
            '  ',
            '! used after its successor was delivered: something had not followed by then',
          ),
        ]
      : []),
    ...restartLines(waiting, page),
  ].join('\n');
}

/** Whether something else keeps it than its use. */
function isKept({ waits_for: why }: Retirement): boolean {
  return KEPT_BY.includes(why);
}

const KEPT_BY: readonly Retirement['waits_for'][] = [
  'signs-calls',
  'held-back',
  'vetoed',
  'hooks-unknown',
];

const SIGN_OTHERWISE =
  'sign with their successors, with a role, or with the key of another user; a run that does not depend on them goes on';

const KNOWS_HOOKS = [
  'a run with the configuration knows them, such as:',
  command('rotate-iam-keys', '--config', 'keyturn.yaml'),
];

function keptTable(report: RotationReport, kept: Retirement[], page: Page): string {
  if (kept.length === 0) return '';
  const count = plural(kept.length, 'old key');
  const verb = kept.length === 1 ? 'stays' : 'stay';
  const accounts = accountColumn(report);
  const rows = kept.map((one) => [
    ...accounts.cell(one.account_id),
    one.username,
    one.old_key_id,
    one.reason ?? '',
  ]);
  return [
    page.paint('yellow', `${count} ${report.dry_run ? 'would stay' : verb} Active for now`),
    page.table([...accounts.head, 'USER', 'OLD KEY', 'WHY'], rows),
    ...(kept.some(({ waits_for: why }) => why === 'hooks-unknown')
      ? [page.wrap('  hint: ', hintText(KNOWS_HOOKS))]
      : []),
    ...(kept.some(({ waits_for: why }) => why === 'signs-calls')
      ? [page.wrap('  hint: ', SIGN_OTHERWISE)]
      : []),
  ].join('\n');
}

/** A hint at readers that have not restarted; AWS tells the minute of a use. */
function isUsedSince({ since, last_used: at }: Retirement): boolean {
  return since !== null && at !== null && at !== 'never' && Date.parse(at) > Date.parse(since);
}

/** Such as "2026-11-28T08:58:00Z by s3 in eu-west-1". */
function lastUse({
  last_used: at,
  last_used_service: service,
  last_used_region: region,
}: Retirement) {
  if (at === null) return 'not known';
  if (at === 'never') return 'never';
  const by = service === null ? '' : ` by ${service}`;
  return `${at}${by}${region === null ? '' : ` in ${region}`}`;
}

/** What must happen for the readers to follow: once for each kind of place. */
function restartLines(waiting: readonly Retirement[], page: Page): string[] {
  const hints = unique(
    waiting.flatMap(({ readers }) => readers.map(({ kind, restart }) => `${kind}: ${restart}`)),
  );
  return hints.map((hint) => page.wrap('  ', hint));
}
