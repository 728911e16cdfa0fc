// What goes wrong at a destination, in the two codes that the engine knows.

import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';

/** The run was stopped; that is no fault of the destination. */
const STOPPED: ReadonlySet<ErrorCode> = new Set(['interrupted', 'time-limit']);

/** Before a key was made: whatever is thrown becomes `not-deliverable`. */
export async function preparing<T>(work: () => Promise<T>): Promise<T> {
  return await recoded('not-deliverable', 'put that right and run again; no key was made', work);
}

/** After it: whatever is thrown becomes `delivery-failed`. */
export async function delivering<T>(work: () => Promise<T>): Promise<T> {
  const hint = 'the old key was not touched and the new secret is kept in the state directory';
  return await recoded('delivery-failed', hint, work);
}

async function recoded<T>(
  code: 'not-deliverable' | 'delivery-failed',
  hint: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code === code || error.code === 'internal' || STOPPED.has(error.code)) throw error;
    throw new KeyturnError(code, error.message, {
      hint: error.hint === undefined ? hint : `${error.hint}; ${hint}`,
      cause: { code: error.code },
    });
  }
}
