// Everything that exists in the sandbox, and the ways to seed it. Calls over HTTP change it only
// through the operations; tests and the control interface may also change it directly.

import type { SandboxClock } from './clock.ts';
import { wholeSeconds } from './clock.ts';
import { type Alarm, alarmPlace } from './cloudwatch/service.ts';
import { accountOfKeyId, newKeyId } from './key-id.ts';
import type {
  AccessKey,
  Account,
  AttachedPolicy,
  KeyStatus,
  KeyUse,
  Organization,
  Partition,
  PolicyDocument,
  Role,
  Session,
  User,
} from './model.ts';
import type { SeededRandom } from './random.ts';
import type { SandboxSettings } from './settings.ts';
import { UserRecord } from './user-record.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The account that exists from the start. */
export const DEFAULT_ACCOUNT_ID = '123456789012';

/** The user whose key signs for the operator of an account. */
export const ADMINISTRATOR_NAME = 'sandbox-admin';

export interface AccountSeed {
  /** 12 digits; drawn at random when left out. */
  readonly id?: string;
  readonly partition?: Partition;
  readonly alias?: string;
  readonly serviceControlPolicies?: readonly PolicyDocument[];
  readonly hasEmptyPages?: boolean;
  /** Whether a user `sandbox-admin` with a young Active key exists; true by default. */
  readonly administrator?: boolean;
}

const NO_GROUPS: readonly string[] = [];

export interface UserSeed {
  readonly name: string;
  /** Begins and ends with a slash; `/` by default. */
  readonly path?: string;
  readonly createDate?: Date;
  readonly tags?: Readonly<Record<string, string>>;
  readonly groups?: readonly string[];
  /** Can sign in to the console. */
  readonly password?: boolean;
  /** May do everything. */
  readonly administrator?: boolean;
  /** Inline policies by name. */
  readonly policies?: Readonly<Record<string, PolicyDocument>>;
  readonly attachedPolicies?: readonly AttachedPolicy[];
  readonly mfaSerial?: string;
}

export interface KeySeed {
  /** Days between the key's creation and the sandbox's now; 0 by default. */
  readonly ageDays?: number;
  /** Wins over `ageDays`. */
  readonly createDate?: Date;
  readonly status?: KeyStatus;
  /** A use that is visible at once; never used when left out. */
  readonly lastUsed?: { readonly at: Date; readonly service?: string; readonly region?: string };
}

export interface RoleSeed {
  readonly name: string;
  readonly path?: string;
  /** ARNs that may assume it; `*` by default. */
  readonly trustedArns?: readonly string[];
  readonly externalId?: string;
  /** The longest session it allows; an hour by default. */
  readonly maxSessionSeconds?: number;
  readonly administrator?: boolean;
  readonly policies?: Readonly<Record<string, PolicyDocument>>;
  readonly attachedPolicies?: readonly AttachedPolicy[];
}

const ALLOW_ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

export class World {
  readonly accounts = new Map<string, Account>();
  /** By the id of every account in it. */
  readonly organizations = new Map<string, Organization>();
  /** Every key ever made, deleted ones included: a deleted key may still work for a while. */
  readonly keys = new Map<string, AccessKey>();
  readonly sessions = new Map<string, Session>();
  /** One-time codes that were used, with their device: none works twice. */
  readonly spentCodes = new Set<string>();
  readonly clock: SandboxClock;
  readonly random: SeededRandom;
  readonly settings: SandboxSettings;

  /** What fills an account that nobody has looked into yet. */
  readonly #fillers = new Map<string, () => void>();

  constructor(clock: SandboxClock, random: SeededRandom, settings: SandboxSettings) {
    this.clock = clock;
    this.random = random;
    this.settings = settings;
  }

