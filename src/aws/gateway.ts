// What the engine needs from AWS, and nothing else. sdk-*.ts implements it with the AWS SDK; tests
// may implement it by hand. Every failure is a KeyturnError with a code from base/error-codes.ts;
// `throttled`, `access-denied` and the like mean "unknown", never "empty" (I11).

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { AwsStores } from '../base/aws-stores.ts';
import type { Secret } from '../base/secret.ts';
import type { Trust } from '../http/certificates.ts';
import type { Router } from '../http/proxies.ts';
import type { AccessKey, LastUse } from '../lifecycle/keys.ts';
import type { KeysBehind } from '../lifecycle/signer.ts';
import type { Environment } from './shared-config.ts';

export type { AccessKey, KeyStatus, LastUse } from '../lifecycle/keys.ts';

export interface IamUser {
  /** The server's own spelling. */
  readonly name: string;
  readonly arn: string;
}

/** A user as the account details tell of them; undefined is what they do not tell (I11). */
export interface DescribedUser extends IamUser {
  readonly path: string | undefined;
  /** Names of the groups that the user is in. */
  readonly groups: readonly string[] | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

export interface NewAccessKey {
  readonly id: AccessKeyId;
  readonly secret: Secret;
  readonly createdAt: Date;
}

/** Who signs the calls, and what is known of the keys that they depend on (I7). */
export interface Caller extends KeysBehind {
  readonly arn: string;
  /** Whose credentials sign, and which setting says so, in words. */
  readonly signedBy?: string | undefined;
}

export interface KeyReader {
  /** All users of the account, page by page. Throws `access-denied` naming iam:ListUsers. */
  listUsers(): AsyncIterable<IamUser>;
  /** All keys of a user, every page. Throws `unknown-user` when there is no such user. */
  listAccessKeys(userName: string): Promise<AccessKey[]>;
  /** When the key last signed a call; AWS's answer lags by minutes to hours. */
  lastUse(keyId: AccessKeyId): Promise<LastUse>;
}

/**
 * Asked before each attempt of a change leaves, with the time that its signature bears. Throws where it may
 * not leave any more.
 */
export type Fence = (signedAt: Date) => Promise<void>;

/** The ID that AWS gave the request, under which CloudTrail has it; undefined where it did not say. */
export type RequestId = string | undefined;

export interface KeyWriter {
  /** The same, and each attempt of each change asks first whether it may leave. */
  fenced(fence: Fence): KeyWriter;
  /**
   * Sends CreateAccessKey once (I2). Resolves with what is known about the outcome; it throws only
   * for faults of our own.
   */
  createAccessKey(userName: string): Promise<CreateOutcome>;
  /** Idempotent. Throws `key-changed` when the key does not exist. */
  setStatus(
    userName: string,
    keyId: AccessKeyId,
    status: 'Active' | 'Inactive',
  ): Promise<RequestId>;
  /** Idempotent: a key that is gone already counts as deleted. */
  deleteAccessKey(userName: string, keyId: AccessKeyId): Promise<RequestId>;
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly key: NewAccessKey; readonly request: RequestId }
  /** AWS answered and made no key; `code` says why: `create-refused`, `no-free-slot`, `throttled`, `access-denied`, `user-gone`. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly reason: string }
  /** The answer was lost: a key may exist, now or minutes later (I13). */
  | { readonly kind: 'unknown'; readonly reason: string };

export type RefusalCode =
  | 'create-refused'
  | 'no-free-slot'
  | 'throttled'
  | 'access-denied'
  | 'user-gone';

export interface KeyVerifier {
  /** Asks STS who signs. `not-yet` when AWS does not accept the key (yet). */
  whoSigns(key: NewAccessKey): Promise<SignerAnswer>;
}

/** The account's one credential report, which AWS makes on request and then keeps for four hours. */
export interface CredentialReports {
  /** Has a report made unless AWS keeps one. It changes nothing: AWS counts it among the reads (I12). */
  request(): Promise<'ready' | 'in-progress'>;
  /** Throws `access-denied` naming iam:GetCredentialReport. */
  fetch(): Promise<ReportFile | 'in-progress' | 'absent'>;
}

export interface ReportFile {
  readonly csv: string;
  readonly generatedAt: Date;
}

/** What AWS tells of the account as a whole, to callers who may ask about all of it. */
export interface AccountOverview {
  /**
   * All users of the account, page by page, as IAM describes them together with their groups, tags and
   * policies, but without their keys. Throws `access-denied` naming iam:GetAccountAuthorizationDetails.
   */
  describeUsers(): AsyncIterable<DescribedUser>;
  /**
   * How many users the account has by AWS's own count, to hold a list of them against. Throws
   * `access-denied` naming iam:GetAccountSummary.
   */
  countUsers(): Promise<number>;
}

/** What AWS tells of users one at a time, to callers who may not ask about all of the account. */
export interface UserFactsReader {
  /** The tags of a user. Throws `access-denied` naming iam:ListUserTags, and `unknown-user`. */
  tagsOf(userName: string): Promise<Readonly<Record<string, string>>>;
  /** The groups that a user is in. Throws `access-denied` naming iam:ListGroupsForUser, and `unknown-user`. */
  groupsOf(userName: string): Promise<readonly string[]>;
  /** Who is in a group; nobody where there is none of that name. Throws `access-denied` naming iam:GetGroup. */
  membersOf(groupName: string): Promise<readonly string[]>;
}

export type SignerAnswer =
  | { readonly kind: 'accepted'; readonly account: string; readonly arn: string }
  | { readonly kind: 'not-yet' }
  /**
   * AWS knows the key, checked its signature, and a policy forbids it to ask: no waiting changes that.
   * `hint` says whose policy it is.
   */
  | { readonly kind: 'denied'; readonly reason: string; readonly hint: string }
  /** A lost packet, a throttle: says nothing about the key. With `isWrongSecret` AWS knows it, by another. */
  | { readonly kind: 'unclear'; readonly reason: string; readonly isWrongSecret?: true };

/** The way to services of others is the one to AWS. */
export interface PlaceWays {
  readonly route: Router;
  readonly trust: Trust | undefined;
  /** Ends reads promptly. */
  readonly signal: AbortSignal | undefined;
}

/** One AWS account, seen through one set of credentials. */
export interface AccountGateway {
  readonly caller: Caller;
  /** Process environment, read once at the edge. */
  readonly env: Environment;
  /** What lies between this machine and whoever else is asked; nothing when left out. */
  readonly ways?: PlaceWays;
  /** Other services of AWS as the same caller. */
  readonly services: AwsStores;
  readonly reader: KeyReader;
  readonly reports: CredentialReports;
  readonly overview: AccountOverview;
  readonly userFacts: UserFactsReader;
  readonly writer: KeyWriter;
  readonly verifier: KeyVerifier;
  /**
   * The same account with calls signed by another key of the caller (I7). Left out where a session
   * signs: a user's key can seldom do what the role may that it opens.
   */
  readonly signedBy?: (key: NewAccessKey) => Pick<AccountGateway, 'reader' | 'writer'>;
  /**
   * The account of a key, whosever it is: sts:GetAccessKeyInfo. Undefined where AWS knows no account of it. Throws
   * `access-denied`. Left out where nobody asks.
   */
  readonly accountOf?: (keyId: AccessKeyId) => Promise<string | undefined>;
  /**
   * The MFA device whose code could open a session for the caller; undefined where none is known. Left out
   * where a session signs already, or who signs is no IAM user.
   */
  readonly mfaDevice?: () => Promise<string | undefined>;
  close(): void;
}
