// What a credential report says about access keys. It names no key IDs, its slots are in no order, and
// it may be four hours old: it is good for choosing whom to look at, and never acted on (I11).

import { KeyturnError } from '../base/errors.ts';
import { comparableUserName } from '../base/user-name.ts';
import { csvRows } from './csv.ts';
import type { LastUse, ReportFile } from './gateway.ts';
import { whereUsed } from './where-used.ts';

/** One of the places that the report has for a user's keys. */
export interface ReportSlot {
  readonly isActive: boolean;
  /** When its key was created: `last_rotated`. Undefined where the report gives no date. */
  readonly createdAt: Date | undefined;
  /**
   * When its key was last used, as the report knew it. `never` is what AWS writes as N/A: not since tracking
   * began in April 2015. `unreadable` is everything that the report does not tell (I11).
   */
  readonly lastUse: LastUse | 'unreadable';
}

export interface ReportUser {
  readonly name: string;
  /** When the user was made; no key of theirs is older. Undefined where the report gives no date. */
  readonly createdAt: Date | undefined;
  /** Those that hold a key, whatever its status. */
  readonly slots: readonly ReportSlot[];
  /** Whether they can sign in to the console; undefined where the report does not tell. */
  readonly hasPassword: boolean | undefined;
  /** The user has more keys than the report has slots. */
  readonly hasMoreKeys: boolean;
}

export interface CredentialReport {
  readonly generatedAt: Date;
  /** Without the root user, who is no IAM user. */
  readonly users: readonly ReportUser[];
  readonly hasRootKey: boolean;
  /** The accounts that the ARNs of its rows name. */
  readonly accounts: ReadonlySet<string>;
}

const ROOT = '<root_account>';
const SLOTS = [1, 2] as const;
const COLUMNS = [
  'user',
  ...SLOTS.flatMap((n) => [`access_key_${n}_active`, `access_key_${n}_last_rotated`]),
];
const ADDITIONAL = 'additional_credentials_info';
/** AWS's word for a key that exists and was never used. Other words say that it does not know. */
const NEVER_USED = 'N/A';
const NOTHING: ReadonlySet<string> = new Set(['', 'N/A', 'not_supported', 'no_information']);
const ACCOUNT_IN_ARN = /^arn:[^:]*:iam::(\d{12}):/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Throws `report-unusable` for anything that is not exactly such a report. */
export function parseCredentialReport({ csv, generatedAt }: ReportFile): CredentialReport {
  if (Number.isNaN(generatedAt.getTime())) throw odd('it does not say when it was made');
  const rows = csvRows(csv);
  const header = rows.next().value ?? undefined;
  if (header === undefined) throw odd('it is not CSV');
  const column = columnsOf(header);
  const users: ReportUser[] = [];
  const names = new Set<string>();
  const accounts = new Set<string>();
  let hasRows = false;
  let hasRootKey = false;
  for (const row of rows) {
    if (row === undefined) throw odd('it is not CSV');
    if (row.length !== header.length) {
      throw odd(`a row has ${row.length} fields and the header has ${header.length}`);
    }
    hasRows = true;
    const name = row[column('user')] ?? '';
    if (name === '') throw odd('a row names no user');
    const comparable = comparableUserName(name);
    // Two rows of one user: nobody knows which of them tells the truth.
    if (names.has(comparable)) throw odd(`user ${name} is in it twice`);
    names.add(comparable);
    const account = ACCOUNT_IN_ARN.exec(row[column('arn')] ?? '')?.[1];
    if (account !== undefined) accounts.add(account);
    const user = readUser(name, (wanted) => row[column(wanted)]);
    if (name === ROOT) hasRootKey = user.slots.some(({ isActive }) => isActive);
    else users.push(user);
  }
  // AWS's own has at least the root user: an empty one is not "no users" (I11).
  if (!hasRows) throw odd('it has no rows');
  return { generatedAt, users, hasRootKey, accounts };
}

type Column = (name: string) => number;

/** By name: AWS adds columns, and says that their order may change. */
function columnsOf(header: readonly string[]): Column {
  const places = new Map<string, number>();
  header.forEach((name, index) => {
    const known = name.trim().toLowerCase();
    if (places.has(known)) throw odd(`column ${known} is there twice`);
    places.set(known, index);
  });
  for (const name of COLUMNS) if (!places.has(name)) throw odd(`column ${name} is missing`);
  return (name) => places.get(name) ?? -1;
}

/** The column is optional: whatever else stands there tells nothing. */
const PASSWORDS: Readonly<Record<string, boolean>> = { true: true, false: false };

function readUser(name: string, field: (column: string) => string | undefined): ReportUser {
  const slots = SLOTS.map((n) => ({
    isActive: readBoolean(field(`access_key_${n}_active`) ?? ''),
    createdAt: readDate(field(`access_key_${n}_last_rotated`) ?? ''),
    lastUse: readLastUse((column) => field(`access_key_${n}_last_used_${column}`)),
  }));
  return {
    name,
    createdAt: dateOf(field('user_creation_time') ?? ''),
    slots: slots.filter(({ isActive, createdAt }) => isActive || createdAt !== undefined),
    hasPassword: PASSWORDS[(field('password_enabled') ?? '').toLowerCase()],
    hasMoreKeys: !NOTHING.has(field(ADDITIONAL) ?? ''),
  };
}

/** These columns are optional: one that is missing, empty or odd makes the use unknown, never "never". */
function readLastUse(field: (column: string) => string | undefined): LastUse | 'unreadable' {
  const date = field('date') ?? '';
  const where = whereUsed(field('service'), field('region'));
  if (date === NEVER_USED) {
    // A use without a time is a use.
    return where.service === undefined ? { used: 'never' } : 'unreadable';
  }
  const at = dateOf(date);
  return at === undefined ? 'unreadable' : { used: 'at', at, ...where };
}

function readBoolean(text: string): boolean {
  const value = text.toLowerCase();
  if (value === 'true' || value === 'false') return value === 'true';
  if (NOTHING.has(text)) return false;
  throw odd(`a key is "${text.slice(0, 20)}" instead of true or false`);
}

function readDate(text: string): Date | undefined {
  if (NOTHING.has(text)) return undefined;
  const date = dateOf(text);
  if (date !== undefined) return date;
  throw odd(`a date reads "${text.slice(0, 30)}"`);
}

function dateOf(text: string): Date | undefined {
  const date = new Date(text);
  return DATE.test(text) && !Number.isNaN(date.getTime()) ? date : undefined;
}

export function odd(why: string): KeyturnError {
  return new KeyturnError('report-unusable', `the credential report is odd: ${why}`);
}
