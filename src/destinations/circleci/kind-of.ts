// The kinds of destination that are environment variables of CircleCI. Projects and contexts have a word each:
// `gh/acme/app` may be either.

import type { DestinationKind } from '../kind.ts';
import {
  circlePlaceAt,
  type Holders,
  placeOfHolders,
  ruleOf,
  templateOfCircle,
  thingsAtCircle,
} from './place.ts';

export function circleKind(holders: Holders, about: string): DestinationKind {
  return {
    name: holders.kind,
    about,
    restart: 'nothing for jobs that begin from now on; what runs keeps the old key until it ends',
    settle: 'next-start',
    proof: 'marker',
    isOffered: true,
    writesTwice: ({ place }) =>
      circlePlaceAt(place, holders)?.pair.form === 'object' ? undefined : WRITTEN_TWICE,
    rule: ruleOf(holders),
    placeFor: (template, facts) => placeOfHolders(holders, template, facts),
    askedAs: (place, user) => ({ region: undefined, template: templateOfCircle(place, user) }),
    things: (target) => thingsAtCircle(target, holders),
    async open({ place }, opening) {
      const at = circlePlaceAt(place, holders);
      if (at === undefined) return undefined;
      const { openCirclePlace } = await import('./open.ts');
      return openCirclePlace(at, holders, opening);
    },
  };
}

const WRITTEN_TWICE =
  'takes key ID and secret in two writes, and a job that begins between them gets halves of two pairs; one variable with both (#NAME) is written at once';
