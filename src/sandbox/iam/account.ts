// GetAccountSummary, ListAccountAliases.

import type { Call, Operation } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import { KEYS_PER_USER_MAX, USERS_PER_ACCOUNT_MAX } from './quotas.ts';
import { anyResource } from './target-user.ts';

export const accountOperations: Readonly<Record<string, Operation>> = {
  GetAccountSummary: { access: 'read', resource: anyResource, run: getAccountSummary },
  ListAccountAliases: {
    access: 'read',
    resource: anyResource,
    run: ({ account }) => ({
      AccountAliases: account.alias === undefined ? [] : [account.alias],
      IsTruncated: false,
    }),
  },
};

function getAccountSummary({ account }: Call): ResultFields {
  return {
    SummaryMap: new Map([
      ['Users', account.users.size],
      ['UsersQuota', USERS_PER_ACCOUNT_MAX],
      ['AccessKeysPerUserQuota', KEYS_PER_USER_MAX],
      ['Roles', account.roles.size],
      // 1 would mean that the root user has keys, which the sandbox never gives it.
      ['AccountAccessKeysPresent', 0],
      ['AccountMFAEnabled', 1],
    ]),
  };
}
