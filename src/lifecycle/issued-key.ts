// A new key with its secret, on its way from AWS to the destinations.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Secret } from '../base/secret.ts';

export interface IssuedKey {
  readonly account: string;
  readonly user: string;
  readonly keyId: AccessKeyId;
  readonly secret: Secret;
  /** The rotation that asked for it. */
  readonly rotation: string;
  readonly createdAt: Date;
}
