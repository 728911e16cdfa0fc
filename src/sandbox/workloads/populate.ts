// Workloads for an account that populate made: one for each key that was used lately, and a place for each
// user, so that a rotation that delivers to these places serves them.

import type { AccessKey, User } from '../model.ts';
import { SeededRandom } from '../random.ts';
import { homeRegion } from '../regions.ts';
import { DEFAULT_ACCOUNT_ID, type World } from '../world.ts';
import { seedPlace } from './place.ts';
import type { WorkloadSeed } from './workload.ts';
import type { Workloads } from './workloads.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const USED_LATELY_MS = 7 * DAY_MS;

/** The place of each user: what `--deliver` takes, too. */
export const WORKLOAD_PLACE = 'secrets-manager=app/{user}';

export interface WorkloadPopulation {
  /** The first account when left out. */
  readonly accountId?: string;
  /** The same seed gives the same mix. */
  readonly seed?: string | number;
  /** With `{user}` for the user's name; `secrets-manager=app/{user}` when left out. */
  readonly place?: string;
  /** Of places and calls; the partition's home region when left out. */
  readonly region?: string;
  /** Only these users get workloads; every user whose key was used lately when left out. */
  readonly users?: readonly string[];
  /** The schedules of all; a believable mix when left out. */
  readonly reads?: string;
  readonly calls?: string;
}

interface Habit {
  readonly share: number;
  readonly reads: string;
  readonly calls: string;
}

/** Of a hundred workloads, so many are of each habit. */
const HABITS: readonly Habit[] = [
  // Services with the secret in a cache.
  { share: 50, reads: '20m', calls: '20m' },
  { share: 18, reads: '1h', calls: '5m' },
  // Jobs, which read when they start.
  { share: 10, reads: 'each-call', calls: '1d' },
  { share: 8, reads: 'each-call', calls: '7d' },
  { share: 4, reads: 'each-call', calls: '30d' },
  // Services that read when they are deployed.
  { share: 6, reads: '7d', calls: '10m' },
  // Services that nobody restarts.
  { share: 4, reads: 'never', calls: '15m' },
];

/** With how often each is met. */
const SERVICES = ['s3', 's3', 'sqs', 'dynamodb', 'ecr', 'sts', 'ec2'] as const;

/**
 * Fills the place of every user who has an Active key with the youngest one that is in use, and starts a
 * workload for each Active key that was used within a week. What uses the older of two keys reads nothing
 * any more: the place holds the newer key already.
 */
export function populateWorkloads(
  { world, workloads }: { readonly world: World; readonly workloads: Workloads },
  options: WorkloadPopulation = {},
): { readonly places: number; readonly workloads: number } {
  const { accountId = DEFAULT_ACCOUNT_ID, place = WORKLOAD_PLACE } = options;
  const account = world.account(accountId);
  const region = options.region ?? homeRegion(account.partition);
  const random = new SeededRandom(`workloads ${options.seed ?? accountId}`);
  const counts = { places: 0, workloads: 0 };
  for (const user of account.users.values()) {
    const [current, ...others] = activeKeys(user, world.clock.nowMs());
    // No place can have a comma in its name, and no workload of the operator belongs to the account.
    if (current === undefined || user.name.includes(',') || isOperator(user)) continue;
    const own = place.replaceAll('{user}', user.name);
    seedPlace(world, own, { key: current, region });
    counts.places += 1;
    if (options.users?.includes(user.name) === false) continue;
    for (const key of [current, ...others]) {
      if (!isUsedLately(key, world.clock.nowMs())) continue;
      const name = key === current ? user.name : `${user.name}-old`;
      if (key !== current) seedPlace(world, `secrets-manager=old/${user.name}`, { key, region });
      const at = key === current ? own : `secrets-manager=old/${user.name}`;
      const seed = { name, place: at, region, accountId, ...habitOf(random, options) };
      workloads.add(key === current ? seed : { ...seed, reads: 'never', calls: '15m' });
      counts.workloads += 1;
    }
  }
  return counts;
}

/** Those in use come first, and of them the youngest. */
function activeKeys(user: User, nowMs: number): AccessKey[] {
  const inUse = (key: AccessKey): number => Number(isUsedLately(key, nowMs));
  return user.keys
    .filter(({ status }) => status === 'Active')
    .sort(
      (left, right) =>
        inUse(right) - inUse(left) || right.createDate.getTime() - left.createDate.getTime(),
    );
}

function isUsedLately({ uses }: AccessKey, nowMs: number): boolean {
  const last = uses.at(-1);
  return last !== undefined && nowMs - last.at.getTime() <= USED_LATELY_MS;
}

function isOperator({ attachedPolicies }: User): boolean {
  return attachedPolicies.some(({ name }) => name === 'AdministratorAccess');
}

function habitOf(
  random: SeededRandom,
  { reads, calls }: WorkloadPopulation,
): Pick<WorkloadSeed, 'reads' | 'calls' | 'service'> {
  const service = random.pick(SERVICES);
  let dice = random.below(HABITS.reduce((sum, { share }) => sum + share, 0));
  const habit = HABITS.find(({ share }) => {
    dice -= share;
    return dice < 0;
  });
  return {
    service,
    reads: reads ?? habit?.reads ?? '20m',
    calls: calls ?? habit?.calls ?? '20m',
  };
}
