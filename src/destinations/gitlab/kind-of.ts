// The kinds of destination that are CI/CD variables of GitLab. Projects and groups have a word each: a path alone
// does not say which of the two it is, and a group's variables reach every project below it.

import type { DestinationKind } from '../kind.ts';
import { SERVICE_OPTIONS, servicePlaces } from '../service-place.ts';
import { writtenTwice } from '../variable-names.ts';
import { wayByOptions } from '../way-there.ts';
import { gitlabListing } from './listing.ts';
import { gitlabPlaceAt, type Owners, placeOfOwners, ruleOf, thingsAtGitlab } from './place.ts';

export function gitlabKind(owners: Owners, about: string): DestinationKind {
  return {
    name: owners.kind,
    about,
    restart: 'nothing for jobs that begin from now on; what runs keeps the old key until it ends',
    settle: 'next-start',
    proof: 'value',
    isOffered: true,
    makesPlaces: true,
    writesTwice: ({ place }) =>
      gitlabPlaceAt(place, owners)?.pair.form === 'object' ? undefined : writtenTwice('variable'),
    rule: ruleOf(owners),
    fieldStyle: 'ordered',
    way: wayByOptions('gitlab', SERVICE_OPTIONS),
    placeFor: (template, facts) => placeOfOwners(owners, template, facts),
    ...servicePlaces((target) => thingsAtGitlab(target, owners), SERVICE_OPTIONS),
    listing: gitlabListing(owners),
    async open({ place }, opening) {
      const at = gitlabPlaceAt(place, owners);
      if (at === undefined) return undefined;
      const { openGitlabPlace } = await import('./open.ts');
      return openGitlabPlace(at, owners, opening);
    },
  };
}
