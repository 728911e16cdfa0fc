// One table: items by partition and sort key, and what its use costs.

import type { AttributeValue, Item } from './value.ts';

export interface TableShape {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  isProtected: boolean;
  hasBackups: boolean;
  expiryAttribute: string | undefined;
  kmsKey: string | undefined;
}

/** Units that requests have used, as DynamoDB counts them. */
export interface Used {
  write: number;
  read: number;
}

export class Table {
  readonly shape: TableShape;
  readonly used: Used = { write: 0, read: 0 };
  readonly #partitions = new Map<string, Map<string, Item>>();

  constructor(shape: TableShape) {
    this.shape = shape;
  }

  get(pk: string, sk: string): Item | undefined {
    return this.#partitions.get(pk)?.get(sk);
  }

  put(pk: string, sk: string, item: Item): void {
    const partition = this.#partitions.get(pk) ?? new Map<string, Item>();
    this.#partitions.set(pk, partition);
    partition.set(sk, item);
  }

  delete(pk: string, sk: string): void {
    this.#partitions.get(pk)?.delete(sk);
  }

  /** In the order of the sort key, as bytes. */
  partition(pk: string): readonly Item[] {
    const entries = [...(this.#partitions.get(pk) ?? [])];
    return entries
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([, item]) => item);
  }

  get items(): readonly Item[] {
    return [...this.#partitions.keys()].toSorted().flatMap((pk) => this.partition(pk));
  }
}

export function textOf(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && 'S' in value ? value.S : undefined;
}
