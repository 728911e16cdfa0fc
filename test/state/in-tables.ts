// The medium of the store in tables: the sandbox's tables, asked without a server; and what goes wrong on
// the way to any tables.

import { randomUUID } from 'node:crypto';
import {
  failedIn,
  fromSdk,
  keyOf,
  pageOf,
  queryRequest,
  type SdkValue,
  toSdk,
  writeRequest,
} from '../../src/aws/table-requests.ts';
import type {
  AwsDataKeys,
  AwsTables,
  KeyContext,
  TableWrite,
  TableWritten,
  Unsure,
} from '../../src/base/aws-tables.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Tables } from '../../src/sandbox/dynamodb/tables.ts';
import { Refusal } from '../../src/sandbox/refusal.ts';

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

/** A client of the server without a wire between. */
export function clientOf({ tables, now }: TableServer): AwsTables {
  return {
    region: 'us-east-1',
    get: async (table, key) => {
      const asked = { TableName: table, Key: onWire(keyOf(key)), ConsistentRead: true };
      const { Item: item } = tables.getItem(asked);
      return { kind: 'done', value: fromSdk(fromWire(item)), at: now() };
    },
    query: async (query) => {
      const { ExpressionAttributeValues: values, ...request } = queryRequest(query);
      const { Items: items, LastEvaluatedKey: last } = tables.query({
        ...request,
        ExpressionAttributeValues: onWire(values),
      });
      const page = pageOf((items as object[]).map(fromWire) as object[], fromWire(last));
      return { kind: 'done', value: page, at: now() };
    },
    write: async (writes, token) => written(tables, { writes, token, at: now() }),
  };
}

interface Asked {
  readonly writes: readonly TableWrite[];
  readonly token: string;
  readonly at: Date;
}

function written(tables: Tables, { writes, token, at }: Asked): TableWritten {
  const [only] = writes;
  try {
    if (only !== undefined && writes.length === 1) {
      const { kind, request } = requestOf(only);
      const values = kind === 'Update' ? { ReturnValues: 'ALL_NEW' } : {};
      const { Attributes: item } = tables.write(kind, { ...request, ...values });
      return { kind: 'done', item: fromSdk(fromWire(item)), at };
    }
    const members = writes.map((write) => {
      const { kind, request } = requestOf(write);
      return { [kind]: request };
    });
    tables.transact({ TransactItems: members, ClientRequestToken: token }, at.getTime());
    return { kind: 'done', item: undefined, at };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { kind: 'refused', failed: failedIn(reasonsOf(thrown)), at };
  }
}

function reasonsOf({ code, message, details }: Refusal) {
  const { Item: item, CancellationReasons: reasons } = details;
  if (code === 'ConditionalCheckFailedException') {
    return [{ Code: 'ConditionalCheckFailed', Item: fromWire(item) }];
  }
  if (code === 'TransactionCanceledException') {
    return (reasons as { Code: string; Item?: object }[]).map((reason) => ({
      ...reason,
      Item: fromWire(reason.Item),
    }));
  }
  throw new KeyturnError('aws-error', `${code}: ${message}`);
}

const KINDS = { put: 'Put', update: 'Update', delete: 'Delete', check: 'ConditionCheck' } as const;

function requestOf(write: TableWrite) {
  const { ExpressionAttributeValues: values, ...request } = writeRequest(write);
  return {
    kind: KINDS[write.kind],
    request: {
      ...request,
      ...(values !== undefined && { ExpressionAttributeValues: onWire(values) }),
      ...(write.kind === 'put'
        ? { Item: onWire(toSdk(write.item)) }
        : { Key: onWire(keyOf(write.key)) }),
      ...(write.kind === 'update' && { UpdateExpression: write.update }),
    },
  };
}

