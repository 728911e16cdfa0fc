// `keyturn audit` for people.

import { printableAll } from '../base/printable.ts';
import type { TrailLine } from '../lifecycle/trail/line.ts';
import type { AuditVerifyReport } from './audit-report.ts';
import { pageFor, type TextStyle } from './page.ts';

/** More than that say the same. */
const FAULTS_SHOWN_MAX = 20;

export function renderAuditVerify(given: AuditVerifyReport, style: TextStyle): string {
  const { accounts, state_dir: place } = printableAll(given);
  const page = pageFor(style);
  if (accounts.length === 0) return `${page.wrap('', `No account has state in ${place}.`)}\n`;
  const lines = accounts.flatMap((one) => [page.wrap('', sentenceOf(one)), ...notesOf(one, page)]);
  return `${lines.join('\n')}\n`;
}

type Verdict = AuditVerifyReport['accounts'][number];

function sentenceOf(one: Verdict): string {
  const { account_id: account, lines, trail, whole, faults } = one;
  if (lines === 0 && whole) return `account ${account}: no audit trail yet`;
  if (!whole) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    return `account ${account}: ${count} in ${linesOf(lines)}`;
  }
  // As it is in the line, to the second: whoever compares it with CloudTrail finds it.
  const from = one.first_at === null ? '' : ` since ${one.first_at.replace(/\.\d+Z$/, 'Z')}`;
  return `account ${account}: whole, ${linesOf(lines)}${from} (trail ${trail ?? 'unknown'})`;
}

function notesOf(one: Verdict, page: ReturnType<typeof pageFor>): readonly string[] {
  const { faults, seen_by: seenBy, torn, unended, whole, lines } = one;
  const notes = faults.slice(0, FAULTS_SHOWN_MAX).map(({ kind, line, text }) => {
    const where = line === null ? 'its end' : `line ${line}`;
    return `${where}: ${kind}: ${text}`;
  });
  if (faults.length > FAULTS_SHOWN_MAX) {
    notes.push(`and ${faults.length - FAULTS_SHOWN_MAX} more, which --json tells`);
  }
  if (torn > 0) notes.push(`${torn} of the runs died while writing; nothing is missing by that`);
  if (unended)
    notes.push('its last line has no end: a run is writing it, or died; the next one closes it');
  if (whole && seenBy.length > 0) notes.push(`it begins with what ${seenBy.join(' and ')} saw`);
  if (whole && seenBy.length === 0 && lines > 0) {
    notes.push('held against no checkpoint: whether its end was cut off cannot be seen');
  }
  return notes.map((note) => page.wrap('  ', note));
}

function linesOf(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

const RUN_WIDTH = 8;

export function renderAuditLines(
  given: readonly TrailLine[],
  { place, isAll }: { readonly place: string; readonly isAll: boolean },
  style: TextStyle,
): string {
  const page = pageFor(style);
  const lines = printableAll(given);
  if (lines.length === 0) {
    const what = isAll
      ? `No audit trail is in ${place} yet.`
      : `No line of an audit trail in ${place} is about that.`;
    return `${page.wrap('', what)}\n`;
  }
  const isSeveral = new Set(lines.map(({ account }) => account)).size > 1;
  const rows = lines.map((line) => [
    line.time,
    ...(isSeveral ? [line.account] : []),
    line.user ?? '-',
    line.keys.join(' ') || '-',
    line.step,
    line.run.slice(0, RUN_WIDTH),
    line.who ?? '-',
    // Where the columns stand beneath each other, an empty one takes no line.
    line.reason ?? '',
  ]);
  const titles = [
    ...['WHEN', ...(isSeveral ? ['ACCOUNT'] : []), 'USER', 'KEYS', 'STEP', 'RUN', 'WHO'],
    'WHY',
  ];
  return `${page.table(titles, rows)}\n`;
}
