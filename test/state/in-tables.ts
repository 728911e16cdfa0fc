// The medium of the store in tables: the sandbox's tables, asked without a server; and what goes wrong on
// the way to them.

import { randomUUID } from 'node:crypto';
import type {
  AwsTables,
  FailedCondition,
  ItemKey,
  TableItem,
  TableValue,
  TableWrite,
  TableWritten,
  Unsure,
} from '../../src/base/aws-tables.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Tables } from '../../src/sandbox/dynamodb/tables.ts';
import type { AttributeValue, Item } from '../../src/sandbox/dynamodb/value.ts';
import { Refusal } from '../../src/sandbox/refusal.ts';

/** What becomes of one request. */
export type Mishap = 'before' | 'after' | 'twice' | 'throttled' | 'late';

export interface TableServer {
  readonly tables: Tables;
  /** By its own clock. */
  readonly now: () => Date;
}

export function newTableServer(names: readonly string[], now: () => Date): TableServer {
  const tables = new Tables();
  for (const name of names) {
    tables.add({
      ...{ name, arn: `arn:aws:dynamodb:us-east-1:123456789012:table/${name}` },
      ...{ createdAt: now(), isProtected: true, hasBackups: false },
      ...{ expiryAttribute: undefined, kmsKey: undefined },
    });
  }
  return { tables, now };
}

/** A client of the server; `mishap` is asked at each request. */
export function clientOf(
  { tables, now }: TableServer,
  mishap: () => Mishap | undefined = () => undefined,
): AwsTables {
  const late: (() => void)[] = [];
  const send = <T>(serve: () => T): T | 'lost' | 'throttled' => {
    const what = mishap();
    if (what === 'throttled') return 'throttled';
    if (what === 'before') return 'lost';
    if (what === 'late') {
      late.push(() => void serve());
      return 'lost';
    }
    const served = serve();
    if (what === 'twice') serve();
    // A request that is late lands after what was sent later.
    for (const land of late.splice(0)) land();
    return what === 'after' ? 'lost' : served;
  };
  const answer = <T>(served: T | 'lost' | 'throttled'): T | Unsure =>
    served === 'lost' || served === 'throttled' ? unsure(served as 'lost', now()) : served;
  return {
    region: 'us-east-1',
    get: async (table, key) =>
      answer(
        send(() => {
          const { Item: found } = tables.getItem({
            ...{ TableName: table, Key: toItem({ ...key }), ConsistentRead: true },
          });
          return { kind: 'done', value: fromItem(found as Item | undefined), at: now() } as const;
        }),
      ),
    query: async ({ table, pk, prefix, filter, values = {}, only, after }) =>
      answer(
        send(() => {
          const begins = prefix === undefined ? '' : ' AND begins_with(sk, :prefix)';
          const { Items: items, LastEvaluatedKey: last } = tables.query({
            ...{ TableName: table, ConsistentRead: true },
            KeyConditionExpression: `pk = :pk${begins}`,
            ...(filter !== undefined && { FilterExpression: filter }),
            ...(only !== undefined && {
              ProjectionExpression: only.map((name) => `#${name}`).join(', '),
            }),
            ...namesIn(`${filter ?? ''} ${(only ?? []).map((name) => `#${name}`).join(' ')}`),
            ExpressionAttributeValues: {
              ...valuesOf({ ...values, pk, ...(prefix !== undefined && { prefix }) }),
            },
            ...(after !== undefined && { ExclusiveStartKey: toItem({ ...after }) }),
          });
          const page = {
            items: (items as unknown as Item[]).map((item) => fromItem(item) as TableItem),
            next: fromItem(last as Item | undefined) as unknown as ItemKey | undefined,
          };
          return { kind: 'done', value: page, at: now() } as const;
        }),
      ),
    write: async (writes, token) =>
      answer(send((): TableWritten => written(tables, { writes, token, at: now() }))),
  };
}

function written(
  tables: Tables,
  { writes, token, at }: { writes: readonly TableWrite[]; token: string; at: Date },
): TableWritten {
  const [only] = writes;
  try {
    if (only !== undefined && writes.length === 1) {
      const { kind, request } = requestOf(only);
      const { Attributes: item } = tables.write(kind, {
        ...request,
        ...(kind === 'Update' && { ReturnValues: 'ALL_NEW' }),
      });
      return { kind: 'done', item: fromItem(item as Item | undefined), at };
    }
    const items = writes.map((write) => {
      const { kind, request } = requestOf(write);
      return { [kind]: request };
    });
    tables.transact({ TransactItems: items, ClientRequestToken: token }, at.getTime());
    return { kind: 'done', item: undefined, at };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    if (thrown.code === 'ConditionalCheckFailedException') {
      const found = fromItem(thrown.details.Item as Item | undefined);
      return { kind: 'refused', failed: [{ isFailed: true, found }], at };
    }
    if (thrown.code !== 'TransactionCanceledException') {
      throw new KeyturnError('aws-error', `${thrown.code}: ${thrown.message}`);
    }
    const reasons = thrown.details.CancellationReasons as { Code: string; Item?: Item }[];
    const failed = reasons.map(
      ({ Code, Item: found }): FailedCondition => ({
        isFailed: Code === 'ConditionalCheckFailed',
        found: fromItem(found),
      }),
    );
    return { kind: 'refused', failed, at };
  }
}

const KINDS = { put: 'Put', update: 'Update', delete: 'Delete', check: 'ConditionCheck' } as const;

function requestOf(write: TableWrite) {
  const { kind, table, condition, values } = write;
  const update = write.kind === 'update' ? write.update : undefined;
  return {
    kind: KINDS[kind],
    request: {
      TableName: table,
      ...(write.kind === 'put' ? { Item: toItem(write.item) } : { Key: toItem({ ...write.key }) }),
      ...(condition !== undefined && { ConditionExpression: condition }),
      ...(update !== undefined && { UpdateExpression: update }),
      ...namesIn(`${condition ?? ''} ${update ?? ''}`),
      ...(values !== undefined && { ExpressionAttributeValues: valuesOf(values) }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

function namesIn(text: string) {
  const names = [...text.matchAll(/#(\w+)/g)].map(([word, name]) => [word, name] as const);
  return names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) };
}

function valuesOf(values: TableItem): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`:${name}`, toValue(value)]),
  );
}

function toItem(item: TableItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: TableValue): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  return { SS: [...value] };
}

