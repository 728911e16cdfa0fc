// A believable account: users of every kind that a rotation meets, in known numbers.

import { newUserName } from './names.ts';
import { SeededRandom } from './random.ts';
import type { KeySeed, World } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Keys of category `due` and the like are at least this old, the others at most YOUNG_DAYS_MAX. */
const DUE_DAYS_MIN = 95;
const DUE_DAYS_MAX = 900;
const YOUNG_DAYS_MAX = 80;

/**
 * - `due`: one Active key older than 90 days, in use
 * - `neverUsed`: the same, but never used
 * - `dueOldInactive`: an old Active key, and one that has been Inactive for long
 * - `dueRecentlyInactive`: an old Active key, and an Inactive one that was used a few days ago
 * - `twoActive`: an old and a younger Active key
 * - `young`: one Active key younger than 90 days
 * - `inactiveOnly`: one Inactive key
 * - `noKeys`: none
 */
export type Category =
  | 'due'
  | 'neverUsed'
  | 'dueOldInactive'
  | 'dueRecentlyInactive'
  | 'twoActive'
  | 'young'
  | 'inactiveOnly'
  | 'noKeys';

/** Of a hundred users, so many are of each category. */
const SHARES: Readonly<Record<Category, number>> = {
  due: 18,
  neverUsed: 7,
  dueOldInactive: 7,
  dueRecentlyInactive: 4,
  twoActive: 5,
  young: 40,
  inactiveOnly: 7,
  noKeys: 12,
};

export const CATEGORIES = Object.keys(SHARES) as readonly Category[];

export interface PopulationOptions {
  readonly users: number;
  /** The same seed gives the same names, ages and categories. */
  readonly seed: string | number;
  /** Exact numbers; users beyond their sum are `young`. A believable mix when left out. */
  readonly counts?: Partial<Record<Category, number>>;
  /** The moment that ages are counted from, in milliseconds; the sandbox's now when left out. */
  readonly asOfMs?: number;
}

export interface Population {
  readonly counts: Readonly<Record<Category, number>>;
  readonly users: readonly { readonly name: string; readonly category: Category }[];
}

/** Adds users with keys to an account. Throws a RangeError when the counts exceed the users. */
export function populate(world: World, accountId: string, options: PopulationOptions): Population {
  const random = new SeededRandom(`population ${options.seed}`);
  const counts = options.counts === undefined ? mix(options.users) : exact(options);
  const categories = random.shuffled(
    CATEGORIES.flatMap((category) => Array<Category>(counts[category]).fill(category)),
  );
  const asOfMs = options.asOfMs ?? world.clock.nowMs();
  const taken = new Set(world.account(accountId).users.keys());
  const users = categories.map((category) => {
    const { name, path } = newUserName(random, taken);
    const keys = keysOf(category, random, asOfMs);
    const oldestMs = Math.min(...keys.map((key) => +key.createDate), asOfMs);
    const createDate = new Date(oldestMs - random.below(300) * DAY_MS - 3_600_000);
    createDate.setUTCMilliseconds(0);
    world.addUser(accountId, { name, path, createDate });
    for (const key of keys) world.addKey(accountId, name, key);
    return { name, category };
  });
  return { counts, users };
}

/** Shares out the users so that every category gets one before any gets its share. */
function mix(userCount: number): Record<Category, number> {
  const counts = noCounts();
  for (let index = 0; index < userCount; index += 1) {
    const total = index + 1;
    const neediest = CATEGORIES.reduce((best, category) =>
      need(category, counts, total) > need(best, counts, total) ? category : best,
    );
    counts[neediest] += 1;
  }
  return counts;
}

function need(category: Category, counts: Record<Category, number>, total: number): number {
  if (counts[category] === 0) return 1000;
  return (SHARES[category] * total) / 100 - counts[category];
}

function exact({ users, counts = {} }: PopulationOptions): Record<Category, number> {
  const result = { ...noCounts(), ...counts };
  const sum = CATEGORIES.reduce((total, category) => total + result[category], 0);
  if (sum > users) throw new RangeError(`sandbox: ${sum} users counted, but ${users} asked for`);
  result.young += users - sum;
  return result;
}

function noCounts(): Record<Category, number> {
  return Object.fromEntries(CATEGORIES.map((category) => [category, 0])) as Record<
    Category,
    number
  >;
}

type DatedKey = KeySeed & { readonly createDate: Date };

function keysOf(category: Category, random: SeededRandom, nowMs: number): DatedKey[] {
  const between = (min: number, max: number): number => min + random.below(max - min + 1);
  const key = (ageDays: number, rest: KeySeed = {}): DatedKey => ({
    // A random time of day, and never younger than the age says.
    createDate: new Date(nowMs - ageDays * DAY_MS - random.below(DAY_MS)),
    ...rest,
  });
  const usedDaysAgo = (days: number): KeySeed => {
    const at = new Date(nowMs - days * DAY_MS - random.below(DAY_MS / 2) - 3_600_000);
    const service = random.pick(['s3', 'sqs', 'dynamodb', 'ecr', 'sts', 'ec2']);
    const region = random.pick(['us-east-1', 'eu-central-1', 'us-west-2']);
    return { lastUsed: { at, service, ...(service !== 's3' && { region }) } };
  };
  const due = (): DatedKey => key(between(DUE_DAYS_MIN, DUE_DAYS_MAX), usedDaysAgo(between(0, 6)));
  switch (category) {
    case 'due':
      return [due()];
    case 'neverUsed':
      return [key(between(DUE_DAYS_MIN, DUE_DAYS_MAX))];
    case 'dueOldInactive':
      return [due(), key(between(400, 900), { status: 'Inactive', ...usedDaysAgo(200) })];
    case 'dueRecentlyInactive':
      return [due(), key(between(120, 400), { status: 'Inactive', ...usedDaysAgo(between(2, 8)) })];
    case 'twoActive':
      return [due(), key(between(5, YOUNG_DAYS_MAX), usedDaysAgo(0))];
    case 'young':
      return [key(between(2, YOUNG_DAYS_MAX), usedDaysAgo(0))];
    case 'inactiveOnly':
      return [key(between(150, 900), { status: 'Inactive', ...usedDaysAgo(120) })];
    case 'noKeys':
      return [];
  }
}
