// STS: https://docs.aws.amazon.com/STS/latest/APIReference/

import type { QueryService } from '../operation.ts';
import { identityOperations } from './identity.ts';
import { sessionOperations } from './sessions.ts';

export const sts: QueryService = {
  protocol: 'query',
  name: 'sts',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: { ...identityOperations, ...sessionOperations },
};
