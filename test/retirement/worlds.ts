// Who reads at each kind of place, and how: the delays are those that the pages in docs/destinations/ name,
// with where they are from. Each reader is a user of its own, so each key is used in its rhythm alone.

import type { Habit } from './reader.ts';

export interface WorldOfKind {
  /** One of the kinds of `--deliver`. */
  readonly kind: string;
  /** For a place that is told apart, such as an environment of a repository. */
  readonly variant?: string;
  /** Who reads there, in short. */
  readonly about: string;
  /** Several that read at one place are several readers of one key. */
  readonly readers: readonly (readonly Habit[])[];
}

/** A process keeps what it read at its start until it is started again. */
const restarted = (who: string, copies: string, more: Partial<Habit> = {}): readonly Habit[] => [
  { who, copies, calls: '1h', ...more },
];

/** A job reads when it begins, and works for a while. */
const job = (who: string, copies: string, more: Partial<Habit> = {}): readonly Habit[] => [
  { who, copies, calls: '15m', works: '1h', ...more },
];

const NOBODY: readonly Habit[] = [];

/** A kubelet brings volumes up to date 60 to 90 seconds after a change. */
const VOLUME = { copies: '1m', late: '90s' };
/** Vault Agent reads a secret about every five minutes; whoever reads its file has it then. */
const AGENT = { copies: '5m', late: '5m' };

const NIGHTLY_RUN = job('nightly workflow that waits 8 hours for a runner', '1d', { late: '8h' });

const GITHUB_RUNS = [
  job('hourly workflow', '1h', { works: '15m' }),
  NIGHTLY_RUN,
  job('weekly workflow that waits 3 days for an approval', '7d', { late: '3d' }),
  job('monthly workflow', '30d', { late: '3h' }),
] as const;

/** GitHub waits thirty days for an approval; the others of the repository follow at once. */
const RELEASES: readonly Habit[] = [
  ...job('hourly workflow', '1h', { works: '15m' }),
  ...job('monthly release that waits 28 days for an approval', '30d', { late: '28d' }),
];

const SOME_CI_JOBS = [
  job('nightly pipeline of 6 hours', '1d', { works: '6h' }),
  job('monthly pipeline', '30d'),
] as const;

const CI_JOBS = [
  job('hourly pipeline', '1h', { works: '15m' }),
  job('weekly pipeline', '7d'),
  ...SOME_CI_JOBS,
] as const;

const ALL_JOBS = 'when a job starts, hourly to monthly; jobs of 6 hours';
const SOME_JOBS = 'when a job starts, nightly (for 6 hours) and monthly';