  addAccount(seed: AccountSeed = {}, random: SeededRandom = this.random): Account {
    const id = seed.id ?? String(100_000_000_000 + this.random.below(899_999_999_999));
    if (!/^\d{12}$/.test(id)) throw new RangeError(`sandbox: '${id}' is not an account id`);
    if (this.accounts.has(id)) throw new RangeError(`sandbox: account ${id} exists already`);
    const account: Account = {
      id,
      partition: seed.partition ?? 'aws',
      alias: seed.alias,
      createDate: wholeSeconds(this.clock.nowMs() - 3 * 365 * DAY_MS),
      users: new Map(),
      roles: new Map(),
      serviceControlPolicies: [...(seed.serviceControlPolicies ?? [])],
      hasEmptyPages: seed.hasEmptyPages ?? false,
      report: undefined,
      secrets: new Map(),
      parameters: new Map(),
      tables: new Map(),
      kmsKeys: new Map(),
      alarms: new Map(),
      random,
    };
    this.accounts.set(id, account);
    if (seed.administrator ?? true) {
      this.addUser(id, { name: ADMINISTRATOR_NAME, administrator: true });
      this.addKey(id, ADMINISTRATOR_NAME, { ageDays: 1 });
    }
    return account;
  }

  /**
   * Puts off filling an account until somebody looks into it. What `fill` adds must not depend on
   * when that is: neither on the clock nor on the random numbers that others take.
   */
  fillLater(accountId: string, fill: () => void): void {
    this.#fillers.set(accountId, fill);
  }

  /** The account with all that is in it. Throws a RangeError for one that does not exist. */
  account(accountId: string = DEFAULT_ACCOUNT_ID): Account {
    const account = this.accounts.get(accountId);
    if (account === undefined) throw new RangeError(`sandbox: no account ${accountId}`);
    const fill = this.#fillers.get(accountId);
    if (fill !== undefined) {
      // Forgotten first, because filling looks into the account.
      this.#fillers.delete(accountId);
      fill();
    }
    return account;
  }

