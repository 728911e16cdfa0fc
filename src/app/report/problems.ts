// What a person has to look at, from everything that was read: with the code that says what it means and what to do.
// What is the same for all of a kind is said once, in the dictionary of remedies.

import { ERROR_CODES } from '../../base/error-codes.ts';
import { hintText } from '../../base/hint.ts';
import {
  configuredRunCommand,
  hooksCommand,
  recoverCommand,
  type SameReach,
} from '../../base/key-command.ts';
import type { KeyReport, ReportKey, ReportProblem } from '../../reports/key-report/document.ts';
import type { AccountStatus } from '../read-status.ts';
import type { JudgedUser } from './exemptions.ts';
import type { ReadReport, ReportedAccount } from './read-report.ts';

type Remedies = KeyReport['remedies'];
type Reach = (account: string) => SameReach;

/** Matters that are no error of a run: found in the journal, or in what was read. */
const OWN = {
  'wrong-place': {
    title: 'A place is not as its rotation left it: its readers have no key, or another one.',
    remedy: 'See what could be healed, and from where, with `keyturn verify --heal --dry-run`.',
  },
  'rotation-failed': {
    title: 'The last rotation of the user came to nothing.',
    remedy: 'The next run tries again. See what happened with `keyturn history USER`.',
  },
  'left-half-way': {
    title: 'A rotation was begun and has not come to its end.',
    remedy:
      'The next run finishes or undoes it; `keyturn recover` does only that. What began with hooks takes a run with the configuration.',
  },
  'hook-in-doubt': {
    title: 'A run was cut off from a hook, and nobody knows whether it was done.',
    remedy: 'Look, and say it with `keyturn hooks done USER`, or `keyturn hooks again USER`.',
  },
  'left-by-undo': {
    title: 'An undo left the new key Active, because something may use it.',
    remedy:
      'Restart what uses it, so that it reads the old key again; then make the new one Inactive.',
  },
} as const;

type OwnCode = keyof typeof OWN;

/** In this order; codes of errors that are not listed come before those that are last. */
const FIRST: readonly string[] = ['wrong-place', 'exemption-expired', 'rotation-failed'];
const LAST: readonly string[] = ['hook-in-doubt', 'left-half-way', 'left-by-undo'];

export interface ProblemFacts {
  readonly read: ReadReport;
  /** Users with keys, and what the configuration says of them. */
  readonly users: readonly JudgedUser[];
  readonly reach: Reach;
}

export function problemsOf({ read, users, reach }: ProblemFacts): ReportProblem[] {
  const all = [
    ...unread(read),
    ...users.flatMap((user) => [...blocked(user), ...refused(user)]),
    ...read.accounts.flatMap((account) => inJournal(account, reach)),
  ];
  return all.toSorted((a, b) => rankOf(a.code) - rankOf(b.code) || sinceOf(a) - sinceOf(b));
}

function rankOf(code: string): number {
  if (FIRST.includes(code)) return FIRST.indexOf(code);
  return LAST.includes(code) ? 100 + LAST.indexOf(code) : 50;
}

function sinceOf({ since }: ReportProblem): number {
  return since === null ? Number.POSITIVE_INFINITY : Date.parse(since);
}

const NOTHING = { account_id: null, username: null, access_key_id: null, since: null, hint: null };

/** Accounts and users that could not be read. */
function unread({ accounts, failures }: ReadReport): ReportProblem[] {
  const users = accounts.flatMap(({ account, listed }) =>
    listed.unreadable.map(({ userName, error }) => ({ account, user: userName, error })),
  );
  return [...failures.map((each) => ({ ...each, user: null })), ...users].map(
    ({ account, user, error: { code, message, hint = null } }) => ({
      ...{ ...NOTHING, account_id: account, username: user, code, message, hint },
    }),
  );
}