/** Bytes are base64 there. */
function onWire(item: Record<string, SdkValue>) {
  const entries = Object.entries(item).map(([name, value]) => [
    name,
    'B' in value ? { B: Buffer.from(value.B).toString('base64') } : value,
  ]);
  return Object.fromEntries(entries) as Record<string, object>;
}

function fromWire(item: unknown): object | undefined {
  if (item === undefined) return undefined;
  const entries = Object.entries(item as Record<string, { B?: string }>);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: new Uint8Array(Buffer.from(value.B, 'base64')) },
    ]),
  );
}

/** What becomes of a request on the way. */
export type Mishap = 'before' | 'after' | 'twice' | 'throttled' | 'late';

/** The same tables over a way on which `mishap` is asked about each request. */
export function hurt(tables: AwsTables, mishap: () => Mishap | undefined): AwsTables {
  const late: (() => Promise<unknown>)[] = [];
  const sent = async <T>(serve: () => Promise<T>): Promise<T | Unsure> => {
    const what = mishap();
    if (what === 'throttled' || what === 'before') return unsure(what);
    if (what === 'late') {
      late.push(serve);
      return unsure(what);
    }
    const served = await serve();
    if (what === 'twice') await serve();
    // What is late lands after what was sent later.
    for (const land of late.splice(0)) await land();
    return what === 'after' ? unsure(what) : served;
  };
  return {
    region: tables.region,
    get: (table, key) => sent(() => tables.get(table, key)),
    query: (query) => sent(() => tables.query(query)),
    write: (writes, token) => sent(() => tables.write(writes, token)),
  };
}

/** The same data keys: a client that gave up throws. */
export function hurtKeys(keys: AwsDataKeys, mishap: () => Mishap | undefined): AwsDataKeys {
  const sent = async <T>(serve: () => Promise<T>): Promise<T> => {
    const what = mishap();
    const served = await serve();
    if (what === undefined || what === 'twice') return served;
    throw new KeyturnError('aws-error', `no answer of kms (${what})`);
  };
  return {
    generate: (keyId, context) => sent(() => keys.generate(keyId, context)),
    unwrap: (keyId, wrapped, context) => sent(() => keys.unwrap(keyId, wrapped, context)),
  };
}

function unsure(what: Mishap): Unsure {
  const isThrottled = what === 'throttled';
  const error = new KeyturnError('aws-error', isThrottled ? 'too many requests' : 'no answer');
  return { kind: 'unsure', isThrottled, error, at: undefined };
}

/** What a store would be that looks first and writes then: the looks are left out of its records. */
export function unfenced(tables: AwsTables): AwsTables {
  const bare = (write: TableWrite): TableWrite => {
    const isRecord = write.kind === 'put' && String(write.item.sk).startsWith('R#');
    if (isRecord) return { ...write, condition: undefined };
    if (write.condition !== '#nonce = :me AND #seq = :seq') return write;
    return { ...write, condition: '#seq >= :seq OR #nonce = :me' };
  };
  return { ...tables, write: (writes, token) => tables.write(writes.map(bare), token) };
}

/** Data keys of a KMS that tells by the wrapped key what it is for. */
export function newDataKeys(): AwsDataKeys {
  const known = new Map<string, { plain: Uint8Array; by: string; purpose: string }>();
  const purposeOf = (context: KeyContext) => JSON.stringify(context);
  return {
    generate: async (keyId, context) => {
      const plain = new Uint8Array(Buffer.from(randomUUID().replaceAll('-', '')));
      const name = randomUUID();
      known.set(name, { plain: plain.slice(), by: keyId, purpose: purposeOf(context) });
      return { plain, wrapped: new Uint8Array(Buffer.from(name)) };
    },
    unwrap: async (keyId, wrapped, context) => {
      const found = known.get(Buffer.from(wrapped).toString());
      const isBy = keyId === undefined || keyId === found?.by;
      if (isBy && found?.purpose === purposeOf(context)) return found.plain.slice();
      throw new KeyturnError('aws-error', 'InvalidCiphertextException');
    },
  };
}
