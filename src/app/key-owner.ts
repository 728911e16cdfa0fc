// Whose key an ID names.

import { saysWhyDenied } from '../aws/classify.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';

/**
 * For an ID that no key has, AWS answers as if the caller were not allowed to ask: `byName` says how to do
 * without. Throws `unknown-owner`.
 */
export async function ownerOf(
  keyId: AccessKeyId,
  { reader, caller }: AccountGateway,
  byName: string,
): Promise<string> {
  const nobody = `account ${caller.account} names no user with the key ${keyId}`;
  const hint =
    'check the ID, and the account (--account); a key of the root user is none of ours; where the ' +
    `caller may not ask (iam:GetAccessKeyLastUsed), ${byName}`;
  try {
    const { owner } = await reader.lastUse(keyId);
    if (owner !== undefined) return owner;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code !== 'access-denied' && error.code !== 'unknown-user') throw error;
    if (saysWhyDenied(error)) throw new KeyturnError('unknown-owner', error.message, { hint });
  }
  throw new KeyturnError('unknown-owner', nobody, { hint });
}
