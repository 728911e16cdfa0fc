// Amazon DynamoDB over the SDK. Only open-aws-state.ts imports this file, when a store is there. The client
// sends each call once: whether it is sent again is for the store to say, which knows what it wrote.

import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { AwsTables, TableWrite, TableWritten, Unsure } from '../base/aws-tables.ts';
import { KeyturnError } from '../base/errors.ts';
import { isThrottle } from './classify.ts';
import { readFailure } from './sdk-failure.ts';
import { type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';
import {
  failedIn,
  fromSdk,
  keyOf,
  pageOf,
  queryRequest,
  toSdk,
  writeRequest,
} from './table-requests.ts';

export function openTables(setup: ServiceSetup): AwsTables {
  const client = new DynamoDBClient({
    ...serviceConfig(setup),
    retryStrategy: new StandardRetryStrategy(1),
    // The endpoint of the region, which firewalls and policies know.
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  });
  const dates = datesOf(client);
  const tried = async <T>(
    { input }: { readonly input: object },
    permission: string,
    send: () => Promise<T>,
  ): Promise<T | Unsure> => {
    try {
      return await send();
    } catch (thrown) {
      return unsureOf(thrown, { permission, setup, at: dates.get(input) });
    }
  };
  return {
    region: setup.settings.region,
    get: async (table, key) => {
      const command = new GetItemCommand({
        ...{ TableName: table, Key: keyOf(key), ConsistentRead: true },
      });
      return await tried(command, 'dynamodb:GetItem', async () => {
        const { Item: item } = await client.send(command);
        return { kind: 'done', value: fromSdk(item), at: dates.get(command.input) } as const;
      });
    },
    query: async (query) => {
      const command = new QueryCommand(queryRequest(query));
      return await tried(command, 'dynamodb:Query', async () => {
        const { Items: items, LastEvaluatedKey: last } = await client.send(command);
        return { kind: 'done', value: pageOf(items, last), at: dates.get(command.input) } as const;
      });
    },
    write: async (writes, token) => {
      const { command, permission, send } = writing(client, writes, token);
      return await tried(command, permission, async (): Promise<TableWritten> => {
        try {
          const item = await send();
          return { kind: 'done', item: fromSdk(item), at: dates.get(command.input) };
        } catch (thrown) {
          const failed = refusedBy(thrown);
          if (failed === undefined) throw thrown;
          return { kind: 'refused', failed, at: dates.get(command.input) };
        }
      });
    },
  };
}

/** When each call was answered, by its input: seen at each answer, also of conditions that failed. */
function datesOf(client: DynamoDBClient): WeakMap<object, Date> {
  const dates = new WeakMap<object, Date>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Record<string, string> };
      const at = new Date(headers?.date ?? '');
      if (!Number.isNaN(at.getTime())) dates.set(args.input, at);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keyturnServerTime' },
  );
  return dates;
}

interface Writing {
  readonly command: { readonly input: object };
  readonly permission: string;
  readonly send: () => Promise<object | undefined>;
}

function writing(client: DynamoDBClient, writes: readonly TableWrite[], token: string): Writing {
  const [only, ...others] = writes;
  if (only !== undefined && others.length === 0) return writingOne(client, only);
  const command = new TransactWriteItemsCommand({
    TransactItems: writes.map(memberOf),
    ClientRequestToken: token,
  });
  const send = async () => {
    await client.send(command);
    return undefined;
  };
  return {
    command,
    send,
    permission: 'dynamodb:PutItem, UpdateItem, DeleteItem, ConditionCheckItem',
  };
}

function memberOf(write: TableWrite) {
  const request = writeRequest(write);
  switch (write.kind) {
    case 'put':
      return { Put: { ...request, Item: toSdk(write.item) } };
    case 'update':
      return { Update: { ...request, Key: keyOf(write.key), UpdateExpression: write.update } };
    case 'delete':
      return { Delete: { ...request, Key: keyOf(write.key) } };
    case 'check':
      return {
        ConditionCheck: {
          ...request,
          Key: keyOf(write.key),
          ConditionExpression: write.condition,
        },
      };
  }
}

function writingOne(client: DynamoDBClient, write: TableWrite): Writing {
  const request = writeRequest(write);
  switch (write.kind) {
    case 'put': {
      const command = new PutItemCommand({ ...request, Item: toSdk(write.item) });
      const send = async () => (await client.send(command)).Attributes;
      return { command, send, permission: 'dynamodb:PutItem' };
    }
    case 'update': {
      const command = new UpdateItemCommand({
        ...request,
        ...{ Key: keyOf(write.key), UpdateExpression: write.update, ReturnValues: 'ALL_NEW' },
      });
      const send = async () => (await client.send(command)).Attributes;
      return { command, send, permission: 'dynamodb:UpdateItem' };
    }
    case 'delete': {
      const command = new DeleteItemCommand({ ...request, Key: keyOf(write.key) });
      const send = async () => (await client.send(command)).Attributes;
      return { command, send, permission: 'dynamodb:DeleteItem' };
    }
    case 'check':
      throw new KeyturnError('internal', 'a look is no write by itself');
  }
}

interface RefusalShape {
  readonly name?: string;
  readonly Item?: object;
  readonly CancellationReasons?: readonly { readonly Code?: string; readonly Item?: object }[];
}

/** Undefined unless conditions failed: those, and no conflict with another transaction. */
function refusedBy(thrown: unknown) {
  const { name, Item, CancellationReasons: reasons } = (thrown ?? {}) as RefusalShape;
  if (name === 'ConditionalCheckFailedException') {
    return failedIn([{ Code: 'ConditionalCheckFailed', Item }]);
  }
  if (name !== 'TransactionCanceledException' || reasons === undefined) return undefined;
  const failed = failedIn(reasons);
  return failed.some(({ isFailed }) => isFailed) ? failed : undefined;
}

interface Failing {
  readonly permission: string;
  readonly setup: ServiceSetup;
  readonly at: Date | undefined;
}

/** Whether the same is worth asking again: a conflict with somebody else's write passes. */
const PASSING = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ReplicatedWriteConflictException',
]);
/** Also of tables on demand, whose partitions take so much at once and no more. */
const THROTTLES = new Set(['ProvisionedThroughputExceededException', 'RequestLimitExceeded']);
const THROTTLING_REASONS = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);
const PASSING_REASONS = new Set(['TransactionConflict', ...THROTTLING_REASONS]);

/** Throws what asking again would not change. */
function unsureOf(thrown: unknown, { permission, setup, at }: Failing): Unsure {
  if (thrown instanceof KeyturnError) throw thrown;
  const { name, CancellationReasons: reasons = [] } = (thrown ?? {}) as RefusalShape;
  const codes = reasons.map(({ Code = '' }) => Code).filter((code) => code !== 'None');
  const isPassing =
    PASSING.has(name ?? '') ||
    (codes.length > 0 && codes.every((code) => PASSING_REASONS.has(code)));
  const error = serviceFailure(thrown, permission, setup);
  const isThrottled =
    isThrottle(thrown) ||
    THROTTLES.has(name ?? '') ||
    codes.some((code) => THROTTLING_REASONS.has(code));
  const { awsCode, facts, aborted } = readFailure(thrown);
  const isBroken = awsCode === undefined || (facts.httpStatus ?? 0) >= 500;
  if (aborted || !(isPassing || isThrottled || isBroken)) throw error;
  return { kind: 'unsure', isThrottled, error, at };
}
