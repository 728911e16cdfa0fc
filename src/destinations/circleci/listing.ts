// Variables of a project or a context as they are found. CircleCI shows their names, and nothing of what they hold
// that would tell a key from anything else.

import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import { type CirclePlace, circlePlaceAt, type Holders, placeOfCircle } from './place.ts';

export function circleListing(holders: Holders): PlaceListing {
  const isProject = holders.are === 'projects';
  return {
    takes: isProject
      ? 'the slug of a project (gh/ORG/REPO, circleci/ORG_ID/PROJECT_ID)'
      : 'gh/ORG/NAME, circleci/ORG_ID/NAME or the ID of a context',
    example: isProject ? 'gh/acme/app' : 'gh/acme/deploy',
    needsScope: true,
    faultIn: (scope) => {
      const isBare = circlePlaceAt(scope, holders) !== undefined && !scope.includes('#');
      return isBare ? undefined : `it is no ${isProject ? 'project' : 'context'}`;
    },
    async *list(scope, looking) {
      const at = circlePlaceAt(scope, holders);
      if (at !== undefined) yield await namesAt(at, holders, looking);
    },
  };
}

async function namesAt(at: CirclePlace, holders: Holders, looking: Looking): Promise<SeenPlace> {
  const { circleApi } = await import('./open.ts');
  const names = await circleApi(at, holders, looking).names();
  const why =
    names.length === 0
      ? 'it has no variables'
      : `CircleCI shows to nobody what is in ${names.join(', ')}`;
  return { kind: 'hidden', name: placeOfCircle(at), keyIds: [], why };
}
