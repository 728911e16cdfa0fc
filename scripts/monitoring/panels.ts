// What the dashboard shows: one list, from which the dashboard is made, and whose queries are put to a real
// Prometheus. `$account` is the choice of accounts.

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly about: string;
  readonly kind: 'stat' | 'timeseries' | 'bargauge' | 'table';
  /** As Grafana names it. */
  readonly unit: 'short' | 's' | 'none';
  /** Of the 24 columns of a dashboard. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  /** From which value on it is a warning. */
  readonly warnsFrom?: number;
}

const IN = '{account=~"$account"}';
const keys = (state: string): string => `sum(keyturn_keys{account=~"$account",state="${state}"})`;

export const PANELS: readonly Panel[] = [
  {
    title: 'Overdue',
    about: 'Keys that are older than they may be, and that no run has replaced.',
    ...{ kind: 'stat', unit: 'short', width: 4, height: 4, warnsFrom: 1 },
    queries: [{ expr: keys('overdue'), legend: 'overdue' }],
  },
  {
    title: 'In grace',
    about: 'Keys that were replaced, and stay Active until nothing uses them.',
    ...{ kind: 'stat', unit: 'short', width: 4, height: 4 },
    queries: [{ expr: keys('in_grace'), legend: 'in grace' }],
  },
  {
    title: 'Keys',
    about: 'All access keys, Active and Inactive.',
    ...{ kind: 'stat', unit: 'short', width: 4, height: 4 },
    queries: [{ expr: `sum(keyturn_keys${IN})`, legend: 'keys' }],
  },
  {
    title: 'Oldest key',
    about: 'The age of the oldest Active key.',
    ...{ kind: 'stat', unit: 's', width: 4, height: 4 },
    queries: [
      {
        expr: `time() - min(keyturn_oldest_key_created_timestamp_seconds${IN})`,
        legend: 'age',
      },
    ],
  },
  {
    title: 'Since the last success',
    about: 'The longest time for which no run over an account has ended well.',
    ...{ kind: 'stat', unit: 's', width: 4, height: 4, warnsFrom: 2 * 86_400 },
    queries: [
      { expr: `max(time() - keyturn_last_success_timestamp_seconds${IN})`, legend: 'since' },
    ],
  },
  {
    title: 'Exit code of the last run',
    about: '0: done. 1: something failed. 3: it could not start.',
    ...{ kind: 'stat', unit: 'none', width: 4, height: 4, warnsFrom: 1 },
    queries: [{ expr: 'max(keyturn_last_run_exit_code)', legend: 'exit code' }],
  },
  {
    title: 'Keys by state',
    about: 'How many keys are in which state.',
    ...{ kind: 'timeseries', unit: 'short', width: 12, height: 9 },
    queries: [{ expr: `sum by (state) (keyturn_keys${IN})`, legend: '{{state}}' }],
  },
  {
    title: 'Active keys by age',
    about: 'How many Active keys are at most so old.',
    ...{ kind: 'bargauge', unit: 'short', width: 12, height: 9 },
    queries: [
      {
        expr: `sort(sum by (le) (keyturn_key_age_seconds_bucket${IN}))`,
        legend: 'up to {{le}} s',
      },
    ],
  },
  {
    title: 'Overdue by account',
    about: 'Accounts with overdue keys, the worst first.',
    ...{ kind: 'table', unit: 'short', width: 12, height: 9 },
    queries: [
      {
        expr: `sort_desc(sum by (account) (keyturn_keys{account=~"$account",state="overdue"}))`,
        legend: '{{account}}',
      },
    ],
  },
  {
    title: 'Rotations of the last run',
    about: 'What became of the keys that the last run worked on.',
    ...{ kind: 'timeseries', unit: 'short', width: 12, height: 9 },
    queries: [
      { expr: `sum by (outcome) (keyturn_last_run_rotations${IN})`, legend: '{{outcome}}' },
    ],
  },
  {
    title: 'Failures of the last run',
    about: 'What failed or needs a person, by error code.',
    ...{ kind: 'timeseries', unit: 'short', width: 12, height: 9 },
    queries: [{ expr: 'sum by (code) (keyturn_last_run_failures) > 0', legend: '{{code}}' }],
  },
  {
    title: 'Changes of the last run',
    about: 'What the last run did to keys.',
    ...{ kind: 'timeseries', unit: 'short', width: 12, height: 9 },
    queries: [
      { expr: `sum by (change) (keyturn_last_run_key_changes${IN})`, legend: '{{change}}' },
    ],
  },
  {
    title: 'Requests to AWS in the last run',
    about: 'By operation, and how many were refused because of their rate.',
    ...{ kind: 'timeseries', unit: 'short', width: 12, height: 9 },
    queries: [
      { expr: 'topk(10, sum by (operation) (keyturn_last_run_calls))', legend: '{{operation}}' },
      { expr: 'sum(keyturn_last_run_throttled)', legend: 'throttled' },
    ],
  },
  {
    title: 'Duration and notifications',
    about: 'How long the last run took, and how many messages could not be sent.',
    ...{ kind: 'timeseries', unit: 'none', width: 12, height: 9 },
    queries: [
      { expr: 'max(keyturn_last_run_duration_seconds)', legend: 'seconds' },
      {
        expr: 'sum(keyturn_last_run_notifications{outcome="failed"})',
        legend: 'messages not sent',
      },
    ],
  },
];
