// `--deliver dotenv=PATH`: two variables, or one, of a .env file on this machine.

import type { DestinationKind } from '../kind.ts';
import { leadsElsewhere, type PlaceFacts, placeFor, unfit } from '../place.ts';
import { dotenvListing } from './listing.ts';
import {
  DOTENV,
  DOTENV_FILES,
  envFileAt,
  envFormFault,
  templateFor,
  thingsIn,
  UNFIT,
} from './place.ts';

export const dotenv: DestinationKind = {
  name: DOTENV,
  about: 'variables of that .env file on this machine',
  restart:
    'restart what reads the file at its start; a container must be made anew (docker compose up -d), a restart keeps its old variables',
  settle: 'next-start',
  proof: 'value',
  isOffered: true,
  makesPlaces: true,
  rule: DOTENV_FILES,
  fieldStyle: 'ordered',
  placeFor: (template: string, facts: PlaceFacts) => {
    if (leadsElsewhere(template, facts)) throw unfit(template, facts, DOTENV_FILES);
    return placeFor(template, facts, DOTENV_FILES);
  },
  askedAs: ({ place }, user) => ({ region: undefined, template: templateFor(place, user) }),
  misfit: (text) => (/^[\w.+/=-]*$/.test(text) ? undefined : UNFIT),
  formFault: envFormFault,
  things: ({ place }) => {
    const at = envFileAt(place);
    return at === undefined ? [place] : thingsIn(at);
  },
  listing: dotenvListing,
  async open({ place }, opening) {
    const at = envFileAt(place);
    if (at === undefined) return undefined;
    const { dotenvDestination } = await import('./destination.ts');
    return dotenvDestination(at, opening);
  },
};
