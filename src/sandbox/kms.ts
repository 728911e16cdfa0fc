// What a service asks of KMS in the caller's name. There are no keys: whoever may use any key may use each.

import type { Call } from './operation.ts';
import { authorize } from './policy.ts';
import { Refusal } from './refusal.ts';

/** Throws as Secrets Manager and Parameter Store word it. AWS's own key of the service asks for nothing. */
export function useKmsKey(
  { account, caller }: Call,
  keyId: string | undefined,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  if (keyId === undefined) return;
  const name = keyId.includes('/') ? keyId : `key/${keyId}`;
  const arn = keyId.startsWith('arn:')
    ? keyId
    : `arn:${account.partition}:kms:${caller.region}:${account.id}:${name}`;
  try {
    authorize(account, caller, { action, resourceArn: arn, resourceShown: arn });
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new Refusal('AccessDeniedException', 400, 'Access to KMS is not allowed');
  }
}
