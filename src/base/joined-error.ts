// What went wrong in several places at once, as one error that names them all.

import { earliestOf } from './clock.ts';
import { ERROR_CODES } from './error-codes.ts';
import { KeyturnError } from './errors.ts';
import { type HintPart, hintText } from './hint.ts';

/** Undefined where there is none; a single one stays as it is. */
export function joinedError(errors: readonly KeyturnError[]): KeyturnError | undefined {
  const [only] = errors;
  if (only === undefined || errors.length === 1) return only;
  const widest = errors.toSorted((one, other) => reachOf(other) - reachOf(one))[0] ?? only;
  const messages = [...new Set(errors.map(({ message }) => message))];
  return new KeyturnError(widest.code, messages.join('; '), {
    hint: hintsOf(errors),
    notBefore: whenAll(errors),
    cause: widest,
  });
}

/** The code of the one that stops the most says what the rest of the run is worth. */
function reachOf({ code }: KeyturnError): number {
  return ['user', 'account', 'run'].indexOf(ERROR_CODES[code].stops);
}

/** Each once: places of one kind tend to advise the same. */
function hintsOf(errors: readonly KeyturnError[]): readonly HintPart[] | undefined {
  const hints = new Map<string, readonly HintPart[]>();
  for (const { hintParts } of errors) {
    if (hintParts.length > 0) hints.set(hintText(hintParts), hintParts);
  }
  return hints.size === 0 ? undefined : [...hints.values()].flat();
}

/** Where each waits for a time: the first of them may go on then. */
function whenAll(errors: readonly KeyturnError[]): Date | undefined {
  const waits = errors.map(({ notBefore }) => notBefore);
  return waits.includes(undefined) ? undefined : earliestOf(waits);
}
