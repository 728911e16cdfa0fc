// The JSON document on stdout as a destination. A pipe takes a document whether or not its reader
// keeps it, so what counts as delivered is the hand-off file, which stays (I3).

import type { Destination } from '../destination.ts';
import { handoffDestination } from '../handoff/index.ts';

export function stdoutDestination(parts: Parameters<typeof handoffDestination>[1]): Destination {
  const behind = handoffDestination('', parts);
  return {
    ...behind,
    kind: 'stdout',
    deliver: async (key) => ({ ...(await behind.deliver(key)), kind: 'stdout' }),
  };
}
