// IAM: https://docs.aws.amazon.com/IAM/latest/APIReference/

import type { QueryService } from '../operation.ts';
import { accessKeyOperations } from './access-keys.ts';
import { accountOperations } from './account.ts';
import { accountDetailsOperations } from './account-details.ts';
import { credentialReportOperations } from './credential-report.ts';
import { groupOperations } from './groups.ts';
import { mfaDeviceOperations } from './mfa-devices.ts';
import { policyOperations } from './policies.ts';
import { tagOperations } from './tags.ts';
import { userOperations } from './users.ts';

export const iam: QueryService = {
  protocol: 'query',
  name: 'iam',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: {
    ...userOperations,
    ...accessKeyOperations,
    ...credentialReportOperations,
    ...accountOperations,
    ...accountDetailsOperations,
    ...tagOperations,
    ...groupOperations,
    ...policyOperations,
    ...mfaDeviceOperations,
  },
};
