// An AWS that the conformance tests run against. Two exist: the sandbox, and moto server.

import { motoTarget } from './moto-target.ts';
import { sandboxTarget } from './sandbox-target.ts';

export type TargetName = 'sandbox' | 'moto';

export interface ConformanceTarget {
  readonly name: TargetName;
  /** A fresh account that no other test sees. */
  openAccount(): Promise<TargetAccount>;
  close(): Promise<void>;
}

export interface TargetAccount {
  /** Twelve digits. */
  readonly id: string;
  readonly endpoint: string;
  /** A user that may do everything, with one young Active key. */
  readonly administrator: { readonly name: string; readonly credentials: LongTermCredentials };
  /** Adds a user and its keys, with their past, here or in a member; returns the keys in order. */
  seedUser(seed: UserSeed, member?: string): Promise<LongTermCredentials[]>;
  /** Makes it the management account of an organization; returns the ids of the members. */
  seedOrganization(seed: OrganizationSeed): Promise<string[]>;
}

/** Every member has the role OrganizationAccountAccessRole, which may do everything there. */
export interface OrganizationSeed {
  readonly members: number;
  /** How many of them are SUSPENDED: the last ones. */
  readonly suspended?: number;
  /** The unit of the first member, as names from the root without it: `Workloads/Prod`. */
  readonly unit?: string;
  /** The tags of the first member. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface LongTermCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface UserSeed {
  readonly name: string;
  /** May do everything; without it, nothing. */
  readonly administrator?: boolean;
  readonly keys?: readonly KeySeed[];
}

export interface KeySeed {
  readonly createDate: Date;
  /** Active when left out. */
  readonly status?: 'Active' | 'Inactive';
  /** Never used when left out. */
  readonly lastUsed?: Date;
}

/** Which target this run is about, as scripts/test-moto.ts sets it. */
export function targetName(): TargetName {
  const name = process.env.KEYTURN_TEST_CONFORMANCE_TARGET ?? 'sandbox';
  if (name === 'sandbox' || name === 'moto') return name;
  throw new RangeError(`'${name}' is no conformance target`);
}

export async function openTarget(): Promise<ConformanceTarget> {
  if (targetName() === 'sandbox') return sandboxTarget();
  const url = process.env.KEYTURN_TEST_MOTO_URL;
  const controlUrl = process.env.KEYTURN_TEST_MOTO_CONTROL_URL;
  if (url === undefined || controlUrl === undefined) {
    throw new RangeError('moto is not running; use npm run test:moto');
  }
  return motoTarget({ url, controlUrl });
}