function fromItem(item: Item | undefined): TableItem | undefined {
  if (item === undefined) return undefined;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromValue(value)]));
}

function fromValue(value: AttributeValue): TableValue {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('B' in value) return new Uint8Array(Buffer.from(value.B, 'base64'));
  if ('SS' in value) return new Set(value.SS);
  return JSON.stringify(value);
}

function unsure(what: 'lost' | 'throttled', at: Date): Unsure {
  const isThrottled = what === 'throttled';
  const error = new KeyturnError('aws-error', isThrottled ? 'too many requests' : 'no answer');
  return { kind: 'unsure', isThrottled, error, at: isThrottled ? at : undefined };
}

/** Keys of a KMS that keeps nothing: a wrapped key tells what it is for. */
export function newDataKeys() {
  const known = new Map<string, { plain: Uint8Array; context: string }>();
  return {
    generate: async (keyId: string, context: Readonly<Record<string, string>>) => {
      const plain = new Uint8Array(Buffer.from(randomUUID().replaceAll('-', '').slice(0, 32)));
      const name = randomUUID();
      known.set(name, { plain: plain.slice(), context: JSON.stringify([keyId, context]) });
      return { plain, wrapped: new Uint8Array(Buffer.from(name)) };
    },
    unwrap: async (
      keyId: string,
      wrapped: Uint8Array,
      context: Readonly<Record<string, string>>,
    ) => {
      const found = known.get(Buffer.from(wrapped).toString());
      if (found?.context === JSON.stringify([keyId, context])) return found.plain.slice();
      throw new KeyturnError('aws-error', 'InvalidCiphertextException');
    },
  };
}
