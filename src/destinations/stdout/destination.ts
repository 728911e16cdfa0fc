// The JSON document on stdout as a destination. A pipe takes a document whether or not its reader
// keeps it, so what counts as delivered is the hand-off file, which stays (I3).

import type { Destination } from '../destination.ts';
import { handoffDestination } from '../handoff/destination.ts';
import type { Custody } from '../kind.ts';

export function stdoutDestination(custody: Custody): Destination {
  const behind = handoffDestination('', custody);
  return {
    ...behind,
    kind: 'stdout',
    deliver: async (key) => ({ ...(await behind.deliver(key)), kind: 'stdout' }),
  };
}
