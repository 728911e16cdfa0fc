// `--deliver handoff`: the file in which custody keeps a new secret, plain or encrypted. Its place is
// the recipients that it is encrypted to, and empty where it stays plain.

import type { DestinationKind } from '../kind.ts';

export const handoff: DestinationKind = {
  name: 'handoff',
  about: 'a 0600 file in the state directory',
  restart: 'give the file to whoever uses the key',
  settle: 'unknown',
  proof: 'value',
  isOffered: true,
  deliversCustody: true,
  placeFor: (recipients) => recipients,
  things: () => [],
  async open({ place }, { custody }) {
    const { handoffDestination } = await import('./destination.ts');
    return handoffDestination(place, custody);
  },
};
