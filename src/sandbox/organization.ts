// Seeds an organization: a management account, and members with a role that it may assume. Members
// are filled with users only when somebody looks into them, so that thousands cost little.

import { wholeSeconds } from './clock.ts';
import type { Account, AccountState, Member, Organization, Unit } from './model.ts';
import { newAccountName } from './names.ts';
import { type PopulationOptions, populate } from './population.ts';
import { SeededRandom } from './random.ts';
import { DEFAULT_ACCOUNT_ID, type World } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The role that AWS makes in the accounts that an organization creates. */
export const MEMBER_ROLE_NAME = 'OrganizationAccountAccessRole';

export interface MemberSeed {
  /** An account that exists joins; another is made, with an id drawn at random when left out. */
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  /** ACTIVE by default. */
  readonly state?: AccountState;
  /** Whether the management account finds its role there; true by default. */
  readonly hasRole?: boolean;
  /** CREATED by default; INVITED for one without the role. */
  readonly joinedMethod?: Member['joinedMethod'];
  /** Where it is, as names from the root: `Root/Workloads/Prod`; units are made as they are named. */
  readonly ou?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** How many users `populate` gives it; none when left out. */
  readonly users?: number;
  /** How many of those of which kind; a believable mix when left out. */
  readonly counts?: PopulationOptions['counts'];
}

export interface OrganizationSeed {
  /** The same seed gives the same members. */
  readonly seed?: string | number;
  /** An account that exists; the first one when left out. */
  readonly managementAccountId?: string;
  readonly accounts?: readonly MemberSeed[];
  /** How many members are made up beside those in `accounts`; none when left out. */
  readonly members?: number;
  /** How many of the made-up members are SUSPENDED. */
  readonly suspended?: number;
  /** How many others of them are PENDING_CLOSURE. */
  readonly pendingClosure?: number;
  /** How many others of them lack the role. */
  readonly withoutRole?: number;
  /** How many users each made-up member has; none when left out. */
  readonly users?: number;
  /** How many of those of which kind; a believable mix when left out. */
  readonly counts?: PopulationOptions['counts'];
  /** OrganizationAccountAccessRole when left out. */
  readonly roleName?: string;
  /** What whoever assumes the role must know; nothing when left out. */
  readonly externalId?: string;
  readonly delegatedAdministrators?: readonly string[];
  readonly hasEmptyPages?: boolean;
  readonly isStatusRetired?: boolean;
}

/** Makes an account the management account of a new organization. Throws a RangeError. */
export function addOrganization(world: World, seed: OrganizationSeed = {}): Organization {
  const managementAccountId = seed.managementAccountId ?? DEFAULT_ACCOUNT_ID;
  const management = world.account(managementAccountId);
  const random = new SeededRandom(`organization ${seed.seed ?? managementAccountId}`);
  const organization: Organization = {
    id: `o-${random.text(10, ID_ALPHABET)}`,
    managementAccountId,
    members: new Map(),
    units: new Map(),
    delegatedAdministrators: new Set(seed.delegatedAdministrators),
    hasEmptyPages: seed.hasEmptyPages ?? false,
    isStatusRetired: seed.isStatusRetired ?? false,
  };
  unitAt(organization, 'Root');
  const founding = new Founding(world, organization, seed, random);
  const all: MemberSeed[] = [...(seed.accounts ?? []), ...madeUp(seed, random)];
  // Not the first in the list: nothing says that AWS puts it there.
  const position = random.below(all.length + 1);
  for (const [index, member] of all.entries()) {
    if (index === position) founding.enter(management, { name: 'management' });
    founding.enter(founding.accountOf(member), member);
  }
  if (position === all.length) founding.enter(management, { name: 'management' });
  return organization;
}

/** The made-up members, those that are out of the ordinary strewn among the others. */
function madeUp(seed: OrganizationSeed, random: SeededRandom): MemberSeed[] {
  const { members = 0, suspended = 0, pendingClosure = 0, withoutRole = 0 } = seed;
  const odd: MemberSeed[] = [
    ...Array<MemberSeed>(suspended).fill({ state: 'SUSPENDED' }),
    ...Array<MemberSeed>(pendingClosure).fill({ state: 'PENDING_CLOSURE' }),
    ...Array<MemberSeed>(withoutRole).fill({ hasRole: false }),
  ];
  if (odd.length > members) {
    throw new RangeError(`sandbox: ${odd.length} members are special, but there are ${members}`);
  }
  const users = {
    ...(seed.users === undefined ? {} : { users: seed.users }),
    ...(seed.counts === undefined ? {} : { counts: seed.counts }),
  };
  const seeds = Array.from({ length: members }, (_, index) => ({ ...odd[index], ...users }));
  return random.shuffled(seeds);
}

