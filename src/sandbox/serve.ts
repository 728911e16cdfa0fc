// The sandbox as a person starts it: with a believable account, and the lines to paste.

import {
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  MEMBER_ROLE_NAME,
  type OrganizationSeed,
  populateWorkloads,
  type Sandbox,
  startSandbox,
} from './index.ts';
import { addPeople, PROFILES } from './people.ts';
import { type Category, populate } from './population.ts';

export interface ServeOptions {
  /** Users in the account beside the administrator; 40 when left out. */
  readonly users?: number;
  /** The same seed gives the same account; random when left out. */
  readonly seed?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly latencyMs?: number;
  readonly keyLagSeconds?: number;
  /** Requests per second; with `burst`, the token bucket of the account. */
  readonly ratePerSecond?: number;
  /** How many requests may come at once; twice the rate when left out. */
  readonly burst?: number;
  /** Gives the account workloads, and each of its users a place; nothing uses a key by itself when left out. */
  readonly workloads?: boolean;
  /** Adds people who may rotate their own keys, for a credentials file; nobody when left out. */
  readonly people?: boolean;
  /** Makes the account manage an organization; alone when left out. */
  readonly organization?: ServedOrganization;
}

/** Its members have as many users each as the account that manages it. */
export type ServedOrganization = Pick<
  OrganizationSeed,
  'suspended' | 'withoutRole' | 'roleName' | 'externalId'
> & {
  readonly members: number;
};

export interface ServedSandbox {
  readonly sandbox: Sandbox;
  /** Shell lines that point AWS clients at the sandbox. */
  readonly environment: string;
  /** The text of the credentials file of its people; undefined when there are none. */
  readonly credentialsFile: string | undefined;
  /** What is in the account, in a few lines, of which some are long. */
  readonly summary: string;
}

const USERS_DEFAULT = 40;

/** Starts a sandbox with one populated account. It prints nothing; the caller closes it. */
export async function serveSandbox(options: ServeOptions = {}): Promise<ServedSandbox> {
  const { ratePerSecond } = options;
  const sandbox = await startSandbox({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    keyLagSeconds: options.keyLagSeconds ?? 0,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(ratePerSecond === undefined
      ? {}
      : { rate: { perSecond: ratePerSecond, burst: options.burst ?? ratePerSecond * 2 } }),
  });
  const users = options.users ?? USERS_DEFAULT;
  const { counts } = populate(sandbox.world, DEFAULT_ACCOUNT_ID, { users, seed: sandbox.seed });
  const credentialsFile = options.people === true ? addPeople(sandbox.world) : undefined;
  const { organization } = options;
  if (organization !== undefined) {
    addOrganization(sandbox.world, { ...organization, users, seed: sandbox.seed });
  }
  const own = summaryLines(sandbox, users, counts);
  const busy = options.workloads === true ? [workloadLine(sandbox)] : [];
  return {
    sandbox,
    credentialsFile,
    environment: environmentLines(sandbox),
    summary: [
      ...own,
      ...busy,
      ...peopleLines(credentialsFile),
      ...organizationLines(organization),
    ].join('\n'),
  };
}

function environmentLines(sandbox: Sandbox): string {
  const assignments = Object.entries(sandbox.endpointEnv()).map(
    ([name, value]) => `export ${name}=${value}`,
  );
  // A profile or a session token from before would win over the keys, or spoil them.
  return ['unset AWS_PROFILE AWS_SESSION_TOKEN', ...assignments].join('\n');
}

function summaryLines(
  sandbox: Sandbox,
  users: number,
  counts: Readonly<Record<Category, number>>,
): string[] {
  const { due, neverUsed, dueOldInactive, dueRecentlyInactive, twoActive } = counts;
  const dueCount = due + neverUsed + dueOldInactive + dueRecentlyInactive + twoActive;
  return [
    `sandbox at ${sandbox.url}, account ${DEFAULT_ACCOUNT_ID}, seed ${sandbox.seed}`,
    `${users} users: ${dueCount} with an Active key older than 90 days (${twoActive} of them with two Active keys, ${dueOldInactive + dueRecentlyInactive} with an Inactive one beside it, ${neverUsed} never used), ${counts.young} with a young key, ${counts.inactiveOnly} with only an Inactive key, ${counts.noKeys} without keys`,
  ];
}

function workloadLine(sandbox: Sandbox): string {
  const { places, workloads } = populateWorkloads(sandbox, { seed: sandbox.seed });
  return `${workloads} workloads use its keys, and ${places} secrets app/USER hold them`;
}

function peopleLines(credentialsFile: string | undefined): string[] {
  if (credentialsFile === undefined) return [];
  return [
    `profiles of the credentials file: ${PROFILES.join(', ')}; their users, who come on top of these, may rotate their own keys`,
  ];
}

function organizationLines(organization: ServedOrganization | undefined): string[] {
  if (organization === undefined) return [];
  const { members, suspended = 0, withoutRole = 0, roleName = MEMBER_ROLE_NAME } = organization;
  return [
    `it manages an organization: ${members} member accounts with as many users each, ${suspended} of them suspended, ${withoutRole} without the role ${roleName}`,
  ];
}
