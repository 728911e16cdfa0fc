// The kinds of destination that are CI/CD variables of GitLab. Projects and groups have a word each: a path alone
// does not say which of the two it is, and a group's variables reach every project below it.

import type { DestinationKind } from '../kind.ts';
import {
  gitlabPlaceAt,
  type Owners,
  placeOfOwners,
  ruleOf,
  templateOfGitlab,
  thingsAtGitlab,
} from './place.ts';

export function gitlabKind(owners: Owners, about: string): DestinationKind {
  return {
    name: owners.kind,
    about,
    restart: 'nothing for jobs that begin from now on; what runs keeps the old key until it ends',
    settle: 'next-start',
    proof: 'value',
    isOffered: true,
    writesTwice: ({ place }) =>
      gitlabPlaceAt(place, owners)?.pair.form === 'object' ? undefined : WRITTEN_TWICE,
    rule: ruleOf(owners),
    placeFor: (template, facts) => placeOfOwners(owners, template, facts),
    askedAs: (place, user) => ({ region: undefined, template: templateOfGitlab(place, user) }),
    things: (target) => thingsAtGitlab(target, owners),
    async open({ place }, opening) {
      const at = gitlabPlaceAt(place, owners);
      if (at === undefined) return undefined;
      const { openGitlabPlace } = await import('./open.ts');
      return openGitlabPlace(at, owners, opening);
    },
  };
}

const WRITTEN_TWICE =
  'takes key ID and secret in two writes, and a job that begins between them gets halves of two pairs; one variable with both (#NAME) is written at once';
