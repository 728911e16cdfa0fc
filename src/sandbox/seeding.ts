// Seeds as JSON, for the control interface: the shapes of world.ts with dates as ISO text.

import type { AccessKey, Account } from './model.ts';
import { addOrganization, type OrganizationSeed } from './organization.ts';
import { type PopulationOptions, populate } from './population.ts';
import type { Secret } from './secretsmanager/secret.ts';
import type { Parameter } from './ssm/parameter.ts';
import type { AccountSeed, KeySeed, RoleSeed, UserSeed, World } from './world.ts';

export interface JsonKey extends Omit<KeySeed, 'createDate' | 'lastUsed'> {
  readonly createDate?: string;
  readonly lastUsed?: { readonly at: string; readonly service?: string; readonly region?: string };
}

export interface JsonUser extends Omit<UserSeed, 'createDate'> {
  readonly createDate?: string;
  readonly keys?: readonly JsonKey[];
}

export interface JsonAccount extends AccountSeed {
  readonly users?: readonly JsonUser[];
  readonly roles?: readonly RoleSeed[];
  readonly populate?: PopulationOptions;
}

export interface Seed {
  readonly accounts?: readonly JsonAccount[];
  /** Made after the accounts, so its members may be among them. */
  readonly organization?: OrganizationSeed;
}

/** Adds accounts, users, keys and roles; what exists already is added to. */
export function applySeed(world: World, seed: Seed): void {
  for (const account of seed.accounts ?? []) {
    const known = account.id === undefined ? undefined : world.accounts.get(account.id);
    const { id } = known ?? world.addAccount(account);
    for (const user of account.users ?? []) seedUser(world, id, user);
    for (const role of account.roles ?? []) world.addRole(id, role);
    if (account.populate !== undefined) populate(world, id, account.populate);
  }
  if (seed.organization !== undefined) addOrganization(world, seed.organization);
}

function seedUser(world: World, accountId: string, { createDate, keys, ...rest }: JsonUser): void {
  if (!world.account(accountId).users.has(rest.name.toLowerCase())) {
    world.addUser(accountId, {
      ...rest,
      ...(createDate === undefined ? {} : { createDate: readDate(createDate) }),
    });
  }
  for (const key of keys ?? []) {
    const { createDate: keyCreateDate, lastUsed, ...keyRest } = key;
    world.addKey(accountId, rest.name, {
      ...keyRest,
      ...(keyCreateDate === undefined ? {} : { createDate: readDate(keyCreateDate) }),
      ...(lastUsed === undefined ? {} : { lastUsed: { ...lastUsed, at: readDate(lastUsed.at) } }),
    });
  }
}

function readDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError(`sandbox: '${text}' is not a date`);
  return date;
}

/** Everything in the world, secrets included, or one account: for the assertions of tests. */
export function describeWorld(world: World, accountId?: string): unknown {
  const ids = accountId === undefined ? [...world.accounts.keys()] : [accountId];
  return {
    now: world.clock.now(),
    organizations: [...new Set(world.organizations.values())].map((organization) => ({
      id: organization.id,
      managementAccountId: organization.managementAccountId,
      members: [...organization.members.values()],
    })),
    accounts: ids.map((id) => describeAccount(world.account(id))),
  };
}

function describeAccount(account: Account): unknown {
  return {
    id: account.id,
    partition: account.partition,
    users: [...account.users.values()].map((user) => ({
      name: user.name,
      arn: user.arn,
      path: user.path,
      createDate: user.createDate,
      tags: Object.fromEntries([...user.tags.values()].map(({ key, value }) => [key, value])),
      keys: user.keys.map(describeKey),
    })),
    roles: [...account.roles.values()].map(({ name, arn }) => ({ name, arn })),
    secrets: [...account.secrets.values()].map(describeSecret),
    parameters: [...account.parameters.values()].map(describeParameter),
  };
}

function describeKey(key: AccessKey): unknown {
  const { id, secret, status, createDate, uses } = key;
  return { id, secret, status, createDate, lastUsed: uses.at(-1)?.at };
}

function describeSecret({ name, arn, states }: Secret): unknown {
  const { versions, stages, tags, deletionDate } = states.newest;
  return {
    name,
    arn,
    versions: [...versions.values()],
    stages: Object.fromEntries(stages),
    tags: Object.fromEntries(tags),
    deletionDate,
  };
}

function describeParameter({ name, arn, states }: Parameter): unknown {
  const { versions, labels, tags } = states.newest;
  return {
    name,
    arn,
    versions,
    labels: Object.fromEntries(labels),
    tags: Object.fromEntries(tags),
  };
}
