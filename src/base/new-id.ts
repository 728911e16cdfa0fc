// Random IDs, for runs and rotations.

import { randomUUID } from 'node:crypto';

export function newId(): string {
  return randomUUID();
}

/**
 * 32 hexadecimal digits, of which the first 16 will do for the name of a file. Made of a UUID because Node has the
 * random bytes of many of those at hand, and asks the system for those of anything else.
 */
export function newHex(): string {
  return randomUUID().replaceAll('-', '');
}
