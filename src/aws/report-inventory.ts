// The inventory by way of the credential report: it tells which users may have something to do, and
// only their keys are read. It must never leave a user out whom a scan would find:
//
// - Keys made since the report are younger than the report, so they matter only to a threshold that is
//   shorter than its age. Keys deactivated since were Active then, so no hold of theirs is over.
// - A key's age is that of the slot whatever its status then: it may have been made Active since.
// - A user who is gone may have got another name: then the users whom the report does not name are
//   read too. Who has none of the keys that were reported for the name is gone as well: somebody else has
//   got that name.
// - Of users whom it leaves out it says nothing. So it is held against AWS's own count of users.
// - The report calls a slot's date `last_rotated`, "when the key was created or last changed". Seen at
//   AWS, it is the date of creation. Every user who is read proves it again; where a key has no slot
//   of its date, or was used before its date, the report is not used. So that the proof does not rest on
//   the due alone, some users are read whose keys seem young although they themselves are not.

import { type Clock, MS_PER_DAY } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import { comparableUserName } from '../base/user-name.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { ReportedSlot } from '../lifecycle/slot-sighting.ts';
import type { UsedKey } from '../lifecycle/use-history.ts';
import { countedUsers } from './account-users.ts';
import {
  type CredentialReport,
  odd,
  parseCredentialReport,
  type ReportUser,
} from './credential-report.ts';
import { fetchReport } from './fetch-report.ts';
import type { AccountGateway, AccountOverview, CredentialReports, KeyReader } from './gateway.ts';
import {
  type Inventory,
  type InventoryOptions,
  readUsers,
  type UserKeys,
  type UsersRead,
} from './inventory.ts';

