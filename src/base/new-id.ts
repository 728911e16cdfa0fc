// Random IDs, for runs and rotations.

import { randomUUID } from 'node:crypto';

export function newId(): string {
  return randomUUID();
}