export const WORLDS: readonly WorldOfKind[] = [
  {
    kind: 'secrets-manager',
    about: 'caches of 300 s, an hour and 5 days; tasks of a month; a monthly job',
    readers: [
      restarted('caching client, an hour', '1h', { calls: '20m' }),
      restarted('agent or Lambda extension, 300 s', '5m', { calls: '20m' }),
      restarted('Lambda that caches for 5 days', '5d'),
      restarted('ECS service, a task of 30 days', '30d'),
      job('monthly job', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'ssm',
    about: 'at the start of what is deployed once a week or month; a cache of 300 s; a monthly job',
    readers: [
      restarted('service deployed once a week', '7d', { calls: '20m' }),
      restarted('service deployed once a month', '30d'),
      restarted('Lambda extension, 300 s', '5m'),
      job('monthly job', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'dotenv',
    about:
      'read again when it changes; at starts once a week or month; cron jobs, daily and monthly',
    readers: [
      restarted('program that reads the file again when it changes', '1m', { calls: '20m' }),
      restarted('service restarted once a week', '7d'),
      restarted('container made anew once a month', '30d'),
      job('cron job, daily', '1d'),
      job('cron job, monthly', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'credentials-file',
    about: 'AWS CLI, hourly and monthly; processes of a week and a month',
    readers: [
      job('AWS CLI in a cron job, hourly', '1h', { works: '15m' }),
      restarted('service restarted once a week', '7d'),
      restarted('process of a month that calls once a day', '30d', { calls: '1d' }),
      job('AWS CLI, monthly', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'command',
    about: 'a program with a place of its own, asked every 10 minutes, weekly, monthly',
    readers: [
      restarted('program that asks its own place every 10 minutes', '10m', { calls: '20m' }),
      restarted('service restarted once a week', '7d'),
      job('monthly job', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'vault',
    about: 'Vault Agent (5 minutes), Vault Secrets Operator (an hour), starts once a week or month',
    readers: [
      restarted('Vault Agent, and a program that reads its file', AGENT.copies, AGENT),
      restarted('Vault Agent, and a service restarted once a week', '7d', { late: AGENT.late }),
      restarted('Vault Secrets Operator, refreshAfter of an hour', '1h', { late: '90s' }),
      restarted('application restarted once a month', '30d'),
      job('monthly job', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'vault',
    about: 'Vault Agent, and readers within 10 minutes',
    variant: '?settle-minutes=10',
    readers: [
      restarted('Vault Agent, every reader within 10 minutes', AGENT.copies, {
        ...AGENT,
        calls: '1m',
      }),
    ],
  },
  {
    kind: 'kubernetes',
    about: 'a volume (90 s); variables of pods of a week and a month; a monthly CronJob',
    readers: [
      restarted('pod with the Secret as a volume', VOLUME.copies, { ...VOLUME, calls: '20m' }),
      restarted('pod of a week, Secret in its variables', '7d'),
      restarted('pod of a month, Secret in its variables', '30d'),
      restarted('pod of a week that reads its volume once', '7d', { late: VOLUME.late }),
      job('CronJob, monthly', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'kubernetes',
    variant: '?restart=deployment/api',
    about: 'pods with the Secret in their variables, restarted by the delivery',
    readers: [[{ who: 'pods that the delivery restarts', copies: '1m', calls: '20m' }]],
  },
  {
    kind: 'github',
    about: 'when a run is queued: at once, after 8 hours, 3 days and 28 days',
    readers: [...GITHUB_RUNS, RELEASES, NOBODY],
  },
  {
    kind: 'github',
    variant: ':production',
    about: 'when a job of the environment starts, nightly and monthly',
    readers: [
      job('nightly deployment, read when its job starts', '1d'),
      job('monthly deployment, read when its job starts', '30d'),
      NOBODY,
    ],
  },
  {
    kind: 'github-org',
    about: 'when a run is queued: after 8 hours and 28 days',
    readers: [NIGHTLY_RUN, RELEASES],
  },
  {
    kind: 'github-dependabot',
    about: 'when a run is queued, weekly',
    readers: [job('Dependabot, weekly', '7d', { works: '15m' })],
  },
  {
    kind: 'github-dependabot-org',
    about: 'when a run is queued, after 8 hours',
    readers: [NIGHTLY_RUN],
  },
  {
    kind: 'github-codespaces',
    about: 'when a codespace starts, for two weeks',
    readers: [restarted('codespace of two weeks', '14d')],
  },
  {
    kind: 'github-codespaces-org',
    about: 'when a codespace starts, for a week',
    readers: [restarted('codespace of a week', '7d')],
  },
  { kind: 'gitlab', about: ALL_JOBS, readers: [...CI_JOBS, NOBODY] },
  { kind: 'gitlab', variant: ' hidden', about: SOME_JOBS, readers: SOME_CI_JOBS },
  { kind: 'gitlab-group', about: SOME_JOBS, readers: SOME_CI_JOBS },
  { kind: 'circleci', about: ALL_JOBS, readers: [...CI_JOBS, NOBODY] },
  { kind: 'circleci-context', about: SOME_JOBS, readers: SOME_CI_JOBS },
];
