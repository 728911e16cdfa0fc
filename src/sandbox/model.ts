// The things an account holds. Plain data: world.ts changes it, the operations read it.

import type { Alarm } from './cloudwatch/service.ts';
import type { Tables } from './dynamodb/tables.ts';
import type { KmsKey } from './kms/service.ts';
import type { SeededRandom } from './random.ts';
import type { Secret } from './secretsmanager/secret.ts';
import type { Parameter } from './ssm/parameter.ts';

export type Partition = 'aws' | 'aws-us-gov' | 'aws-cn';
export type KeyStatus = 'Active' | 'Inactive';

export interface KeyUse {
  readonly at: Date;
  readonly service: string;
  readonly region: string;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly accountId: string;
  readonly userName: string;
  readonly createDate: Date;
  status: KeyStatus;
  /** When the key last became usable; undefined for a seeded key, which every service knows. */
  activeSinceMs: number | undefined;
  /** When it was made Inactive or deleted by a call; undefined when it was seeded that way. */
  inactiveSinceMs: number | undefined;
  deleted: boolean;
  /** Recorded uses, oldest first; the newest may not be visible yet. */
  uses: KeyUse[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export interface AttachedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly document: PolicyDocument;
}

/** What users and roles have in common: they hold permissions. */
export interface Principal {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly createDate: Date;
  readonly inlinePolicies: Map<string, PolicyDocument>;
  readonly attachedPolicies: AttachedPolicy[];
}

export interface User extends Principal {
  readonly keys: AccessKey[];
  readonly tags: Map<string, { readonly key: string; readonly value: string }>;
  /** Names of the groups that the user is in; there is nothing else of groups. */
  readonly groups: readonly string[];
  /** Whether the user can sign in to the console, as the credential report tells. */
  readonly hasPassword: boolean;
  /** ARN of a one-time-code device; undefined when the user has none. */
  readonly mfaSerial: string | undefined;
}

export interface Role extends Principal {
  /** ARNs that may assume the role: a user, a role, an account's root, or `*`. */
  readonly trustedArns: readonly string[];
  readonly externalId: string | undefined;
  readonly maxSessionSeconds: number;
}

/** Temporary credentials: of a role, or of a user by GetSessionToken. */
export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly accountId: string;
  readonly expiresAtMs: number;
  readonly principal: { readonly role: Role; readonly name: string } | { readonly user: User };
  readonly mfa: boolean;
}

export interface CredentialReport {
  /** The keys that it shows. */
  readonly keyIds: ReadonlySet<string>;
  readonly generatedAt: Date;
  /** When the report can be fetched, on the sandbox clock. */
  readonly readyAtMs: number;
  readonly csv: string;
}

export interface Account {
  readonly id: string;
  readonly partition: Partition;
  readonly alias: string | undefined;
  readonly createDate: Date;
  /** By lower-case name: names are unique without regard to case. */
  readonly users: Map<string, User>;
  readonly roles: Map<string, Role>;
  readonly serviceControlPolicies: PolicyDocument[];
  /** Whether IAM's lists have empty pages in between, as AWS says may happen. */
  hasEmptyPages: boolean;
  report: CredentialReport | undefined;
  /** By region and name, as the parameters are. */
  readonly secrets: Map<string, Secret>;
  readonly parameters: Map<string, Parameter>;
  /** By region. */
  readonly tables: Map<string, Tables>;
  /** By region and ID, and by region and alias. */
  readonly kmsKeys: Map<string, KmsKey>;
  readonly alarms: Map<string, Alarm>;
  /** Where the ids and secrets of what is seeded into it come from. */
  readonly random: SeededRandom;
}

/** `CLOSED` and `PENDING_ACTIVATION` have no word of their own in the older `Status`. */
export type AccountState =
  | 'ACTIVE'
  | 'SUSPENDED'
  | 'PENDING_CLOSURE'
  | 'PENDING_ACTIVATION'
  | 'CLOSED';

/** An account as its organization knows it. */
export interface Member {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly email: string;
  readonly joinedMethod: 'CREATED' | 'INVITED';
  readonly joinedAt: Date;
  /** The unit that it is in, or the root. */
  readonly unitId: string;
  readonly tags: Readonly<Record<string, string>>;
  state: AccountState;
}

/** An organizational unit, or the root. */
export interface Unit {
  readonly id: string;
  readonly name: string;
  /** Undefined for the root. */
  readonly parentId: string | undefined;
}

export interface Organization {
  readonly id: string;
  readonly managementAccountId: string;
  /** By account id, in the order in which they are listed; the management account is one. */
  readonly members: Map<string, Member>;
  /** By ID; the root is the first. */
  readonly units: Map<string, Unit>;
  /** Accounts that may list the others although they do not manage the organization. */
  readonly delegatedAdministrators: ReadonlySet<string>;
  /** Whether lists have empty pages in between, as AWS says may happen. */
  readonly hasEmptyPages: boolean;
  /** Whether accounts are told with `State` alone, as AWS has announced. */
  readonly isStatusRetired: boolean;
}

/** Who signed a request. */
export interface Caller {
  readonly accountId: string;
  /** The region that the request is signed for. */
  readonly region: string;
  readonly arn: string;
  readonly userId: string;
  readonly accessKeyId: string;
  readonly principal: User | Role;
  /** The user behind long-term credentials; undefined for temporary ones. */
  readonly user: User | undefined;
  readonly temporary: boolean;
  readonly mfa: boolean;
}
