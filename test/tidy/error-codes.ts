// Every error code is met by some test, so that no message is one that nobody has read.

import type { Fault, SourceFile } from './files.ts';

/** Codes that no test meets yet. The list only ever gets shorter. */
export const UNTESTED_CODES: readonly string[] = [
  'unknown-profile',
  'expired-token',
  'invalid-credentials',
  'clock-skew',
  'wrong-region',
  'endpoint-unreachable',
  'endpoint-guard',
  'unknown-user',
  'aws-error',
  'rotation-in-progress',
  'key-changed',
  'user-gone',
  'needs-operator',
  'other-destination',
  'handoff-failed',
  'secret-missing',
  'delivery-failed',
  'not-accepted-yet',
  'wrong-identity',
  'file-not-understood',
  'not-rotatable',
  'unknown-owner',
  'last-use-unknown',
  'journal-write',
  'time-limit',
];

export function untestedCodes(
  codes: readonly string[],
  tests: readonly SourceFile[],
  listed: readonly string[] = UNTESTED_CODES,
): Fault[] {
  const text = tests.map((file) => file.text).join('\n');
  return codes
    .filter((code) => !listed.includes(code) && !new RegExp(`['"\`]${code}['"\`]`).test(text))
    .map((code) => ({
      path: 'src/base/error-codes.ts',
      line: 1,
      rule: 'error-codes',
      remedy: `no test meets '${code}'; write one, or list it in test/tidy/error-codes.ts`,
    }));
}
