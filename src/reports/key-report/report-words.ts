// Words that all forms of the report share.

import { MS_PER_DAY } from '../../base/clock.ts';
import { plural } from '../words.ts';
import type { KeyReport, ReportKey } from './document.ts';

/** `2026-11-28 11:00 UTC`: whoever opens the report may be in any zone. */
export function timeWord(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

export function dayWord(time: string): string {
  return time.slice(0, 10);
}

/** Texts with every instant as people read it. */
export function timesIn(text: string): string {
  return text.replaceAll(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z/g, '$1 $2 UTC');
}

export interface Use {
  /** Whole days ago; undefined where nobody knows, or it never was. */
  readonly days: number | undefined;
  readonly text: string;
}

/** "3 d ago, ec2 in us-east-1" */
export function lastUseOf(
  key: Pick<ReportKey, 'last_used' | 'last_used_service' | 'last_used_region'>,
  now: string,
): Use {
  const { last_used: used, last_used_service: service, last_used_region: region } = key;
  if (used === null) return { days: undefined, text: 'not known' };
  if (used === 'never') return { days: undefined, text: 'never' };
  const days = Math.max(0, Math.floor((Date.parse(now) - Date.parse(used)) / MS_PER_DAY));
  const where = [service, region].filter((part) => part !== null).join(' in ');
  const when = days === 0 ? 'today' : `${days} d ago`;
  return { days, text: where === '' ? when : `${when}, ${where}` };
}

/** The one word that a key is filed under. */
export type KeyTag =
  | 'overdue'
  | 'blocked'
  | 'open'
  | 'in grace'
  | 'exempt'
  | 'due'
  | 'unused'
  | 'Inactive'
  | 'fine';

export function tagOf(key: ReportKey): KeyTag {
  if (key.state === 'blocked' && key.overdue) return 'blocked';
  if (key.overdue) return 'overdue';
  if (key.due) return 'exempt';
  if (key.status !== 'Active') return 'Inactive';
  if (key.state === 'open') return 'open';
  if (key.state === 'in-grace' || key.state === 'undone') return 'in grace';
  return key.unused === true ? 'unused' : 'fine';
}

/** "account 123456789012", or how many. */
export function accountsWord({ accounts, summary }: KeyReport): string {
  const [only] = accounts;
  if (summary.accounts + summary.accounts_failed !== 1 || only === undefined) {
    return plural(summary.accounts, 'account');
  }
  return only.account_name === null
    ? `account ${only.account_id}`
    : `${only.account_name} (${only.account_id})`;
}

/** The sentence that answers whether all is well. */
export function verdictOf(report: KeyReport): {
  readonly tone: 'bad' | 'warn' | 'good';
  readonly text: string;
} {
  const { summary } = report;
  const { overdue, active, problems, oldest_days: oldest, accounts_failed: failed } = summary;
  const needs =
    problems === 0
      ? ''
      : ` ${plural(problems, 'matter')} ${problems === 1 ? 'needs' : 'need'} a person.`;
  if (overdue > 0) {
    const is = overdue === 1 ? 'is' : 'are';
    const age = `${overdue === 1 ? 'it is' : 'the oldest is'} ${plural(overdueDays(report), 'day')} old`;
    return {
      tone: 'bad',
      text: `${overdue} of ${plural(active, 'Active key')} ${is} overdue; ${age}.${needs}`,
    };
  }
  if (failed > 0) {
    return {
      tone: 'bad',
      text: `No key that was read is overdue, but ${plural(failed, 'account')} could not be read.${needs}`,
    };
  }
  if (active === 0) return { tone: 'good', text: `There is no Active key.${needs}` };
  const text = `No key is overdue: the oldest of ${active} is ${plural(oldest ?? 0, 'day')} old.${needs}`;
  return { tone: problems > 0 ? 'warn' : 'good', text };
}

/** One word of a list, with how many there are. */
export function thresholdWord({ config, days_threshold: days }: KeyReport): string {
  return config === null
    ? `due from ${plural(days, 'day')} on`
    : `due as ${config.path} says, from ${plural(days, 'day')} on at the earliest`;
}

function overdueDays({ keys }: KeyReport): number {
  return keys.reduce((most, key) => (key.overdue ? Math.max(most, key.age_days) : most), 0);
}
