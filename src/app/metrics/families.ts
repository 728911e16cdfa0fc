// Every metric that keyturn tells, with its two names: that of Prometheus, and that of OpenTelemetry, from which
// the former follows. No label ever holds a user, a key ID, an ARN or a text: those are personal data, and each
// would be a series of its own. What a label may say is one of a closed list, or the number of an account.

import { ERROR_CODES } from '../../base/error-codes.ts';

export type LabelName =
  | 'account'
  | 'state'
  | 'outcome'
  | 'change'
  | 'code'
  | 'version'
  | 'operation';

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'histogram';
  readonly labels: readonly LabelName[];
  /** Of OpenTelemetry: the name without the unit, which stands beside it. */
  readonly otel: { readonly name: string; readonly unit: string };
  /** `keys`: told of an account by whichever run last counted its keys. `run`: of the run itself. */
  readonly of: 'keys' | 'run' | 'build';
}

/** What is made of the Active keys of an account, and of the others. */
export const KEY_STATES = [
  'current',
  'due',
  'overdue',
  'in_grace',
  'exempt',
  'ungoverned',
  'inactive',
] as const;
export type CountedState = (typeof KEY_STATES)[number];

export const OUTCOMES = ['rotated', 'failed', 'blocked', 'held_back'] as const;
export const CHANGES = ['created', 'deactivated', 'reactivated', 'deleted'] as const;
export const ACCOUNT_OUTCOMES = ['done', 'failed', 'skipped', 'left'] as const;
export const NOTICE_OUTCOMES = ['sent', 'failed'] as const;
/** A closed list: whatever else is told counts as `internal`. */
export const CODES = Object.keys(ERROR_CODES);

const DAY_S = 86_400;
/** Upper bounds of ages, in seconds: 30, 60, 90, 180 and 365 days. */
export const AGE_BOUNDS_S = [30, 60, 90, 180, 365].map((days) => days * DAY_S);

const key = { unit: '{key}' } as const;
const seconds = { unit: 's' } as const;

export const FAMILIES = {
  build: {
    name: 'keyturn_build_info',
    help: 'The version of keyturn that wrote these metrics; always 1.',
    type: 'gauge',
    labels: ['version'],
    otel: { name: 'keyturn.build.info', unit: '1' },
    of: 'build',
  },
  keys: {
    name: 'keyturn_keys',
    help: 'Access keys by state. overdue: Active and past the age at which it had to be replaced. in_grace: replaced, and Active until nothing uses it.',
    type: 'gauge',
    labels: ['account', 'state'],
    otel: { name: 'keyturn.keys', ...key },
    of: 'keys',
  },
  ages: {
    name: 'keyturn_key_age_seconds',
    help: 'Ages of the Active access keys when they were counted.',
    type: 'histogram',
    labels: ['account'],
    otel: { name: 'keyturn.key.age', ...seconds },
    of: 'keys',
  },
  oldest: {
    name: 'keyturn_oldest_key_created_timestamp_seconds',
    help: 'When the oldest Active access key was made; absent where there is none.',
    type: 'gauge',
    labels: ['account'],
    otel: { name: 'keyturn.oldest.key.created.timestamp', ...seconds },
    of: 'keys',
  },
  counted: {
    name: 'keyturn_keys_counted_timestamp_seconds',
    help: 'When the keys of the account were last counted, by a run over all of it.',
    type: 'gauge',
    labels: ['account'],
    otel: { name: 'keyturn.keys.counted.timestamp', ...seconds },
    of: 'keys',
  },
  success: {
    name: 'keyturn_last_success_timestamp_seconds',
    help: 'When a run over all of the account last ended without a failure in it.',
    type: 'gauge',
    labels: ['account'],
    otel: { name: 'keyturn.last.success.timestamp', ...seconds },
    of: 'keys',
  },
  ran: {
    name: 'keyturn_last_run_timestamp_seconds',
    help: 'When the last run ended.',
    type: 'gauge',
    labels: [],
    otel: { name: 'keyturn.last.run.timestamp', ...seconds },
    of: 'run',
  },
  exitCode: {
    name: 'keyturn_last_run_exit_code',
    help: 'Exit code of the last run: 0 done, 1 something failed, 2 bad input, 3 could not start.',
    type: 'gauge',
    labels: [],
    otel: { name: 'keyturn.last.run.exit.code', unit: '1' },
    of: 'run',
  },
  duration: {
    name: 'keyturn_last_run_duration_seconds',
    help: 'How long the last run took.',
    type: 'gauge',
    labels: [],
    otel: { name: 'keyturn.last.run.duration', ...seconds },
    of: 'run',
  },
  next: {
    name: 'keyturn_next_run_timestamp_seconds',
    help: 'From when on another run may lead something further; absent where nothing waits for a time.',
    type: 'gauge',
    labels: [],
    otel: { name: 'keyturn.next.run.timestamp', ...seconds },
    of: 'run',
  },
  accounts: {
    name: 'keyturn_last_run_accounts',
    help: 'Accounts of the last run by what became of them.',
    type: 'gauge',
    labels: ['outcome'],
    otel: { name: 'keyturn.last.run.accounts', unit: '{account}' },
    of: 'run',
  },
  rotations: {
    name: 'keyturn_last_run_rotations',
    help: 'Rotations of the last run by outcome. blocked: a person has to do something first. held_back: a window, a freeze, a limit or an exemption.',
    type: 'gauge',
    labels: ['account', 'outcome'],
    otel: { name: 'keyturn.last.run.rotations', unit: '{rotation}' },
    of: 'run',
  },
  changes: {
    name: 'keyturn_last_run_key_changes',
    help: 'Changes that the last run made to access keys.',
    type: 'gauge',
    labels: ['account', 'change'],
    otel: { name: 'keyturn.last.run.key.changes', unit: '{change}' },
    of: 'run',
  },
  failures: {
    name: 'keyturn_last_run_failures',
    help: 'What failed or needs a person in the last run, by error code, over all accounts.',
    type: 'gauge',
    labels: ['code'],
    otel: { name: 'keyturn.last.run.failures', unit: '{failure}' },
    of: 'run',
  },
  calls: {
    name: 'keyturn_last_run_calls',
    help: 'Requests that the last run sent to AWS, by operation; repeated ones count again.',
    type: 'gauge',
    labels: ['operation'],
    otel: { name: 'keyturn.last.run.calls', unit: '{request}' },
    of: 'run',
  },
  throttled: {
    name: 'keyturn_last_run_throttled',
    help: 'Requests of the last run that AWS refused because of their rate.',
    type: 'gauge',
    labels: [],
    otel: { name: 'keyturn.last.run.throttled', unit: '{request}' },
    of: 'run',
  },
  notices: {
    name: 'keyturn_last_run_notifications',
    help: 'Notifications of the last run: messages that were sent, and those that could not be.',
    type: 'gauge',
    labels: ['outcome'],
    otel: { name: 'keyturn.last.run.notifications', unit: '{message}' },
    of: 'run',
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

export type Labels = Readonly<Partial<Record<LabelName, string>>>;

/** One series. */
export type Sample =
  | { readonly family: FamilyName; readonly labels: Labels; readonly value: number }
  | { readonly family: FamilyName; readonly labels: Labels; readonly ages: Ages };

/** A histogram: how many lie below each bound, the last of them being infinite, and their sum. */
export interface Ages {
  /** One more than there are bounds; of each bucket alone. */
  readonly counts: readonly number[];
  readonly sum: number;
}
