// What a flag is: data. Parsing (argv.ts) and help (help.ts) are both driven by tables of these.

/** What a flag takes, and how its text becomes a value. */
export interface ValueRule<Value> {
  /** Ends the sentence "--flag takes …". */
  readonly takes: string;
  /** A value that it takes, for hints. */
  readonly example: string;
  /** Stands for the value in help, such as `N`; undefined for a flag that may stand bare. */
  readonly placeholder: string | undefined;
  /** False where an empty value is refused and not read as "not set", as everywhere else. */
  readonly mayBeEmpty?: boolean;
  /** The value of the text, or undefined when the flag does not take it. */
  readonly read: (text: string) => Value | undefined;
}

export interface Flag<Value> {
  /** Long names without dashes, in kebab case; the first is the one in help. */
  readonly names: readonly [string, ...string[]];
  readonly short?: string;
  readonly rule: ValueRule<Value>;
  /** Heading in help. */
  readonly group: string;
  /** Whether it may be given several times; its values, lists, are then joined. */
  readonly isList?: boolean;
  /** What it does; wrapped by help.ts. */
  readonly about: string;
  /** The default as help shows it. */
  readonly fallback?: string;
}

/** Flags by the name of their result. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** The values given; undefined where a flag is absent or empty. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]:
    | (Table[Name] extends Flag<infer Value> ? Value : never)
    | undefined;
};

/** A flag that may stand bare. */
export function isBoolean(flag: Flag<unknown>): boolean {
  return flag.rule.placeholder === undefined;
}
