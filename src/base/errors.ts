// One error class for everything that can go wrong in a way we know. Callers branch on `code`,
// people read `message` and `hint`. The codes and what they mean are in error-codes.ts.

import type { ExitCode, Scope } from './error-code-info.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { type Hint, type HintPart, hintText, partsOf, said } from './hint.ts';
import { withoutSecretShapes } from './secret-shapes.ts';

export interface ErrorDetails {
  /** What the reader can do about it; one sentence, no period needed, and commands as such. */
  readonly hint?: Hint | undefined;
  /** From when on trying again may lead further; left out when nothing waits for a time. */
  readonly notBefore?: Date | undefined;
  /** What happened underneath. Never attach a request or a response: they carry secrets (I8). */
  readonly cause?: unknown;
}

const SECRET_HINT =
  'what looks like a secret is not shown; if it is one, it was given in clear where others can read it: replace it';

/**
 * An expected failure with a stable code. Messages are lowercase and include the wrong value, unless that looks
 * like a secret (I8).
 */
export class KeyturnError extends Error {
  readonly code: ErrorCode;
  /** For a hint that says more: the parts of this one. */
  readonly hintParts: readonly HintPart[];
  readonly notBefore: Date | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, hint } = details;
    const shown = withoutSecretShapes(message);
    super(shown, cause === undefined ? undefined : { cause });
    this.name = 'KeyturnError';
    this.code = code;
    const parts = hint === undefined ? [] : partsOf(hint);
    this.hintParts = shown === message ? parts : [...parts, SECRET_HINT];
    this.notBefore = details.notBefore;
  }

  /** As a text in which each command has a line of its own; undefined when there is nothing to do. */
  get hint(): string | undefined {
    return this.hintParts.length === 0 ? undefined : hintText(this.hintParts);
  }

  /** The same for whoever has a configuration: the hint names keys of its file, and no flags. */
  get inFile(): KeyturnError {
    const { code, message, hintParts, notBefore, cause } = this;
    return new KeyturnError(code, message, { hint: said(hintParts, 'inFile'), notBefore, cause });
  }

  /** The process exit code when this error ends a run. */
  get exitCode(): ExitCode {
    return ERROR_CODES[this.code].exit;
  }

  /** What is pointless to go on with after this error. */
  get stops(): Scope {
    return ERROR_CODES[this.code].stops;
  }

  /** The same may work a little later, though nobody has done anything about it. */
  get mayPass(): boolean {
    return ERROR_CODES[this.code].mayPass;
  }

  /** Nothing went wrong and nothing was tried, but a person is needed. */
  get isBlock(): boolean {
    return ERROR_CODES[this.code].kind === 'block';
  }

  /** The person or the clock ended the work, and no failure. */
  get isStop(): boolean {
    return ERROR_CODES[this.code].kind === 'stop';
  }
}

/** A fact that the code relies on does not hold: a fault of ours, never of the user's input. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(`internal error: ${message}`);
    this.name = 'AssertionError';
  }
}

/** Stops when `condition` does not hold. For programmer errors only. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${JSON.stringify(value)}`);
}

/** Turns anything thrown into a KeyturnError; what we do not know becomes `internal`. */
export function toKeyturnError(thrown: unknown): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new KeyturnError('internal', text, {
    cause: thrown,
    hint: 'this is a fault in keyturn; please report it with the command line that you used',
  });
}
