// Which fields a value may have, and of what kind each is. What is declared is taken, in the order in which it is
// declared, and nothing else is (I8). A run makes some records for each key, so this is done in one pass over a
// record, by plain functions.

/** Gives the value as it was declared; undefined leaves its field out. Throws `WrongField`. */
export type Field<T> = (value: unknown) => T;

/** A field for each that the type has, the optional ones too. */
export type FieldsOf<T> = { readonly [Name in keyof T]-?: Field<T[Name]> };

/** Thrown for what is not as declared. Where it stands is told, and never what is there: that may be anything. */
export class WrongField {
  /** Names and numbers, the outermost first. */
  path: readonly string[] = [];

  get place(): string {
    return this.path.length === 0 ? 'record' : this.path.join('.');
  }
}

export const text: Field<string> = (value) => {
  if (typeof value === 'string') return value;
  throw new WrongField();
};

export const nonEmptyText: Field<string> = (value) => {
  if (typeof value === 'string' && value !== '') return value;
  throw new WrongField();
};

export const time: Field<string> = (value) => {
  if (typeof value === 'string' && isTime(value)) return value;
  throw new WrongField();
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:[0-5]\d:[0-5]\d(\.\d+)?Z$/;

/** ISO 8601 UTC, and a day that the calendar has. */
function isTime(value: string): boolean {
  if (!TIME.test(value)) return false;
  const time = new Date(value);
  // A day that a month does not have is taken for one of the next month, and the hour 24 for the next day.
  return !Number.isNaN(time.getTime()) && time.getUTCDate() === Number(value.slice(8, 10));
}

/** JSON has no others. */
export const number: Field<number> = (value) => {
  if (Number.isFinite(value)) return value as number;
  throw new WrongField();
};

export const flag: Field<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw new WrongField();
};

/** One of these values, and no other. */
export function oneOf<const T extends string | number | boolean>(
  ...values: readonly T[]
): Field<T> {
  return (value) => {
    if (values.includes(value as T)) return value as T;
    throw new WrongField();
  };
}

/** The same with a further condition. */
export function where<T, Is extends T>(field: Field<T>, is: (taken: T) => taken is Is): Field<Is>;
export function where<T>(field: Field<T>, is: (taken: T) => boolean): Field<T>;
export function where<T>(field: Field<T>, is: (taken: T) => boolean): Field<T> {
  return (value) => {
    const taken = field(value);
    if (is(taken)) return taken;
    throw new WrongField();
  };
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value) => (value === undefined ? undefined : field(value));
}

export function list<T>(field: Field<T>): Field<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new WrongField();
    return value.map((each, index) => {
      try {
        return field(each);
      } catch (thrown) {
        throw within(String(index), thrown);
      }
    });
  };
}

export function object<T>(fields: FieldsOf<T>): Field<T> {
  const declared = Object.entries(fields) as [string, Field<unknown>][];
  return (value) => {
    if (!isObject(value)) throw new WrongField();
    const taken: Record<string, unknown> = {};
    let at = '';
    try {
      for (const [name, field] of declared) {
        at = name;
        const one = field(value[name]);
        if (one !== undefined) taken[name] = one;
      }
    } catch (thrown) {
      throw within(at, thrown);
    }
    return taken as T;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was thrown for something in the field of this name. */
function within(name: string, thrown: unknown): unknown {
  if (thrown instanceof WrongField) thrown.path = [name, ...thrown.path];
  return thrown;
}