/** The unit at a path of names from the root, made where it is missing. Its ID follows from its path. */
function unitAt(organization: Organization, path: string): Unit {
  const [name = '', ...above] = path.split('/').reverse();
  const parent = above.length === 0 ? undefined : unitAt(organization, above.reverse().join('/'));
  const { id: own, units } = organization;
  const known = [...units.values()].find(
    (unit) => unit.name === name && unit.parentId === parent?.id,
  );
  if (known !== undefined) return known;
  const root = new SeededRandom(`root ${own}`).text(4, ID_ALPHABET);
  const unit = new SeededRandom(`unit ${own} ${path}`).text(8, ID_ALPHABET);
  const id = parent === undefined ? `r-${root}` : `ou-${root}-${unit}`;
  const made = { id, name, parentId: parent?.id };
  units.set(id, made);
  return made;
}

/** One organization while its members are entered. */
class Founding {
  readonly #world: World;
  readonly #organization: Organization;
  readonly #seed: OrganizationSeed;
  readonly #random: SeededRandom;
  readonly #asOfMs: number;

  constructor(
    world: World,
    organization: Organization,
    seed: OrganizationSeed,
    random: SeededRandom,
  ) {
    this.#world = world;
    this.#organization = organization;
    this.#seed = seed;
    this.#random = random;
    this.#asOfMs = world.clock.nowMs();
  }

  /** The account of a member: one that exists, or a new one with the role and users. */
  accountOf(seed: MemberSeed): Account {
    const known = seed.id === undefined ? undefined : this.#world.accounts.get(seed.id);
    const account = known ?? this.#newAccount(seed.id);
    const { managementAccountId } = this.#organization;
    if (seed.hasRole ?? true) {
      const { externalId, roleName = MEMBER_ROLE_NAME } = this.#seed;
      this.#world.addRole(account.id, {
        name: roleName,
        trustedArns: [`arn:${account.partition}:iam::${managementAccountId}:root`],
        administrator: true,
        ...(externalId === undefined ? {} : { externalId }),
      });
    }
    const { users, counts } = seed;
    if (users !== undefined && users > 0) {
      const options = {
        users,
        seed: `${this.#organization.id} ${account.id}`,
        ...(counts === undefined ? {} : { counts }),
      };
      this.#world.fillLater(account.id, () => {
        populate(this.#world, account.id, { ...options, asOfMs: this.#asOfMs });
      });
    }
    return account;
  }

  enter(account: Account, seed: MemberSeed): void {
    const { id, members, managementAccountId } = this.#organization;
    if (this.#world.organizations.has(account.id)) {
      throw new RangeError(`sandbox: ${account.id} is in an organization already`);
    }
    const random = this.#random;
    const made = newAccountName(random, members.size + 1);
    members.set(account.id, {
      id: account.id,
      arn: `arn:${account.partition}:organizations::${managementAccountId}:account/${id}/${account.id}`,
      name: seed.name ?? made.name,
      email: seed.email ?? made.email,
      joinedMethod: seed.joinedMethod ?? (seed.hasRole === false ? 'INVITED' : 'CREATED'),
      joinedAt: wholeSeconds(this.#asOfMs - (30 + random.below(900)) * DAY_MS),
      unitId: unitAt(this.#organization, seed.ou ?? 'Root').id,
      tags: seed.tags ?? {},
      state: seed.state ?? 'ACTIVE',
    });
    this.#world.organizations.set(account.id, this.#organization);
  }

  /** Ids and secrets of a member come from a seed of its own, so the order of visits is all one. */
  #newAccount(wantedId: string | undefined): Account {
    const id = wantedId ?? this.#freeId();
    const { partition } = this.#world.account(this.#organization.managementAccountId);
    const random = new SeededRandom(`member ${this.#organization.id} ${id}`);
    return this.#world.addAccount({ id, partition, administrator: false }, random);
  }

  #freeId(): string {
    for (;;) {
      const id = String(100_000_000_000 + this.#random.below(899_999_999_999));
      if (!this.#world.accounts.has(id)) return id;
    }
  }
}
