// Every account that the caller can reach: their own, and members that are entered through a role.

import type { AccountGateway, Caller } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';

/** An account as the organization lists it. */
export interface ListedAccount {
  readonly id: string;
  /** As people call it; undefined where the list does not tell. */
  readonly name: string | undefined;
  /** Whether anybody can work in it; AWS refuses every call in a suspended or closed one. */
  readonly isActive: boolean;
  /** AWS's word for its state, such as SUSPENDED. */
  readonly state: string;
  /** AWS makes no OrganizationAccountAccessRole in the account that manages the organization. */
  readonly isManagement: boolean;
}

/** Where an account is in its organization. */
export interface AccountUnits {
  /** Names from the root down: `Root/Workloads/Prod`; a slash in a name is `%2F`. */
  readonly ou: string;
  /** The IDs of the root and of all units that it is in. */
  readonly ouIds: readonly string[];
}

/** The role through which an account is entered, where it is another than that of the others. */
export interface Entrance {
  readonly roleName: string;
  readonly externalId: string | undefined;
}

export interface AccountsGateway {
  readonly caller: Caller;
  /**
   * The accounts of the caller's organization, page by page. Throws `access-denied` naming
   * organizations:ListAccounts, and `no-organization`.
   */
  list(): AsyncIterable<ListedAccount>;
  /**
   * Where every account is, by its ID, in about two calls for each unit. Throws `access-denied` naming what is
   * missing. An account that is not there moved meanwhile.
   */
  units(): Promise<ReadonlyMap<string, AccountUnits>>;
  /** The tags of an account. Throws `access-denied` naming organizations:ListTagsForResource. */
  tagsOf(account: string): Promise<Readonly<Record<string, string>>>;
  /**
   * Opens one account: the caller's own with the caller's credentials, any other through the role.
   * Throws `cannot-enter-account` when AWS refuses the role, and else what openGateway throws.
   */
  enter(account: string, entrance?: Entrance): Promise<AccountGateway>;
  close(): void;
}

export interface AccountsOptions extends GatewayOptions {
  /** The role's name in every member, after its path if it has one. */
  readonly roleName: string;
  /** What the trust policy of the role demands, if it does. */
  readonly externalId: string | undefined;
  /** Names the sessions in the members' CloudTrail; at most 64 of [\w+=,.@-]. */
  readonly sessionName: string;
}
