// The tables of one region of an account, and the requests that they answer. Pure but for what it keeps:
// a test can ask it without a server.

import type { JsonFields } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { queryTable } from './query.ts';
import { Table, type TableShape } from './table.ts';
import { checkedItem, type Item, invalid, sizeOf } from './value.ts';
import {
  cancelled,
  carryOut,
  charge,
  demandMet,
  keyOf,
  readWrite,
  type Write,
  type WriteKind,
} from './write.ts';

/** A token answers as the first time for so long. */
const TOKEN_MS = 10 * 60_000;
const WRITES_MAX = 100;

export class Tables {
  readonly #tables = new Map<string, Table>();
  readonly #tokens = new Map<string, { readonly body: string; readonly atMs: number }>();

  add(shape: TableShape): Table {
    if (this.#tables.has(shape.name)) {
      throw new Refusal('ResourceInUseException', 400, `Table already exists: ${shape.name}`);
    }
    const table = new Table(shape);
    this.#tables.set(shape.name, table);
    return table;
  }

  get all(): readonly Table[] {
    return [...this.#tables.values()];
  }

  named(name: unknown): Table {
    const table = this.#tables.get(String(name));
    if (table !== undefined) return table;
    throw new Refusal(
      'ResourceNotFoundException',
      400,
      `Requested resource not found: Table: ${String(name)} not found`,
    );
  }

  getItem(input: JsonFields): ResultFields {
    const table = this.named(input.TableName);
    const { pk, sk } = keyOf(checkedItem(input.Key, 'Key'));
    const item = table.get(pk, sk);
    const units = Math.max(1, Math.ceil(sizeOf(item ?? {}) / 4096));
    table.used.read += input.ConsistentRead === true ? units : units / 2;
    return item === undefined ? {} : { Item: item as unknown as ResultFields };
  }

  query(input: JsonFields): ResultFields {
    return queryTable(this.named(input.TableName), input);
  }

  write(kind: WriteKind, input: JsonFields): ResultFields {
    const write = readWrite(kind, input, this.named(input.TableName));
    charge(write, 1);
    demandMet(write);
    carryOut(write);
    return attributesOf(input, write);
  }

  transact(input: JsonFields, nowMs: number): ResultFields {
    const items = (input.TransactItems ?? []) as readonly Readonly<Record<string, JsonFields>>[];
    if (items.length === 0 || items.length > WRITES_MAX) {
      throw invalid(`Member must have length between 1 and ${WRITES_MAX}`);
    }
    if (this.#isRepeated(input, nowMs)) return {};
    const writes = items.map((item) => {
      const [[kind, request] = []] = Object.entries(item);
      if (kind === undefined || request === undefined) throw invalid('TransactItems is not valid');
      return readWrite(kind as WriteKind, request, this.named(request.TableName));
    });
    const places = new Set(writes.map(({ table, pk, sk }) => `${table.shape.name} ${pk} ${sk}`));
    if (places.size < writes.length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    for (const write of writes) charge(write, 2);
    if (writes.some(({ isMet }) => !isMet)) throw cancelled(writes);
    for (const write of writes) carryOut(write);
    const { ClientRequestToken: token } = input;
    if (typeof token === 'string') this.#tokens.set(token, { body: bodyOf(input), atMs: nowMs });
    return {};
  }

  #isRepeated(input: JsonFields, nowMs: number): boolean {
    const known = this.#tokens.get(String(input.ClientRequestToken));
    if (known === undefined || nowMs - known.atMs > TOKEN_MS) return false;
    if (known.body === bodyOf(input)) return true;
    throw new Refusal(
      'IdempotentParameterMismatchException',
      400,
      'The provided client request token is already used with other parameters',
    );
  }
}

function bodyOf({ TransactItems }: JsonFields): string {
  return JSON.stringify(TransactItems);
}

function attributesOf({ ReturnValues }: JsonFields, { before, after }: Write): ResultFields {
  const shown: Item | undefined =
    ReturnValues === 'ALL_NEW' ? after : ReturnValues === 'ALL_OLD' ? before : undefined;
  return shown === undefined ? {} : { Attributes: shown as unknown as ResultFields };
}