/** Due keys that no run can rotate; one problem for each user. */
function blocked({ keys }: JudgedUser): ReportProblem[] {
  const [first] = keys.filter(({ blocked_by: by, overdue }) => by !== null && overdue);
  if (first === undefined) return [];
  return [
    {
      ...whoseKey(first),
      code: first.blocked_by ?? '',
      since: dueSince(first),
      message: `due for ${first.age_days - first.days_threshold} days, and cannot be rotated`,
      hint: first.hint,
    },
  ];
}

/** What the configuration leaves to a person, where a key is due. */
function refused({ governed: { refused: error }, keys }: JudgedUser): ReportProblem[] {
  const [first] = keys.filter(({ overdue }) => overdue);
  if (error === undefined || first === undefined) return [];
  const { code, message, hint = null } = error;
  return [{ ...whoseKey(first), code, since: dueSince(first), message, hint }];
}

type WhoseKey = Pick<ReportKey, 'account_id' | 'username' | 'access_key_id'>;

function whoseKey({ account_id, username, access_key_id }: WhoseKey): WhoseKey {
  return { account_id, username, access_key_id };
}

function dueSince({ created, days_threshold: days }: ReportKey): string {
  return new Date(Date.parse(created) + days * 86_400_000).toISOString();
}

function inJournal({ status, failures }: ReportedAccount, reach: Reach): ReportProblem[] {
  return [
    ...failures.map((each) => ({
      ...{ account_id: each.account_id, username: each.username, access_key_id: null },
      code: each.code !== null && isErrorCode(each.code) ? each.code : 'rotation-failed',
      since: each.at,
      message: each.message,
      hint: each.remedy,
    })),
    ...status.wrong.map((each) => ({
      ...whoseKey(each),
      code: own('wrong-place'),
      since: each.found,
      message: `${each.kind} ${each.place}: ${each.state}`,
      hint: null,
    })),
    ...status.open.flatMap((each) => openProblem(each, reach(each.account_id))),
    ...status.left.map((each) => ({
      ...{ account_id: each.account_id, username: each.username },
      access_key_id: each.access_key_id,
      code: own('left-by-undo'),
      since: each.undone,
      message: `its readers go back to ${each.back_to_key_id}`,
      hint: null,
    })),
  ];
}

function openProblem(
  {
    username,
    account_id,
    old_key_id,
    phase,
    begun,
    waits_for,
    next_step,
    needs_configuration,
  }: AccountStatus['open'][number],
  reach: SameReach,
): ReportProblem[] {
  const about = { account_id, username, access_key_id: old_key_id, since: begun };
  if (waits_for === 'operator') {
    const hint = hintText([
      hooksCommand('done', username, reach),
      hooksCommand('again', username, reach),
    ]);
    return [{ ...about, code: own('hook-in-doubt'), message: next_step, hint }];
  }
  if (phase === 'in-grace') return [];
  const goesOn = needs_configuration ? configuredRunCommand : recoverCommand;
  const hint = hintText([goesOn(username, reach)]);
  return [{ ...about, code: own('left-half-way'), message: `the next run ${next_step}`, hint }];
}

function own(code: OwnCode): string {
  return code;
}

function isErrorCode(code: string): code is keyof typeof ERROR_CODES {
  return Object.hasOwn(ERROR_CODES, code);
}

export function remediesFor(problems: readonly ReportProblem[]): Remedies {
  const remedies: Remedies = {};
  for (const { code } of problems) {
    const known = remedies[code];
    if (known !== undefined) {
      known.count += 1;
      continue;
    }
    remedies[code] = { ...wordsOf(code), count: 1 };
  }
  return remedies;
}

function wordsOf(code: string): { title: string; remedy: string } {
  if (isErrorCode(code)) {
    const { meaning: title, remedy } = ERROR_CODES[code];
    return { title, remedy };
  }
  return Object.hasOwn(OWN, code) ? OWN[code as OwnCode] : { title: code, remedy: '' };
}
