// Failures of what is beside a store, such as the key of its secrets, in the words of the store.

import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';

/** Of the caller, the endpoint or the run, and no news of the store: told as they are. */
const TOLD_AS_THEY_ARE: ReadonlySet<ErrorCode> = new Set([
  'no-credentials',
  'unknown-profile',
  'expired-token',
  'invalid-credentials',
  'clock-skew',
  'wrong-region',
  'endpoint-guard',
  'endpoint-insecure',
  'bad-value',
  'interrupted',
  'secret-sealed',
  'secret-missing',
] satisfies readonly ErrorCode[]);

export async function inWords<T>(
  code: ErrorCode,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof KeyturnError ? wordedError(thrown, code, what) : thrown;
  }
}

export function wordedError(error: KeyturnError, code: ErrorCode, what: string): KeyturnError {
  if (TOLD_AS_THEY_ARE.has(error.code)) return error;
  return new KeyturnError(code, `${what}: ${error.message}`, {
    cause: error,
    ...(error.hintParts.length > 0 && { hint: error.hintParts }),
  });
}
