// The kinds of destination that are stores of GitHub: the same but for whose secrets they hold. Each has a word of
// its own, so that a slip of the pen (a repository left out) is refused, and never reaches all repositories of
// an organization.

import type { Settle } from '../../lifecycle/settle.ts';
import type { DestinationKind } from '../kind.ts';
import { servicePlaces } from '../service-place.ts';
import { writtenTwice } from '../variable-names.ts';
import { wayByOptions } from '../way-there.ts';
import { githubListing } from './listing.ts';
import {
  type GithubPlace,
  githubPlaceAt,
  OPTIONS,
  placeInStore,
  ruleOf,
  type Store,
  thingsAtGithub,
} from './place.ts';

const FOLLOW = {
  actions:
    'run the workflows again that wait for a runner, an approval or another run: they keep the old key',
  dependabot: 'nothing: runs that Dependabot begins from now on have it',
  codespaces: 'stop and start the codespaces that are open: they keep the old key',
} as const;

/**
 * Runs of Actions have the secrets of the moment at which they were queued, and wait for an approval for up to
 * thirty days; the jobs of an environment get its secrets when they start.
 */
function settleOf(store: Store, place: string): Settle {
  const isAtStart = githubPlaceAt(place, store)?.environment !== undefined;
  return store.service === 'codespaces' || isAtStart ? 'next-start' : 'when-queued';
}

export function githubKind(store: Store, about: string): DestinationKind {
  const { kind, service } = store;
  return {
    name: kind,
    about,
    restart: FOLLOW[service],
    isOffered: true,
    makesPlaces: true,
    settle: service === 'codespaces' ? 'next-start' : 'when-queued',
    proof: 'timestamp',
    termsAt: ({ place }) => ({ settle: settleOf(store, place) }),
    writesTwice: ({ place }) =>
      githubPlaceAt(place, store)?.pair.form === 'object' ? undefined : writtenTwice('secret'),
    rule: ruleOf(store),
    fieldStyle: 'ordered',
    way: wayByOptions('github', OPTIONS),
    placeFor: (template, facts) => placeInStore(store, template, facts),
    ...servicePlaces((target) => thingsAtGithub(target, store), OPTIONS),
    listing: githubListing(store),
    async open({ place }, opening) {
      const at: GithubPlace | undefined = githubPlaceAt(place, store);
      if (at === undefined) return undefined;
      const { openGithubPlace } = await import('./open.ts');
      return openGithubPlace(at, store, opening);
    },
  };
}
