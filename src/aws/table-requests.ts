// Requests to DynamoDB from the words of the port: `#name` stands for the attribute of that name, so an
// expression says by itself which names it needs.

import type {
  FailedCondition,
  ItemKey,
  TableItem,
  TablePage,
  TableQuery,
  TableValue,
  TableWrite,
} from '../base/aws-tables.ts';

/** As the SDK has them: binary is bytes. */
export type SdkValue = { S: string } | { N: string } | { B: Uint8Array } | { SS: string[] };
export type SdkItem = Record<string, SdkValue>;

/** A member of a transaction without its conditions that failed, and the request of a write that is alone. */
export function writeRequest(write: TableWrite) {
  const { table, condition, values } = write;
  const update = write.kind === 'update' ? write.update : undefined;
  return {
    TableName: table,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...namesIn(`${condition ?? ''} ${update ?? ''}`),
    ...(values !== undefined && { ExpressionAttributeValues: valuesOf(values) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

export function queryRequest({ table, pk, prefix, filter, values, only, after }: TableQuery) {
  const begins = prefix === undefined ? '' : ' AND begins_with(#sk, :prefix)';
  const shown = only?.map((name) => `#${name}`).join(', ');
  const key = `#pk = :pk${begins}`;
  return {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: key,
    ...(filter !== undefined && { FilterExpression: filter }),
    ...(shown !== undefined && { ProjectionExpression: shown }),
    ...namesIn(`${key} ${filter ?? ''} ${shown ?? ''}`),
    ExpressionAttributeValues: valuesOf({
      ...values,
      pk,
      ...(prefix !== undefined && { prefix }),
    }),
    ...(after !== undefined && { ExclusiveStartKey: keyOf(after) }),
  };
}

export function pageOf(items: readonly object[] | undefined, last: object | undefined): TablePage {
  return {
    items: (items ?? []).map((item) => fromSdk(item) ?? {}),
    // Both are texts in every item.
    next: fromSdk(last) as unknown as ItemKey | undefined,
  };
}

interface Reason {
  readonly Code?: string | undefined;
  readonly Item?: object | undefined;
}

export function failedIn(reasons: readonly Reason[]): readonly FailedCondition[] {
  return reasons.map(({ Code, Item }) => ({
    isFailed: Code === 'ConditionalCheckFailed',
    found: fromSdk(Item),
  }));
}

function namesIn(text: string) {
  const names = [...text.matchAll(/#(\w+)/g)].map(([word, name]) => [word, name ?? ''] as const);
  return names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) };
}

function valuesOf(values: TableItem): SdkItem {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`:${name}`, toSdkValue(value)]),
  );
}

export function keyOf({ pk, sk }: ItemKey): SdkItem {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function toSdk(item: TableItem): SdkItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdkValue(value)]));
}

function toSdkValue(value: TableValue): SdkValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return value instanceof Uint8Array ? { B: value } : { SS: [...value] };
}

/** What is of no type that is written here reads as text: whoever asks for it finds it damaged. */
export function fromSdk(item: object | undefined): TableItem | undefined {
  if (item === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, fromSdkValue(value as SdkValue)]),
  );
}

function fromSdkValue(value: SdkValue): TableValue {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('B' in value) return value.B;
  return 'SS' in value ? new Set(value.SS) : JSON.stringify(value);
}
