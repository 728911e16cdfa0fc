// A mark of a pair: whether the secret that stands beside a key ID is the one that AWS accepted shows without the
// secret, and without a question to AWS, which would count as a use of the key (I15).

import { hash } from 'node:crypto';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Secret } from '../base/secret.ts';

/** Of the hash; as much as tells any two pairs apart. */
const MARK_LENGTH = 16;

/**
 * I8: a secret of AWS is forty random characters, so nobody comes back to it from a hash; the journal may hold
 * this. It is the same wherever the pair is.
 */
export function pairMarkOf(keyId: AccessKeyId, secret: Secret): string {
  const whole = hash('sha256', `keyturn pair 1\n${keyId}\n${secret.reveal()}`);
  return whole.slice(0, MARK_LENGTH);
}
