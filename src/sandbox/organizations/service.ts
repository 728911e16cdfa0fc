// Organizations: https://docs.aws.amazon.com/organizations/latest/APIReference/

import type { JsonService } from '../operation.ts';
import { accountOperations } from './accounts.ts';
import { unitOperations } from './units.ts';

export const organizations: JsonService = {
  protocol: 'json',
  name: 'organizations',
  target: 'AWSOrganizationsV20161128',
  refusals: {
    AccessDenied: { code: 'AccessDeniedException' },
    Throttling: {
      code: 'TooManyRequestsException',
      message:
        "AWS Organizations can't complete your request because another request is already in progress. Try again later.",
    },
    ServiceFailure: {
      code: 'ServiceException',
      message:
        "AWS Organizations can't complete your request because of an internal service error. Try again later.",
    },
  },
  operations: { ...accountOperations, ...unitOperations },
};
