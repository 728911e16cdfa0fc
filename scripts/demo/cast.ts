// Who is in the demo's account: few enough to remember, and of every kind that a rotation meets. Each has
// a key at its place in Secrets Manager; most have a program that reads it there and signs with it.

const DAY_MS = 86_400_000;

export interface Member {
  readonly name: string;
  /** What it is, for whoever watches. */
  readonly about: string;
  readonly keyAgeDays: number;
  /** What the month says of its key, where it is replaced. */
  readonly moral?: string;
  /** Undefined where no program uses the key. */
  readonly program?: Program;
  /** For a key without a program: when somebody used it last. */
  readonly lastUsedDaysAgo?: number;
}

export interface Program {
  /** How it reads its place and calls AWS, as the sandbox takes it. */
  readonly reads: string;
  readonly calls: string;
  readonly service: string;
}

/** Keys of this age and more are replaced. */
export const DUE_DAYS = 90;

export const CAST: readonly Member[] = [
  {
    name: 'svc-shop',
    about: 'a service; reads its secret every 20 minutes',
    moral: 'read the new key in minutes',
    keyAgeDays: 140,
    program: { reads: '20m', calls: '5m', service: 's3' },
  },
  {
    name: 'svc-search',
    about: 'a service; reads its secret every hour',
    moral: 'its secret failed on day 0',
    keyAgeDays: 205,
    program: { reads: '1h', calls: '10m', service: 'dynamodb' },
  },
  {
    name: 'svc-invoices',
    about: 'a nightly job; reads its secret when it starts',
    moral: 'its job read the new key',
    keyAgeDays: 118,
    program: { reads: 'each-call', calls: '1d', service: 'sqs' },
  },
  {
    name: 'svc-legacy',
    about: 'a service that read its key once, years ago',
    moral: 'not restarted: never cut off',
    keyAgeDays: 431,
    program: { reads: 'never', calls: '15m', service: 'ec2' },
  },
  {
    name: 'svc-migration',
    about: 'forgotten: nothing has used it for months',
    moral: 'idle for months: at once',
    keyAgeDays: 310,
    lastUsedDaysAgo: 200,
  },
  {
    name: 'svc-deploy',
    about: 'a pipeline with a young key, which will leak',
    moral: 'leaked: at once, asked for',
    keyAgeDays: 41,
    program: { reads: '20m', calls: '30m', service: 'ecr' },
  },
  {
    name: 'svc-mailer',
    about: 'a service with a young key',
    keyAgeDays: 12,
    program: { reads: '1h', calls: '30m', service: 'ses' },
  },
];

export const PLACE = 'secrets-manager=app/{user}';
/** The one that nobody restarts. */
export const STUBBORN = 'svc-legacy';
/** The one whose secret cannot be written on the first day. */
export const UNLUCKY = 'svc-search';
/** The one whose key leaks. */
export const LEAKED = 'svc-deploy';
/** Who has found the leaked key. */
export const THIEF = 'thief';

/** The users whose keys are old enough to be replaced. */
export function dueMembers(): readonly Member[] {
  return CAST.filter(({ keyAgeDays }) => keyAgeDays >= DUE_DAYS);
}

/** The users whose keys are replaced within the month. */
export function replacedMembers(): readonly Member[] {
  return [...dueMembers(), ...CAST.filter(({ name }) => name === LEAKED)];
}

export function placeOf(user: string): string {
  return PLACE.replace('{user}', user);
}

/** What fills the account, as the sandbox's `seed` takes it. */
export function castSeed(accountId: string, now: Date): unknown {
  const users = CAST.map(({ name, keyAgeDays, program, lastUsedDaysAgo }) => {
    const daysAgo = lastUsedDaysAgo ?? (program === undefined ? undefined : 1);
    const lastUsed =
      daysAgo === undefined
        ? {}
        : {
            lastUsed: {
              at: new Date(now.getTime() - daysAgo * DAY_MS).toISOString(),
              service: program?.service ?? 's3',
            },
          };
    return { name, path: '/service/', keys: [{ ageDays: keyAgeDays, ...lastUsed }] };
  });
  return { accounts: [{ id: accountId, users }] };
}

/** Fills the place of every user, and starts the programs, as the sandbox's `workloads` takes it. */
export function castWorkloads(): unknown {
  return {
    // Places for all, programs only for those below.
    populate: { place: PLACE, users: [] },
    workloads: CAST.flatMap(({ name, program }) =>
      program === undefined ? [] : [{ name, place: placeOf(name), ...program }],
    ),
  };
}

/** Somebody who has copied the key and reads no place again. */
export function thiefWorkload(): unknown {
  const habit = { reads: 'never', calls: '1h', service: 'sts' };
  return { workloads: [{ name: THIEF, place: placeOf(LEAKED), ...habit }] };
}
