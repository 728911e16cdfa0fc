// An IAM user's access keys as AWS describes them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';

/** AWS documents Active, Inactive and (for other credential kinds, so far) Expired. */
export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

export interface AccessKey {
  readonly id: AccessKeyId;
  readonly status: KeyStatus;
  readonly createdAt: Date;
}

/** The answer of GetAccessKeyLastUsed: `never` means that AWS knows of no use since April 2015. */
export type LastUse = (
  | { readonly used: 'never' }
  | {
      readonly used: 'at';
      readonly at: Date;
      /** The service that saw it, such as `s3`. */
      readonly service?: string | undefined;
      /** The region that the call named; AWS tells none where the service is not regional, such as S3. */
      readonly region?: string | undefined;
    }
) & {
  /** The IAM user who has the key, where AWS tells. */
  readonly owner?: string | undefined;
};

/** A key with what AWS says of its use; `unreadable` when AWS did not tell (I11). */
export interface KeyDetails extends AccessKey {
  readonly lastUse: LastUse | 'unreadable';
}

/** Whose key an ID is (I14). */
export type KeyOwner =
  | {
      readonly kind: 'user';
      readonly user: string;
      /**
       * Of the user whose key is replaced, where the new key is another one: whether it is Active; undefined for
       * everything else.
       */
      readonly isActive?: boolean;
    }
  /** A key of another account, which lives there for all that is known. */
  | { readonly kind: 'elsewhere'; readonly account: string }
  /** No key of this account has it. */
  | { readonly kind: 'nobody' }
  /** I11: AWS did not tell. */
  | { readonly kind: 'unknown'; readonly error: KeyturnError };

/** Asks AWS whose key an ID is. Throws only when the run is stopped. */
export type WhoseKey = (keyId: AccessKeyId) => Promise<KeyOwner>;

/**
 * AWS shows a use minutes to hours late: "usually within four hours", says the IAM User Guide. Until
 * then "never used" says nothing (I11).
 */
export const LAST_USE_LAG_MS = 4 * 60 * 60_000;

/**
 * AWS accepts a new key only after seconds, and not everywhere at once; it gives no number, and 5 to 15
 * seconds were seen (docs/ARCHITECTURE.md lists the sources). For so long a refusal says nothing.
 */
export const KEY_LAG_MS = 2 * 60_000;

/**
 * IAM's quota AccessKeysPerUser, Inactive keys included. AWS does not raise it, but it is not
 * airtight either (concurrent creates), so lists of more keys must be handled.
 */
export const KEYS_PER_USER_MAX = 2;
