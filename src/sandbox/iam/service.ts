// IAM: https://docs.aws.amazon.com/IAM/latest/APIReference/

import type { Service } from '../operation.ts';
import { accessKeyOperations } from './access-keys.ts';
import { userOperations } from './users.ts';

export const iam: Service = {
  name: 'iam',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: { ...userOperations, ...accessKeyOperations },
};
