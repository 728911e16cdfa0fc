// What an operation answers, before a protocol gives it a form.

/** A list, a map or a structure of values; undefined leaves a field out. */
export type ResultValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly ResultValue[]
  | ReadonlyMap<string, ResultValue>
  | ResultFields;

export interface ResultFields {
  readonly [name: string]: ResultValue;
}

export function isList(value: ResultValue): value is readonly ResultValue[] {
  return Array.isArray(value);
}
