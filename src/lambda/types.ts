// The types of `keyturn/lambda`, written out so that whoever wraps the handler needs nothing else.
// docs/deploy/aws.md has the fields one by one.

/** What the function is asked: one account, which accounts there are, or the sum of a run. */
export interface LambdaEvent {
  /** `rotate` when left out. */
  readonly mode?: 'rotate' | 'list' | 'summary';
  /** Names the run that several invocations share: the name of an execution. A new one when left out. */
  readonly run?: string;
  /**
   * The configuration: what stands in `keyturn.yaml` as an object, `ssm:NAME` of a parameter that holds it, or the path
   * of a file in the package of the function. `KEYTURN_CONFIG` when left out; else the fields alone.
   */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** Further fields, so that a state machine need not put them together. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The same, as mode list has them in `items`. */
  readonly part?: Readonly<Record<string, unknown>>;
  /** Rotate: the account, entered through the role; that of the function when left out. */
  readonly account?: string;
  /** Rotate: the only users of the account that it is about. */
  readonly users?: readonly string[];
  /** Rotate: `2/8` is the second of eight slices of its users. */
  readonly slice?: string;
  /** Rotate: so many seconds before its time-out nothing new is begun; 60 when left out. */
  readonly margin_seconds?: number;
  /** Rotate: whether the result holds the document of the run; true when left out. */
  readonly report?: boolean;
  /** List: accounts whose users are shared by so many invocations, by their IDs. */
  readonly slices?: Readonly<Record<string, number>>;
  /** Summary: what the list said. */
  readonly listed?: unknown;
  /** Flags of `rotate-iam-keys`, with `_` for `-`: `days_threshold`, `dry_run`, `deliver` and others. */
  readonly [field: string]: unknown;
}

/** What AWS Lambda hands to a handler, as far as this one asks. */
export interface LambdaContext {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * A document of JSON: schema/keyturn-lambda.schema.json. Rejects with an error whose name is `KeyturnBadInput`
 * (the event or the configuration is wrong), `KeyturnRetryable` (the same may work a little later) or `KeyturnFailed`.
 */
export type LambdaHandler = (
  event: LambdaEvent,
  context: LambdaContext,
) => Promise<Readonly<Record<string, unknown>>>;
