// Amazon DynamoDB, as far as a store of state asks it:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/

import { requiredString } from '../json-input.ts';
import type {
  Call,
  ConditionContext,
  JsonFields,
  JsonService,
  Operation,
  Resource,
} from '../operation.ts';
import { authorize } from '../policy.ts';
import type { ResultFields } from '../result.ts';
import { tableOperations } from './manage.ts';
import { partitionIn } from './query.ts';
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
    resource: (call) => resourceOf(call, call.input),
    run: (call) => run(tablesOf(call), call),
  };
}

function written(kind: WriteKind): Operation {
  return {
    access: 'write',
    resource: (call) => resourceOf(call, call.input),
    run: (call) => tablesOf(call).write(kind, call.input),
  };
}

function resourceOf(call: Call, input: JsonFields): Resource {
  return {
    arn: arnOfTable(call, requiredString({ ...call, input }, 'TableName')),
    context: leadingKeys(input),
  };
}

/** Whose items a request is about, as conditions ask for it. */
function leadingKeys(input: JsonFields): ConditionContext {
  const { Key: key, Item: item } = input as Record<string, Record<string, { S?: string }>>;
  const pk = (key ?? item)?.pk?.S ?? (input.KeyConditionExpression && partitionIn(input));
  return typeof pk === 'string' ? { 'dynamodb:leadingkeys': [pk] } : {};
}

const ACTIONS: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

/** A transaction needs the permission of each of its writes, and none of its own. */
function authorizeEach(call: Call): void {
  const items = (call.input.TransactItems ?? []) as Record<string, JsonFields>[];
  for (const item of items) {
    for (const [kind, input] of Object.entries(item)) {
      const { arn, context = {} } = resourceOf(call, input);
      const action = ACTIONS[kind] ?? 'dynamodb:PutItem';
      const request = { action, resourceArn: arn, resourceShown: arn, context };
      authorize(call.account, call.caller, request);
    }
  }
}
