// Query: the items of one partition, by the beginning of their sort keys, in pages of a megabyte. A filter
// is applied to a page after it was read, so a page can be empty and not the last one.

import type { JsonFields } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import { readCondition } from './condition.ts';
import { type Table, textOf } from './table.ts';
import { Placeholders } from './tokens.ts';
import { checkedItem, type Item, invalid, sizeOf } from './value.ts';

const PAGE_BYTES = 1024 * 1024;

export function queryTable(table: Table, input: JsonFields): ResultFields {
  const placeholders = new Placeholders(
    input.ExpressionAttributeNames,
    input.ExpressionAttributeValues,
  );
  const { KeyConditionExpression: key, FilterExpression: filter } = input;
  if (typeof key !== 'string') throw invalid('KeyConditionExpression is required');
  const isOfKey = readCondition(key, placeholders);
  const isWanted = typeof filter === 'string' ? readCondition(filter, placeholders) : () => true;
  const shown = shownIn(input.ProjectionExpression, placeholders);
  placeholders.demandAllUsed();
  const pk = partitionIn(input);
  const start = startOf(input.ExclusiveStartKey);
  const found = table.partition(pk).filter(isOfKey);
  const from = start === undefined ? 0 : found.findIndex((item) => (textOf(item.sk) ?? '') > start);
  const { page, isLast } = pageOf(from < 0 ? [] : found.slice(from), input.Limit);
  const bytes = page.reduce((sum, item) => sum + sizeOf(item), 0);
  const units = Math.max(1, Math.ceil(bytes / 4096));
  table.used.read += input.ConsistentRead === true ? units : units / 2;
  const items = page.filter(isWanted).map(shown);
  const last = page.at(-1);
  return {
    Items: items as unknown as ResultFields[],
    Count: items.length,
    ScannedCount: page.length,
    ...(!isLast &&
      last !== undefined && {
        LastEvaluatedKey: { pk: last.pk, sk: last.sk } as unknown as ResultFields,
      }),
  };
}

function pageOf(items: readonly Item[], limit: unknown) {
  const max = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY;
  let bytes = 0;
  let count = 0;
  for (const item of items) {
    if (count >= max || bytes >= PAGE_BYTES) return { page: items.slice(0, count), isLast: false };
    bytes += sizeOf(item);
    count += 1;
  }
  return { page: items, isLast: true };
}

/** The partition stands first in every key condition that is asked here. */
export function partitionIn({
  KeyConditionExpression: key,
  ExpressionAttributeValues: values,
}: JsonFields): string {
  const word = /\bpk\s*=\s*(:\w+)/.exec(String(key))?.[1] ?? '';
  const pk = textOf(checkedItem(values, 'ExpressionAttributeValues')[word]);
  if (pk === undefined) throw invalid('Query condition missed key schema element: pk');
  return pk;
}

function startOf(given: unknown): string | undefined {
  return given === undefined ? undefined : textOf(checkedItem(given, 'ExclusiveStartKey').sk);
}

function shownIn(projection: unknown, placeholders: Placeholders): (item: Item) => Item {
  if (typeof projection !== 'string') return (item) => item;
  const names = new Set(projection.split(',').map((word) => placeholders.name(word.trim())));
  return (item) => Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