  /** The key, wherever it is, also in an account that nobody has looked into yet. */
  key(accessKeyId: string): AccessKey | undefined {
    const accountId = accountOfKeyId(accessKeyId);
    if (accountId !== undefined && this.#fillers.has(accountId)) this.account(accountId);
    return this.keys.get(accessKeyId);
  }

  /** An alarm as it is from now on; made where it is not there. */
  setAlarm(accountId: string, region: string, alarm: Alarm): void {
    this.account(accountId).alarms.set(alarmPlace(region, alarm.name), alarm);
  }

  /** Throws a RangeError for a user that does not exist. */
  user(accountId: string, userName: string): User {
    const user = this.account(accountId).users.get(userName.toLowerCase());
    if (user === undefined) throw new RangeError(`sandbox: no user ${userName} in ${accountId}`);
    return user;
  }

  addUser(accountId: string, seed: UserSeed): User {
    const account = this.account(accountId);
    if (account.users.has(seed.name.toLowerCase())) {
      throw new RangeError(`sandbox: user ${seed.name} exists already in ${accountId}`);
    }
    const user = new UserRecord(`arn:${account.partition}:iam::${account.id}:user`, {
      name: seed.name,
      id: `AIDA${account.random.base32(17)}`,
      path: seed.path ?? '/',
      createDate: seed.createDate ?? wholeSeconds(this.clock.nowMs() - 365 * DAY_MS),
      mfaSerial: seed.mfaSerial,
      groups: seed.groups ?? NO_GROUPS,
      hasPassword: seed.password ?? false,
      attachedPolicies: attachedPolicies(account.partition, seed),
    });
    for (const [key, value] of Object.entries(seed.tags ?? {})) {
      user.tags.set(key.toLowerCase(), { key, value });
    }
    for (const [name, document] of Object.entries(seed.policies ?? {})) {
      user.inlinePolicies.set(name, document);
    }
    account.users.set(seed.name.toLowerCase(), user);
    return user;
  }

  /** Adds a key that every service knows already. The two-key quota does not hold here. */
  addKey(accountId: string, userName: string, seed: KeySeed = {}): AccessKey {
    const createdMs =
      seed.createDate?.getTime() ?? this.clock.nowMs() - (seed.ageDays ?? 0) * DAY_MS;
    const { lastUsed } = seed;
    const uses = lastUsed === undefined ? [] : [seededUse(lastUsed)];
    return this.insertKey(this.user(accountId, userName), accountId, {
      createDate: wholeSeconds(createdMs),
      status: seed.status ?? 'Active',
      activeSinceMs: undefined,
      uses,
    });
  }

  /** Adds a key as CreateAccessKey does: dated now, and subject to the key lag. */
  issueKey(accountId: string, user: User): AccessKey {
    return this.insertKey(user, accountId, {
      createDate: wholeSeconds(this.clock.nowMs()),
      status: 'Active',
      activeSinceMs: this.clock.nowMs(),
      uses: [],
    });
  }

  addRole(accountId: string, seed: RoleSeed): Role {
    const account = this.account(accountId);
    const path = seed.path ?? '/';
    const role: Role = {
      name: seed.name,
      id: `AROA${account.random.base32(17)}`,
      arn: `arn:${account.partition}:iam::${account.id}:role${path}${seed.name}`,
      path,
      createDate: wholeSeconds(this.clock.nowMs() - 365 * DAY_MS),
      trustedArns: seed.trustedArns ?? ['*'],
      externalId: seed.externalId,
      maxSessionSeconds: seed.maxSessionSeconds ?? 60 * 60,
      inlinePolicies: new Map(Object.entries(seed.policies ?? {})),
      attachedPolicies: attachedPolicies(account.partition, seed),
    };
    account.roles.set(seed.name.toLowerCase(), role);
    return role;
  }

  /** Opens temporary credentials for a role or a user. */
  openSession(
    accountId: string,
    durationSeconds: number,
    who: Pick<Session, 'principal' | 'mfa'>,
  ): Session {
    const session: Session = {
      accessKeyId: newKeyId('ASIA', accountId, this.random),
      secret: this.random.secret(),
      token: this.random.token(),
      accountId,
      expiresAtMs: this.clock.nowMs() + durationSeconds * 1000,
      ...who,
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }

  /** A young Active key of the account's administrator. */
  administratorKey(accountId: string = DEFAULT_ACCOUNT_ID): AccessKey {
    const key = this.user(accountId, ADMINISTRATOR_NAME).keys.find((k) => k.status === 'Active');
    if (key === undefined) throw new RangeError(`sandbox: ${accountId} has no administrator key`);
    return key;
  }

  private insertKey(
    user: User,
    accountId: string,
    fields: Pick<AccessKey, 'createDate' | 'status' | 'activeSinceMs' | 'uses'>,
  ): AccessKey {
    const { random } = this.account(accountId);
    const key: AccessKey = {
      id: newKeyId('AKIA', accountId, random),
      secret: random.secret(),
      accountId,
      userName: user.name,
      inactiveSinceMs: undefined,
      deleted: false,
      ...fields,
    };
    user.keys.push(key);
    this.keys.set(key.id, key);
    return key;
  }
}

function seededUse({ at, service = 'sts', region }: NonNullable<KeySeed['lastUsed']>): KeyUse {
  const named = region ?? (service === 's3' ? 'N/A' : 'us-east-1');
  return { service, region: named, at: wholeSeconds(at.getTime()) };
}

function attachedPolicies(
  partition: Partition,
  seed: Pick<UserSeed, 'administrator' | 'attachedPolicies'>,
): AttachedPolicy[] {
  const given = [...(seed.attachedPolicies ?? [])];
  if (seed.administrator !== true) return given;
  const arn = `arn:${partition}:iam::aws:policy/AdministratorAccess`;
  return [{ name: 'AdministratorAccess', arn, document: ALLOW_ALL }, ...given];
}
