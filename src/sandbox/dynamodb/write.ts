// Writes: each on its condition, alone or all of a transaction or none.

import type { JsonFields } from '../operation.ts';
import { DetailedRefusal } from '../refusal.ts';
import { readCondition } from './condition.ts';
import type { Table } from './table.ts';
import { Placeholders } from './tokens.ts';
import { readUpdate } from './update.ts';
import { checkedItem, ITEM_BYTES_MAX, type Item, invalid, sizeOf } from './value.ts';

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A write that is understood, and not yet done. */
export interface Write {
  readonly table: Table;
  readonly pk: string;
  readonly sk: string;
  readonly before: Item | undefined;
  /** Undefined where it is deleted. */
  readonly after: Item | undefined;
  readonly isMet: boolean;
  readonly isChange: boolean;
  readonly wantsOld: boolean;
  readonly units: number;
}

/** Reads a write and judges its condition. Throws AWS's refusal of what is not well formed. */
export function readWrite(kind: WriteKind, input: JsonFields, table: Table): Write {
  const given = kind === 'Put' ? checkedItem(input.Item, 'Item') : undefined;
  const key = keyOf(given ?? checkedItem(input.Key, 'Key'));
  const before = table.get(key.pk, key.sk);
  const placeholders = new Placeholders(
    input.ExpressionAttributeNames,
    input.ExpressionAttributeValues,
  );
  const { ConditionExpression: condition, UpdateExpression: update } = input;
  const isMet =
    typeof condition !== 'string' || readCondition(condition, placeholders)(before ?? {});
  const updated = typeof update === 'string' ? readUpdate(update, placeholders) : undefined;
  placeholders.demandAllUsed();
  let after = before;
  if (kind === 'Put') after = given;
  if (kind === 'Delete') after = undefined;
  if (kind === 'Update' && isMet) {
    const start = before ?? { pk: { S: key.pk }, sk: { S: key.sk } };
    after = updated?.(start) ?? start;
  }
  const size = Math.max(sizeOf(before ?? {}), sizeOf(after ?? {}));
  if (after !== undefined && sizeOf(after) > ITEM_BYTES_MAX) {
    throw invalid(
      kind === 'Update'
        ? 'Item size to update has exceeded the maximum allowed size'
        : 'Item size has exceeded the maximum allowed size',
    );
  }
  return {
    ...{ table, ...key, before, after, isMet },
    isChange: kind !== 'ConditionCheck',
    wantsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    units: Math.max(1, Math.ceil(size / 1024)),
  };
}

export function keyOf({ pk, sk }: Item): { readonly pk: string; readonly sk: string } {
  if (pk !== undefined && 'S' in pk && sk !== undefined && 'S' in sk) {
    return { pk: pk.S, sk: sk.S };
  }
  throw invalid('One or more parameter values were invalid: Missing the key pk or sk in the item');
}

export function carryOut({ table, pk, sk, after, isChange }: Write): void {
  if (!isChange) return;
  if (after === undefined) table.delete(pk, sk);
  else table.put(pk, sk, after);
}

/** A refused condition costs what the write would have. */
export function charge({ table, units }: Write, times: number): void {
  table.used.write += units * times;
}

export function demandMet({ isMet, wantsOld, before }: Write): void {
  if (isMet) return;
  throw new DetailedRefusal(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    wantsOld && before !== undefined ? { Item: before } : {},
  );
}

/** What a cancelled transaction says of each of its writes. */
export function cancelled(writes: readonly Write[]): DetailedRefusal {
  const codes = writes.map(({ isMet }) => (isMet ? 'None' : 'ConditionalCheckFailed'));
  const reasons = writes.map(({ isMet, wantsOld, before }) =>
    isMet
      ? { Code: 'None' }
      : {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          ...(wantsOld && before !== undefined && { Item: before }),
        },
  );
  return new DetailedRefusal(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    { CancellationReasons: reasons },
  );
}
