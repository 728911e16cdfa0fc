// Small pieces of wording and layout that the pages for people share.

import type { RotatedKey, RotationReport } from './rotation-report.ts';

export function age(key: RotatedKey): string {
  return key.age_days === null ? '-' : `${key.age_days} d`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Whether results are of accounts that each names itself. */
export function isAboutSeveral({ account_id, summary }: RotationReport): boolean {
  const {
    accounts_examined: examined,
    accounts_failed: failed,
    accounts_skipped: skipped,
  } = summary;
  return account_id === null && examined + failed + skipped + summary.accounts_left > 0;
}

/** The first column of a table about several accounts; nothing in one about a single account. */
export interface AccountColumn {
  readonly head: readonly string[];
  /** Told once for rows that follow each other. */
  readonly cell: (account: string) => readonly string[];
}

export function accountColumn(report: RotationReport): AccountColumn {
  if (!isAboutSeveral(report)) return { head: [], cell: () => [] };
  let last = '';
  return {
    head: ['ACCOUNT'],
    cell: (account) => {
      const shown = account === last ? '' : account;
      last = account;
      return [shown];
    },
  };
}

/** A user by one word, which is clear among several accounts too. */
export function userWord(report: RotationReport, key: { account_id: string; username: string }) {
  return isAboutSeveral(report) ? `${key.account_id}/${key.username}` : key.username;
}

export function unique(texts: readonly (string | null | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text != null))];
}
