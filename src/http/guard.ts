// The promise of a test or a rehearsal that nothing outside this machine is asked.

import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';

/**
 * Whether KEYTURN_ENDPOINT_GUARD forbids every endpoint that is not on this machine. A misspelled
 * value must not switch the guard off, so anything but `loopback` is refused.
 */
export function isGuarded(env: Environment): boolean {
  const guard = env.KEYTURN_ENDPOINT_GUARD;
  if (guard === undefined || guard === '') return false;
  if (guard === 'loopback') return true;
  throw new KeyturnError(
    'endpoint-guard',
    `KEYTURN_ENDPOINT_GUARD=${guard} is not known, so no endpoint is allowed`,
    { hint: 'set it to loopback, or unset it' },
  );
}
