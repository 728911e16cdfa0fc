// Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/apireference/

import type { JsonService } from '../operation.ts';
import { listOperations } from './list-secrets.ts';
import { secretOperations } from './secrets.ts';
import { stageOperations } from './stages.ts';
import { valueOperations } from './values.ts';

export const secretsManager: JsonService = {
  protocol: 'json',
  name: 'secretsmanager',
  target: 'secretsmanager',
  refusals: {
    AccessDenied: { code: 'AccessDeniedException' },
    Throttling: { code: 'ThrottlingException' },
    ServiceFailure: {
      code: 'InternalServiceError',
      message: 'An error occurred on the server side.',
    },
  },
  operations: { ...valueOperations, ...stageOperations, ...secretOperations, ...listOperations },
};
