// An IAM user's access keys as AWS describes them.

import type { AccessKeyId } from '../base/access-key-id.ts';

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
    }
) & {
  /** The IAM user who has the key, where AWS tells. */
  readonly owner?: string | undefined;
};

/**
 * IAM's quota AccessKeysPerUser, Inactive keys included. AWS does not raise it, but it is not
 * airtight either (concurrent creates), so lists of more keys must be handled.
 */
export const KEYS_PER_USER_MAX = 2;
