// Tables of Amazon DynamoDB and data keys of AWS KMS, as ports: src/aws/ speaks to them, src/state/ decides
// what is kept there. Each call is one attempt: whoever asks decides whether the same is asked again,
// because after a lost answer only the record itself tells whether it was written.

import type { KeyturnError } from './errors.ts';

export type TableValue = string | number | Uint8Array | ReadonlySet<string>;

/** Every item has `pk` and `sk`, its partition key and its sort key. */
export type TableItem = Readonly<Record<string, TableValue>>;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** A condition in DynamoDB's words. `#name` is the attribute of that name, `:name` one of `values`. */
export interface WriteCondition {
  readonly condition?: string | undefined;
  readonly values?: TableItem | undefined;
}

export type TableWrite = { readonly table: string } & WriteCondition &
  (
    | { readonly kind: 'put'; readonly item: TableItem }
    | { readonly kind: 'update'; readonly key: ItemKey; readonly update: string }
    | { readonly kind: 'delete'; readonly key: ItemKey }
    | { readonly kind: 'check'; readonly key: ItemKey }
  );

export interface TableQuery {
  readonly table: string;
  readonly pk: string;
  /** The beginning of the sort key; all of the partition when left out. */
  readonly prefix?: string;
  readonly filter?: string;
  readonly values?: TableItem;
  /** Only these attributes. */
  readonly only?: readonly string[];
  /** Goes on after this one. */
  readonly after?: ItemKey | undefined;
}

export interface TablePage {
  readonly items: readonly TableItem[];
  /** Undefined after the last page, which need not be the first empty one. */
  readonly next: ItemKey | undefined;
}

/** The time at which the service answered, by its own clock; undefined where it did not say. */
interface Answered {
  readonly at: Date | undefined;
}

/** The service refused, or nobody knows; the same call may be made again. */
export interface Unsure extends Answered {
  readonly kind: 'unsure';
  readonly isThrottled: boolean;
  readonly error: KeyturnError;
}

export type TableRead<T> = ({ readonly kind: 'done'; readonly value: T } & Answered) | Unsure;

/** What became of a write. */
export type TableWritten =
  | ({
      readonly kind: 'done';
      /** As it is now; of an update that is alone. */
      readonly item: TableItem | undefined;
    } & Answered)
  | ({
      readonly kind: 'refused';
      /** Of each write, in their order, whether its condition held not, and what was there then. */
      readonly failed: readonly FailedCondition[];
    } & Answered)
  | Unsure;

export interface FailedCondition {
  readonly isFailed: boolean;
  readonly found: TableItem | undefined;
}

/** Each method throws a KeyturnError for what asking again would not change. */
export interface AwsTables {
  /** Where they are, as in `us-east-1`. */
  readonly region: string;
  /** What is durable, whoever wrote it. */
  get(table: string, key: ItemKey): Promise<TableRead<TableItem | undefined>>;
  query(query: TableQuery): Promise<TableRead<TablePage>>;
  /** All of them or none. The token makes several writes that are sent again the same writes. */
  write(writes: readonly TableWrite[], token: string): Promise<TableWritten>;
}

/** A key to encrypt with, and the form in which it may be kept. */
export interface DataKey {
  readonly plain: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** What a data key is for: kept in the trail of KMS in clear, so never a secret. */
export type KeyContext = Readonly<Record<string, string>>;

/** Throws a KeyturnError. */
export interface AwsDataKeys {
  generate(keyId: string, context: KeyContext): Promise<DataKey>;
  /** By the key that wrapped it, where none is named. Throws also where it was wrapped for something else. */
  unwrap(keyId: string | undefined, wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
}

/** What is known of a table beside its items; undefined where the caller may not ask. */
export interface TableFacts {
  readonly createdAt: Date | undefined;
  readonly isReady: boolean;
  /** Its partition key and its sort key, such as `pk` and `sk`. */
  readonly keys: readonly string[];
  readonly isProtected: boolean;
  readonly isOnDemand: boolean;
  /** Whether it can be restored to any second of the last weeks. */
  readonly hasBackups: boolean | undefined;
  /** The attribute that says when an item goes. */
  readonly expiryAttribute: string | undefined;
  readonly hasStream: boolean;
}

export interface KeyFacts {
  readonly arn: string;
  readonly isEnabled: boolean;
}

/** Makes tables and keys, and looks at them. Throws a KeyturnError. */
export interface AwsTableMaker {
  describeTable(name: string): Promise<TableFacts | undefined>;
  /** On demand, protected from being deleted, with items that go at `ttl`. Ready when it resolves. */
  makeTable(name: string, hasBackups: boolean): Promise<void>;
  describeKey(keyId: string): Promise<KeyFacts | undefined>;
  /** Symmetric, rotated by AWS every year, under that alias. */
  makeKey(alias: string): Promise<void>;
}
