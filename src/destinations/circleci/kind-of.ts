// The kinds of destination that are environment variables of CircleCI. Projects and contexts have a word each:
// `gh/acme/app` may be either.

import type { DestinationKind } from '../kind.ts';
import { SERVICE_OPTIONS, servicePlaces } from '../service-place.ts';
import { writtenTwice } from '../variable-names.ts';
import { wayByOptions } from '../way-there.ts';
import { circleListing } from './listing.ts';
import { circlePlaceAt, type Holders, placeOfHolders, ruleOf, thingsAtCircle } from './place.ts';

export function circleKind(holders: Holders, about: string): DestinationKind {
  return {
    name: holders.kind,
    about,
    restart: 'nothing for jobs that begin from now on; what runs keeps the old key until it ends',
    settle: 'next-start',
    proof: 'marker',
    isOffered: true,
    makesPlaces: true,
    writesTwice: ({ place }) =>
      circlePlaceAt(place, holders)?.pair.form === 'object' ? undefined : writtenTwice('variable'),
    rule: ruleOf(holders),
    fieldStyle: 'ordered',
    way: wayByOptions('circleci', SERVICE_OPTIONS),
    placeFor: (template, facts) => placeOfHolders(holders, template, facts),
    ...servicePlaces((target) => thingsAtCircle(target, holders), SERVICE_OPTIONS),
    listing: circleListing(holders),
    async open({ place }, opening) {
      const at = circlePlaceAt(place, holders);
      if (at === undefined) return undefined;
      const { openCirclePlace } = await import('./open.ts');
      return openCirclePlace(at, holders, opening);
    },
  };
}
