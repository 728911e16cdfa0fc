// Keys that were not rotated, for people: grouped by why, so that one cause is told once.

import { ERROR_CODES, isErrorCode } from '../base/error-codes.ts';
import { type Command, hintText, linesOfHint } from '../base/hint.ts';
import { localDay } from '../base/local-time.ts';
import type { Page } from './page.ts';
import type { KeyInfo, RotatedKey, RotationReport } from './rotation-report.ts';
import { accountColumn, age, plural, unique, userWord } from './words.ts';

/** From this many users on, one cause is told once with the names behind it. */
export const GROUP_FROM = 3;

export function failedSection(
  report: RotationReport,
  failed: readonly RotatedKey[],
  page: Page,
): string {
  if (failed.length === 0) return '';
  const verb = report.dry_run ? 'Would not rotate' : 'Not rotated:';
  const title = page.paint('red', `${verb} ${plural(failed.length, 'key')}`);
  const groups = unique(failed.map((key) => key.error_code)).map((code) => {
    const members = failed.filter((key) => key.error_code === code);
    if (members.every(hasKeysToShow)) {
      // Where a key goes by itself, nothing else is advised.
      const waiting = members.filter((key) => key.next_run_at !== null);
      const others = members.filter((key) => key.next_run_at === null);
      return [
        ...(others.length === 0 ? [] : [fullSlots(code, others, { report, page })]),
        ...waiting.map((key) => single(key, userWord(report, key), page)),
      ].join('\n\n');
    }
    if (isStop(code) || members.length >= GROUP_FROM) {
      return oneCause(code, members, { report, page });
    }
    return members.map((key) => single(key, userWord(report, key), page)).join('\n');
  });
  return [title, groups.join('\n\n')].join('\n').trimEnd();
}

/** A key that signs the run stays whatever other keys its user has: none of them is shown for it. */
function hasKeysToShow({ keys = [] }: RotatedKey): boolean {
  return keys.length > 0;
}

interface OnPage {
  readonly report: RotationReport;
  readonly page: Page;
}

/** Users whose keys are the reason: one table and one hint for all of them. */
function fullSlots(code: string, users: readonly RotatedKey[], { report, page }: OnPage): string {
  const accounts = accountColumn(report);
  const rows = users.flatMap(({ username, account_id: account, keys = [] }) =>
    keys.map((key, index) => [
      ...accounts.cell(account),
      index === 0 ? username : '',
      key.access_key_id,
      key.status,
      `${key.age_days} d`,
      lastUsed(key),
    ]),
  );
  const advice = ADVICE[code] ?? { reason: code, hint: users[0]?.hint ?? '' };
  return [
    page.wrap('  ', `${advice.reason} [${code}]`),
    page.table([...accounts.head, 'USER', 'KEY', 'STATUS', 'AGE', 'LAST USED'], rows),
    ...hintsFor(users, advice.hint, { report, page }),
  ].join('\n');
}

function lastUsed(key: KeyInfo): string {
  const day = key.last_used == null ? 'not readable' : localDay(key.last_used);
  return key.last_used_service == null ? day : `${day}, ${key.last_used_service}`;
}

/** Of few users each is told what to do; of many, once, with the reason and the first command for each. */
function hintsFor(
  users: readonly RotatedKey[],
  advice: string,
  { report, page: { wrap } }: OnPage,
): string[] {
  if (users.length < GROUP_FROM) return users.map(({ hint }) => wrap('  hint: ', hint ?? advice));
  const beside = users.map((user) => {
    const [words, command] = beginningOf(user.hint ?? '');
    return wrap(`  ${userWord(report, user)}: `, hintText([words, ...command]), 4);
  });
  return [wrap('  hint: ', advice), ...beside];
}

/** The first words of a hint, and its first command. */
function beginningOf(hint: string): readonly [words: string, command: readonly Command[]] {
  const lines = linesOfHint(hint);
  const words = lines.find(({ kind }) => kind === 'words');
  const command = lines.find(({ kind }) => kind === 'command');
  return [words?.text ?? '', command === undefined ? [] : [{ command: command.text }]];
}

/** Whether the person or the clock ended the work before these users were done. */
function isStop(code: string): boolean {
  return isErrorCode(code) && ERROR_CODES[code].kind === 'stop';
}

/** Everybody whom one cause met, with what it said to the first of them. */
function oneCause(
  code: string,
  members: readonly RotatedKey[],
  { report, page: { wrap } }: OnPage,
): string {
  const [first] = members;
  if (first === undefined) return '';
  const what = isStop(code)
    ? `${first.error} before these were done: [${code}]`
    : `${plural(members.length, 'key')}, for example: ${first.error} [${code}]`;
  return [
    wrap('  ', what),
    wrap('    ', members.map((key) => userWord(report, key)).join(', ')),
    ...(first.hint === null ? [] : [wrap('  hint: ', first.hint)]),
  ].join('\n');
}

const ADVICE: Readonly<Record<string, { readonly reason: string; readonly hint: string }>> = {
  'two-active-keys': {
    reason: 'Two Active keys, so there is no room for a new one',
    hint: 'stop the key that is named here, once what still uses it has the other one; delete it when nothing has missed it for 30 days, and run again',
  },
  'no-free-slot': {
    reason: 'Both places for a key are taken, one by an Inactive key',
    hint: 'a person deletes an Inactive key now, if nothing needs it; --cleanup-inactive does once its hold is over',
  },
};

function single(key: RotatedKey, name: string, { paint, wrap }: Page): string {
  return [
    wrap('  ', `${paint('bold', name)}  ${key.old_key_id}  ${age(key)}  [${key.error_code}]`),
    wrap('    ', key.error ?? ''),
    ...(key.hint === null ? [] : [wrap('    hint: ', key.hint)]),
  ].join('\n');
}
