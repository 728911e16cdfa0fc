// GetCallerIdentity, GetAccessKeyInfo.

import { accountOfKeyId } from '../key-id.ts';
import { type Operation, requiredText } from '../operation.ts';
import { Refusal } from '../refusal.ts';

export const identityOperations: Readonly<Record<string, Operation>> = {
  // Every caller may ask who it is, whatever its policies say.
  GetCallerIdentity: {
    access: 'read',
    run: ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.accountId }),
  },
  GetAccessKeyInfo: {
    access: 'read',
    resource: () => ({ arn: '*' }),
    run: (call) => {
      const accessKeyId = requiredText(call, 'AccessKeyId');
      const known = call.world.keys.get(accessKeyId)?.accountId;
      const account = known ?? accountOfKeyId(accessKeyId);
      if (account === undefined) {
        throw new Refusal('ValidationError', 400, `Invalid access key ID ${accessKeyId}.`);
      }
      return { Account: account };
    },
  },
};
