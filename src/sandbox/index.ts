// The sandbox: an AWS to practise on, over real HTTP on loopback. What it promises is written in
// behavior.md. It shares no code with what it checks.

import { randomBytes } from 'node:crypto';
import { SandboxClock } from './clock.ts';
import { FaultScript } from './faults.ts';
import { SeededRandom } from './random.ts';
import { homeRegion } from './regions.ts';
import { RequestLog } from './request-log.ts';
import { listen } from './server.ts';
import { resolveSettings, type SandboxSettings } from './settings.ts';
import { Workloads } from './workloads/workloads.ts';
import { type AccountSeed, DEFAULT_ACCOUNT_ID, World } from './world.ts';

export type { Fault, FaultEffect } from './faults.ts';
export type {
  AccessKey,
  Account,
  AccountState,
  KeyStatus,
  Organization,
  Partition,
  PolicyDocument,
  User,
} from './model.ts';
export {
  addOrganization,
  MEMBER_ROLE_NAME,
  type MemberSeed,
  type OrganizationSeed,
} from './organization.ts';
export {
  CATEGORIES,
  type Category,
  type Population,
  type PopulationOptions,
  populate,
} from './population.ts';
export type { LoggedRequest } from './request-log.ts';
export type { Lag, Rate, SandboxSettings } from './settings.ts';
export { seedPlace } from './workloads/place.ts';
export {
  populateWorkloads,
  WORKLOAD_PLACE,
  type WorkloadPopulation,
} from './workloads/populate.ts';
export type { CallRefusal, WorkloadSeed, WorkloadStatus } from './workloads/workload.ts';
export type { WorkloadTotals } from './workloads/workloads.ts';
export type { AccountSeed, KeySeed, RoleSeed, UserSeed } from './world.ts';
export { ADMINISTRATOR_NAME, DEFAULT_ACCOUNT_ID } from './world.ts';

export interface SandboxOptions extends Partial<SandboxSettings> {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The same seed gives the same ids, secrets and names; random when left out. */
  readonly seed?: string | number;
  /** What the data clock reads at the start; real time when left out. */
  readonly now?: Date;
  /** How far the signature clock is from real time, in milliseconds. */
  readonly signatureSkewMs?: number;
  /** The first account; its id is `DEFAULT_ACCOUNT_ID` when left out. */
  readonly account?: AccountSeed;
}

export interface Sandbox {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Repeat with the same seed to get the same ids and secrets. */
  readonly seed: string;
  readonly world: World;
  readonly clock: SandboxClock;
  readonly faults: FaultScript;
  readonly requests: RequestLog;
  readonly settings: SandboxSettings;
  /** What reads places and signs calls by itself; `populateWorkloads` fills an account with them. */
  readonly workloads: Workloads;
  /** Moves the data clock, and plays what the workloads do on the way. */
  advance(durationMs: number): void;
  /** The environment in which an AWS client calls the sandbox as an account's administrator. */
  endpointEnv(accountId?: string): Record<string, string>;
  /** Cuts every connection and stops. */
  close(): Promise<void>;
}

/** Starts a sandbox with one account. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed = String(options.seed ?? randomBytes(8).toString('hex'));
  const clock = new SandboxClock(options);
  const settings = resolveSettings(options);
  const world = new World(clock, new SeededRandom(seed), settings);
  const first = world.addAccount({ id: DEFAULT_ACCOUNT_ID, ...options.account });
  const workloads = new Workloads(world, seed);
  const parts = { world, workloads, faults: new FaultScript(), requests: new RequestLog() };
  const server = await listen(parts, options.port ?? 0);
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    seed,
    clock,
    settings,
    ...parts,
    advance: (durationMs) => workloads.advance(durationMs),
    endpointEnv: (accountId = first.id) => {
      const key = world.administratorKey(accountId);
      const region = homeRegion(world.account(accountId).partition);
      return {
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: key.id,
        AWS_SECRET_ACCESS_KEY: key.secret,
        AWS_REGION: region,
        // The Python clients read the region only from here.
        AWS_DEFAULT_REGION: region,
      };
    },
    close: () => server.close(),
  };
}