export interface ReportOptions {
  readonly clock: Clock;
  readonly account: string;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

export interface ReportInventoryOptions extends Omit<InventoryOptions, 'user'>, ReportOptions {
  readonly daysThreshold: number;
  /** The hold of Inactive keys that are to be cleaned up; undefined when none are. */
  readonly inactiveDays: number | undefined;
  /** Users who are read whatever the report says of them, by comparable name. */
  readonly alsoRead: ReadonlyMap<string, string>;
}

/** AWS keeps a report for four hours; one that is older is not AWS's. */
const AGE_MS_MAX = 5 * 60 * 60_000;
/** As far as clocks may differ from AWS's before AWS refuses every call. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;
/** Dates are in whole seconds, and two services write them. */
const SAME_DATE_MS = 2_000;

/** Whether every key that matters can be seen in a report of any age that AWS gives out. */
export function isReportEnough(daysThreshold: number, inactiveDays: number | undefined): boolean {
  const shortestMs = Math.min(daysThreshold, inactiveDays ?? daysThreshold) * MS_PER_DAY;
  return shortestMs > AGE_MS_MAX + CLOCK_TOLERANCE_MS;
}

/** The report, and AWS's own count of users, which it is held against. */
export interface ReportSources {
  readonly reports: CredentialReports;
  readonly overview: Pick<AccountOverview, 'countUsers'>;
}

/**
 * The account's report, once it is known to be whole and AWS's own. Throws `report-unusable`, and whatever
 * the calls throw.
 */
export async function readReport(
  { reports, overview }: ReportSources,
  options: ReportOptions,
): Promise<CredentialReport> {
  const { emit, clock, account } = options;
  const report = parseCredentialReport(await fetchReport(reports, options));
  const ageMs = clock.now().getTime() - report.generatedAt.getTime();
  if (ageMs > AGE_MS_MAX || ageMs < -CLOCK_TOLERANCE_MS) {
    throw odd(`it says that it was made at ${report.generatedAt.toISOString()}`);
  }
  await assertComplete(report, overview, options);
  if (report.hasRootKey) emit({ code: 'root-key-active', account });
  return report;
}

/** Throws `report-unusable`, and whatever the calls throw. */
export async function takeReportInventory(
  gateway: Pick<AccountGateway, 'reader' | 'reports' | 'overview'>,
  options: ReportInventoryOptions,
): Promise<Inventory> {
  const { emit, isMeant = () => true } = options;
  const whole = await readReport(gateway, options);
  assertUsedAfterDates(whole);
  const report = { ...whole, users: whole.users.filter(({ name }) => isMeant(name)) };
  const shortlisted = shortlist(report, options);
  const wanted = [...shortlisted, ...doubtful(report, new Set(shortlisted), options)];
  emit({
    code: 'report-read',
    generatedAt: report.generatedAt.toISOString(),
    users: report.users.length,
    shortlisted: wanted.length,
  });
  const found = await readUsers(gateway.reader, wanted, options);
  assertAllowed(found);
  assertSameDates(report, found.users);
  const isAnyGone = found.gone.length > 0 || isAnyAnother(found.users, report);
  const unnamed = isAnyGone ? await readUnnamed(gateway.reader, whole, options) : undefined;
  const users = [...found.users, ...(unnamed?.users ?? [])];
  return {
    users,
    unreadable: [...found.unreadable, ...(unnamed?.unreadable ?? [])],
    ...counts(report, users, unnamed?.users.length ?? 0),
    source: { kind: 'credential-report', generatedAt: report.generatedAt },
    activeSlots: slotsThatAre(true, report),
    inactiveSlots: slotsThatAre(false, report),
    lastUses: lastUses(report),
  };
}

function slotsThatAre(active: boolean, { users }: CredentialReport): ReportedSlot[] {
  return users.flatMap(({ name: user, slots }) =>
    slots.flatMap(({ isActive, createdAt }) =>
      isActive === active && createdAt !== undefined ? [{ user, createdAt }] : [],
    ),
  );
}

/** Two keys of one date cannot be told apart, so nothing is known of either. */
function lastUses({ users }: CredentialReport): UsedKey[] {
  return users.flatMap(({ name: user, slots }) =>
    slots.flatMap(({ isActive, createdAt, lastUse }) => {
      const isOnly =
        slots.filter((slot) => slot.createdAt?.getTime() === createdAt?.getTime()).length === 1;
      const isTold = isActive && isOnly && createdAt !== undefined && lastUse !== 'unreadable';
      return isTold ? [{ user, createdAt, lastUse }] : [];
    }),
  );
}

function shortlist(report: CredentialReport, options: ReportInventoryOptions): string[] {
  const { inactiveDays, alsoRead } = options;
  const dueBeforeMs = dueBefore(options);
  const isWanted = ({ name, slots, hasMoreKeys }: ReportUser): boolean =>
    hasMoreKeys ||
    alsoRead.has(comparableUserName(name)) ||
    slots.some(
      ({ isActive, createdAt }) =>
        (createdAt !== undefined && createdAt.getTime() <= dueBeforeMs) ||
        (inactiveDays !== undefined && !isActive),
    );
  const names = report.users.filter(isWanted).map(({ name }) => name);
  const listed = new Set(names.map((name) => comparableUserName(name)));
  const { isMeant = () => true } = options;
  const unlisted = [...alsoRead].filter(([name, user]) => !listed.has(name) && isMeant(user));
  return [...new Set([...names, ...unlisted.map(([, name]) => name)])];
}

function dueBefore({ clock, daysThreshold }: ReportInventoryOptions): number {
  return clock.now().getTime() - daysThreshold * MS_PER_DAY + CLOCK_TOLERANCE_MS;
}

/** Each run proves the dates of so many more users. */
const DOUBTFUL_MAX = 8;

/**
 * Users who may have had their keys for longer than the report says: they themselves are old enough. Others
 * each day, so that all have their turn.
 */
function doubtful(
  { users, generatedAt }: CredentialReport,
  shortlisted: ReadonlySet<string>,
  options: ReportInventoryOptions,
): string[] {
  const dueBeforeMs = dueBefore(options);
  const names = users
    .filter(
      ({ name, createdAt, slots }) =>
        !shortlisted.has(name) &&
        slots.some(({ isActive }) => isActive) &&
        createdAt !== undefined &&
        createdAt.getTime() <= dueBeforeMs,
    )
    .map(({ name }) => name);
  const day = Math.floor(generatedAt.getTime() / MS_PER_DAY);
  const start = (day * DOUBTFUL_MAX) % Math.max(names.length, 1);
  return [...names.slice(start), ...names.slice(0, start)].slice(0, DOUBTFUL_MAX);
}

/** AWS tells a use to the hour at worst. */
const USE_ROUNDED_MS = 60 * 60_000;

/** Throws where a key was used before the date that is given as that of its creation. */
function assertUsedAfterDates({ users }: CredentialReport): void {
  const toleranceMs = USE_ROUNDED_MS + CLOCK_TOLERANCE_MS;
  const early = users.find(({ slots }) =>
    slots.some(
      ({ isActive, createdAt, lastUse }) =>
        isActive &&
        createdAt !== undefined &&
        lastUse !== 'unreadable' &&
        lastUse.used === 'at' &&
        lastUse.at.getTime() < createdAt.getTime() - toleranceMs,
    ),
  );
  if (early !== undefined) throw odd(`it dates a key of ${early.name} later than a use of it`);
}

/** One user may be closed to us; when all are, the permission is missing, and a scan says so. */
function assertAllowed({ users, unreadable }: UsersRead): void {
  const [first, second] = unreadable;
  const isDenied = unreadable.every(({ error }) => error.code === 'access-denied');
  if (first !== undefined && second !== undefined && users.length === 0 && isDenied) {
    throw first.error;
  }
}

/** Throws when the report is of another account, or leaves dates or users out (I11). */
async function assertComplete(
  { accounts, users }: CredentialReport,
  overview: Pick<AccountOverview, 'countUsers'>,
  { account, emit }: ReportOptions,
): Promise<void> {
  const other = [...accounts].find((each) => each !== account);
  if (other !== undefined) throw odd(`it is of account ${other}`);
  const undated = users.find(({ slots }) =>
    slots.some((slot) => slot.isActive && slot.createdAt === undefined),
  );
  if (undated !== undefined) throw odd(`it gives no date for an Active key of ${undated.name}`);
  const counted = await countedUsers(overview, (denial) =>
    emit({ code: 'report-not-compared', ...denial }),
  );
  // A report that was cut short may name nobody.
  if (users.length >= (counted ?? 1)) return;
  throw odd(
    counted === undefined
      ? 'it names no users, and nobody tells how many the account has'
      : `it names ${users.length} users, and the account has ${counted}`,
  );
}

/** Whether a name is another user's by now: none of the keys that were reported for it is theirs. */
function isAnyAnother(found: readonly UserKeys[], { users }: CredentialReport): boolean {
  const reported = new Map(users.map((user) => [comparableUserName(user.name), user]));
  return found.some(({ userName, keys }) => {
    const user = reported.get(comparableUserName(userName));
    if (user === undefined || user.slots.length === 0) return false;
    return !keys.some((key) => isReported(key, user));
  });
}

function isReported({ createdAt }: AccessKey, { slots }: ReportUser): boolean {
  return slots.some(
    (slot) =>
      slot.createdAt !== undefined &&
      Math.abs(slot.createdAt.getTime() - createdAt.getTime()) <= SAME_DATE_MS,
  );
}

function assertSameDates(report: CredentialReport, users: readonly UserKeys[]): void {
  const reported = new Map(report.users.map((user) => [user.name, user]));
  // What changed just before the report was made may not be in it.
  const settledMs = report.generatedAt.getTime() - CLOCK_TOLERANCE_MS;
  for (const { userName, keys } of users) {
    const user = reported.get(userName);
    if (user === undefined || user.hasMoreKeys) continue;
    const stranger = keys.find(
      (key) => key.createdAt.getTime() < settledMs && !isReported(key, user),
    );
    if (stranger !== undefined) {
      throw odd(`it does not know ${stranger.id} of ${userName} by its date of creation`);
    }
  }
}

/** The users whom the report does not name: made since, or renamed since. */
async function readUnnamed(
  reader: KeyReader,
  report: CredentialReport,
  options: ReportInventoryOptions,
) {
  const named = new Set(report.users.map(({ name }) => name));
  const unnamed: string[] = [];
  const { isMeant = () => true } = options;
  for await (const { name } of reader.listUsers()) {
    if (!named.has(name) && isMeant(name)) unnamed.push(name);
  }
  return await readUsers(reader, unnamed, options);
}

/** Who was not read counts as the report has them. */
function counts(report: CredentialReport, read: readonly UserKeys[], unnamed: number) {
  const readNames = new Set(read.map(({ userName }) => userName));
  const reportedOnly = report.users.filter(({ name }) => !readNames.has(name));
  return {
    usersExamined: report.users.length + unnamed,
    keysExamined:
      reportedOnly.reduce((sum, { slots }) => sum + slots.length, 0) +
      read.reduce((sum, { keys }) => sum + keys.length, 0),
  };
}
