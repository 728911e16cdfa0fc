// `--deliver stdout`: the JSON document that the run prints.

import type { DestinationKind } from '../kind.ts';

export const stdout: DestinationKind = {
  name: 'stdout',
  about: 'in the JSON document',
  restart: 'give the secret of this document to whoever uses the key',
  settle: 'unknown',
  proof: 'value',
  isOffered: true,
  printsSecret: true,
  placeFor: () => '',
  things: () => [],
  async open(_, { custody }) {
    const { stdoutDestination } = await import('./destination.ts');
    return stdoutDestination(custody);
  },
};
