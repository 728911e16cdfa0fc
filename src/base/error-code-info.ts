// What is known of an error by its code alone: the columns of the table in error-codes.ts.

/** 0 done, 1 something failed, 2 bad input, 3 could not start, 129/130/143 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 129 | 130 | 143;

/**
 * What is pointless to go on with after the error, because all of it would meet the same: the whole
 * run, the rest of the account, or only the user.
 */
export type Scope = 'run' | 'account' | 'user';

/**
 * `failure`: something went wrong. `block`: nothing did, and nothing was tried, but a person is
 * needed. `stop`: the person or the clock ended the work.
 */
export type ErrorKind = 'failure' | 'block' | 'stop';

export interface ErrorCodeInfo {
  /** The exit code of a run that this error ends. */
  readonly exit: ExitCode;
  readonly stops: Scope;
  readonly kind: ErrorKind;
  /** Whether the same may work a little later, though nobody has done anything about it. */
  readonly mayPass: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

interface ErrorText {
  /** A failure unless the row says otherwise. */
  readonly kind?: ErrorKind;
  /** Not, unless the row says otherwise. */
  readonly mayPass?: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

export function info(exit: ExitCode, stops: Scope, text: ErrorText): ErrorCodeInfo {
  return { exit, stops, kind: 'failure', mayPass: false, ...text };
}
