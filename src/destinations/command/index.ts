// `--deliver 'command=PROGRAM ARG...'`: a program of the operator's, for places that keyturn does not know.

import type { DestinationKind } from '../kind.ts';
import { COMMAND, COMMAND_LINES, commandAskedAs, commandFor, wordsAt } from './place.ts';

export const commandKind: DestinationKind = {
  name: COMMAND,
  about: 'where that program puts it',
  restart: 'restart what reads the key at its start; the program knows its readers',
  settle: 'unknown',
  proof: 'marker',
  isOffered: true,
  rule: COMMAND_LINES,
  placeFor: commandFor,
  askedAs: ({ place }, user) => commandAskedAs(place, user),
  async open({ place }, opening) {
    const words = wordsAt(place);
    if (words === undefined) return undefined;
    const { commandDestination } = await import('./destination.ts');
    return commandDestination({ place, words }, opening);
  },
};
