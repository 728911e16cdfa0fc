// Secrets of a repository, an environment or an organization as they are found. GitHub shows their names alone; a
// variable shows what it holds, and a key ID may stand in one.

import { accessKeyId } from '../../base/access-key-id.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import { type GithubPlace, githubPlaceAt, placeOfGithub, type Store } from './place.ts';

export function githubListing(store: Store): PlaceListing {
  const isOrganization = store.isOfOrganization;
  return {
    takes: isOrganization
      ? 'the name of an organization'
      : `OWNER/REPO${store.service === 'actions' ? ', with :ENVIRONMENT behind it for the secrets of an environment' : ''}`,
    example: isOrganization ? 'acme' : 'acme/app',
    needsScope: true,
    faultIn: (scope) => {
      const isBare = githubPlaceAt(scope, store) !== undefined && !scope.includes('#');
      return isBare ? undefined : `it is no ${isOrganization ? 'organization' : 'repository'}`;
    },
    async *list(scope, looking) {
      const at = githubPlaceAt(scope, store);
      if (at !== undefined) yield await namesAt(at, store, looking);
    },
  };
}

async function namesAt(at: GithubPlace, store: Store, looking: Looking): Promise<SeenPlace> {
  const [{ githubApi }, { keyIdsIn }] = await Promise.all([
    import('./open.ts'),
    import('../readings.ts'),
  ]);
  const api = githubApi(at, store, looking);
  const names = await api.secretNames();
  const variables = store.service === 'actions' ? await api.variables() : [];
  const keyIds = keyIdsIn(variables.map(({ value }) => value));
  const why =
    names.length === 0
      ? 'it has no secrets'
      : `GitHub shows to nobody what is in ${names.join(', ')}`;
  return { kind: 'hidden', name: placeOfGithub(at), keyIds: keyIds.map(accessKeyId), why };
}
