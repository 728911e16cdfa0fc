// Parameter Store of Systems Manager: https://docs.aws.amazon.com/systems-manager/latest/APIReference/

import type { JsonService } from '../operation.ts';
import { listOperations } from './list-parameters.ts';
import { putOperations } from './put-parameter.ts';
import { readOperations } from './read-parameters.ts';
import { tagOperations } from './tags.ts';

export const parameterStore: JsonService = {
  protocol: 'json',
  name: 'ssm',
  target: 'AmazonSSM',
  refusals: {
    AccessDenied: { code: 'AccessDeniedException' },
    Throttling: { code: 'ThrottlingException' },
    ServiceFailure: {
      code: 'InternalServerError',
      message: 'An error occurred on the server side.',
    },
  },
  operations: { ...putOperations, ...readOperations, ...tagOperations, ...listOperations },
};
