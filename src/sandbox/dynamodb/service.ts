// Amazon DynamoDB, as far as a store of state asks it:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/

import { requiredString } from '../json-input.ts';
import type { Call, JsonService, Operation } from '../operation.ts';
import { authorize } from '../policy.ts';
import type { ResultFields } from '../result.ts';
import { tableOperations } from './manage.ts';
import type { Tables } from './tables.ts';
import { arnOfTable, tablesOf } from './target-table.ts';
import type { WriteKind } from './write.ts';

export const dynamoDb: JsonService = {
  protocol: 'json',
  name: 'dynamodb',
  target: 'DynamoDB_20120810',
  refusals: {
    AccessDenied: { code: 'AccessDeniedException' },
    Throttling: {
      code: 'ThrottlingException',
      message: 'Rate of requests exceeds the allowed throughput.',
    },
    ServiceFailure: { code: 'InternalServerError', message: 'Internal server error' },
  },
  operations: {
    GetItem: read((tables, call) => tables.getItem(call.input)),
    Query: read((tables, call) => tables.query(call.input)),
    PutItem: written('Put'),
    UpdateItem: written('Update'),
    DeleteItem: written('Delete'),
    TransactWriteItems: {
      access: 'write',
      run: (call) => {
        authorizeEach(call);
        return tablesOf(call).transact(call.input, call.world.clock.signatureNowMs());
      },
    },
    ...tableOperations,
  },
};

function read(run: (tables: Tables, call: Call) => ResultFields): Operation {
  return {
    access: 'read',
    resource: (call) => ({ arn: arnOfTable(call, requiredString(call, 'TableName')) }),
    run: (call) => run(tablesOf(call), call),
  };
}

function written(kind: WriteKind): Operation {
  return {
    access: 'write',
    resource: (call) => ({ arn: arnOfTable(call, requiredString(call, 'TableName')) }),
    run: (call) => tablesOf(call).write(kind, call.input),
  };
}

const ACTIONS: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

/** A transaction needs the permission of each of its writes, and none of its own. */
function authorizeEach(call: Call): void {
  const items = (call.input.TransactItems ?? []) as Record<string, { TableName?: string }>[];
  for (const item of items) {
    for (const [kind, { TableName: name = '' }] of Object.entries(item)) {
      const arn = arnOfTable(call, name);
      const action = ACTIONS[kind] ?? 'dynamodb:PutItem';
      authorize(call.account, call.caller, { action, resourceArn: arn, resourceShown: arn });
    }
  }
}
