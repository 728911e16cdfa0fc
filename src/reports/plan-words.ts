// Words that the pages about a plan share.

import { minuteOf } from '../base/clock.ts';
import { isChange } from '../lifecycle/plan-keys.ts';
import type { PlanDocument, PlanKey, PlanUser } from './plan-document.ts';
import { plural } from './words.ts';

/** Of keys that stop for one reason, so many are told how to mend it. */
export const MENDS_MAX = 2;

/** The last four characters, which tell the keys of a user apart. */
export function shortKey(keyId: string): string {
  return `…${keyId.slice(-4)}`;
}

/** The beginning of a plan's ID, for people. */
export function shortPlan(planId: string): string {
  return planId.slice(0, 8);
}

/** A key of a user, as a page has it on a line. */
export interface PlanRow {
  readonly user: PlanUser;
  readonly key: PlanKey;
  /** With the account where the plan is about several. */
  readonly name: string;
}

export interface PlanRows {
  readonly change: readonly PlanRow[];
  readonly wait: readonly PlanRow[];
  readonly stop: readonly PlanRow[];
}

export function rowsOf({ users, accounts }: PlanDocument): PlanRows {
  const isSeveral = accounts.length > 1;
  const rows = users.flatMap((user) => {
    const name = isSeveral ? `${user.account}/${user.user}` : user.user;
    return user.keys.map((key) => ({ user, key, name }));
  });
  return {
    change: rows.filter(({ key }) => isChange(key.action)),
    wait: rows.filter(({ key }) => key.action === 'wait'),
    stop: rows.filter(({ key }) => key.action === 'blocked' || key.action === 'ask'),
  };
}

/** `97d`; nothing where the age is not known. */
export function ageWord(
  { created_at: created }: PlanKey,
  { created_at: now }: PlanDocument,
): string {
  if (created === null) return '-';
  return `${Math.floor((Date.parse(now) - Date.parse(created)) / 86_400_000)}d`;
}

/** Why, with the last use where it is known. */
export function whyWords({ key, user }: PlanRow, plan: PlanDocument): string {
  const used = usedWord(key, plan);
  const isError = plan.errors.some(
    (each) => each.user === user.user && each.account === user.account && each.code === key.code,
  );
  const why = isError ? `ERROR ${key.why}` : key.why;
  return used === '' ? why : `${why}; ${used}`;
}

/** What could not be read: errors that no key is listed for. */
export function otherErrors({ errors, users }: PlanDocument): PlanDocument['errors'] {
  const isTold = (user: string | null, code: string) =>
    users.some((each) => each.user === user && each.keys.some((key) => key.code === code));
  return errors.filter(({ user, code }) => !isTold(user, code));
}

function usedWord({ last_used: used, action }: PlanKey, { created_at: now }: PlanDocument): string {
  const isOfUse = action === 'rotate' || action === 'deactivate' || action === 'wait';
  if (used === null || !isOfUse) return '';
  if (used.at === 'never') return 'never used';
  const where = [used.service, used.region].filter((part) => part !== null).join(' ');
  const ago = agoWord(Date.parse(now) - Date.parse(used.at));
  return `used ${ago} ago${where === '' ? '' : ` (${where})`}`;
}

function agoWord(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes}min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)}h`;
  return `${Math.round(minutes / 1_440)}d`;
}

const CONFIRMED = {
  'read-back': 'is read back',
  written: 'written, not readable',
  unread: 'not read, since nobody vouches for the file',
} as const;

/** The places that the key would be written to, and how that is confirmed. */
export function placeLines({ user, key }: PlanRow): readonly string[] {
  return user.places
    .filter(({ at }) => key.steps.some((step) => step.place === at))
    .map(({ at, will, confirm }) => {
      const made = will === 'make' ? 'is made first, ' : '';
      return `-> ${at}  ${made}${CONFIRMED[confirm]}`;
    });
}

/** What follows, where this plan does not do it. */
export function thenLine({ key }: PlanRow): string | undefined {
  const hooks = key.steps.flatMap((step) => (step.do === 'hook' ? (step.name ?? []) : []));
  const ends = key.steps.some((step) => step.do === 'deactivate');
  const [next] = key.later;
  const own = [...hooks, ...(ends && key.action !== 'deactivate' ? ['old key Inactive'] : [])];
  const later = next === undefined ? [] : [forecastWord(next)];
  const all = [...own, ...later];
  return all.length === 0 ? undefined : `then ${all.join('; ')}`;
}

function forecastWord({ do: word, earliest, if: condition }: PlanKey['later'][number]): string {
  const what = word === 'delete' ? 'deleted' : 'old key Inactive';
  const from = earliest === null ? '' : `, not before ${minuteOf(new Date(earliest))}`;
  return `${what} once ${condition}${from}`;
}

/** `2 accounts, 61 users: 5 keys change, 4 wait, 3 stop`. */
export function countLine({ counts, accounts }: PlanDocument): string {
  const users = accounts.reduce((sum, each) => sum + each.users, 0);
  const about = [
    ...(accounts.length > 1 ? [plural(accounts.length, 'account')] : []),
    plural(users, 'user'),
  ];
  const { change, wait, stop } = counts;
  const verb = change === 1 ? 'changes' : 'change';
  return `${about.join(', ')}: ${plural(change, 'key')} ${verb}, ${wait} wait, ${stop} stop`;
}

/** When the next run has something to do; what is over a limit goes on with any. */
export function comeAgain({ users, come_again_at: at }: PlanDocument): string | undefined {
  const keys = users.flatMap((user) => user.keys);
  const beyond = keys.filter(({ reason }) => reason === 'over-limit').length;
  const then = at === null ? undefined : minuteOf(new Date(at));
  if (beyond === 0) return then;
  const next = `the next run goes on with ${beyond} over a limit`;
  return then === undefined ? next : `${next}; what waits for a time, ${then}`;
}

/** What the page does not list: users, where the counts above it are of keys. */
export function notShown({ counts }: PlanDocument): string | undefined {
  const parts = [
    ...(counts.not_due > 0 ? [`${plural(counts.not_due, 'user')} not due`] : []),
    ...(counts.exempt > 0 ? [`${counts.exempt} exempt`] : []),
    ...(counts.unmatched > 0 ? [`${counts.unmatched} of no rule`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}
