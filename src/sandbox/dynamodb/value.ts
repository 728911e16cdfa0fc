// Values of attributes in the form of DynamoDB's API, in which binary is base64.

import { Refusal } from '../refusal.ts';

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] };

export type Item = Readonly<Record<string, AttributeValue>>;

/** Of an item with its names; AWS refuses more. */
export const ITEM_BYTES_MAX = 400 * 1024;

export function invalid(message: string): Refusal {
  return new Refusal('ValidationException', 400, message);
}

export function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined) {
  if (one === undefined || other === undefined) return false;
  if ('N' in one && 'N' in other) return Number(one.N) === Number(other.N);
  if ('SS' in one && 'SS' in other) {
    return one.SS.length === other.SS.length && one.SS.every((text) => other.SS.includes(text));
  }
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Below zero, zero or above; undefined for values that have no order. */
export function compare(one: AttributeValue, other: AttributeValue): number | undefined {
  if ('N' in one && 'N' in other) return Number(one.N) - Number(other.N);
  if ('S' in one && 'S' in other) return Buffer.compare(Buffer.from(one.S), Buffer.from(other.S));
  if ('B' in one && 'B' in other) {
    return Buffer.compare(Buffer.from(one.B, 'base64'), Buffer.from(other.B, 'base64'));
  }
  return undefined;
}

export function sizeOf(item: Item): number {
  const entries = Object.entries(item);
  return entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);
}

function bytesOf(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('B' in value) return Buffer.from(value.B, 'base64').length;
  if ('N' in value) return Math.ceil(value.N.replace(/^-|\./g, '').length / 2) + 1;
  if ('SS' in value) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 3);
  return 1;
}

/** Throws AWS's refusal of what is no value. */
export function checkedItem(given: unknown, what: string): Item {
  if (typeof given !== 'object' || given === null) throw invalid(`${what} is required`);
  for (const [name, value] of Object.entries(given)) checkValue(value, name);
  return given as Item;
}

const TYPES = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS']);

function checkValue(value: unknown, name: string): void {
  const [type, second] = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (type === undefined || second !== undefined || !TYPES.has(type)) {
    throw invalid(
      `Supplied AttributeValue of ${name} must contain exactly one of the supported datatypes`,
    );
  }
  const inner = (value as Record<string, unknown>)[type];
  if (type === 'N' && !Number.isFinite(Number(inner))) {
    throw invalid(`The parameter cannot be converted to a numeric value: ${String(inner)}`);
  }
  if (type === 'SS' && (inner as readonly string[]).length === 0) {
    throw invalid('One or more parameter values were invalid: An string set  may not be empty');
  }
}
