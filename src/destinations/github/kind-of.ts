// The kinds of destination that are stores of GitHub: the same but for whose secrets they hold. Each has a word of
// its own, so that a slip of the pen (a repository left out) is refused, and never reaches all repositories of
// an organization.

import type { DestinationKind } from '../kind.ts';
import {
  type GithubPlace,
  githubPlaceAt,
  placeInStore,
  placeOfGithub,
  ruleOf,
  type Store,
  templateOfGithub,
  thingsAtGithub,
} from './place.ts';

const FOLLOW = {
  actions:
    'run the workflows again that wait for a runner, an approval or another run: they keep the old key',
  dependabot: 'nothing: runs that Dependabot begins from now on have it',
  codespaces: 'stop and start the codespaces that are open: they keep the old key',
} as const;

const WRITTEN_TWICE =
  'takes key ID and secret in two writes, and a job that begins between them gets halves of two pairs; one secret for both (#NAME) is written at once';

export function githubKind(store: Store, about: string): DestinationKind {
  const { kind, service } = store;
  return {
    name: kind,
    about,
    restart: FOLLOW[service],
    isOffered: true,
    settle: 'next-start',
    proof: 'timestamp',
    writesTwice: ({ place }) =>
      githubPlaceAt(place, store)?.pair.form === 'object' ? undefined : WRITTEN_TWICE,
    rule: ruleOf(store),
    placeFor: (template, facts) => placeInStore(store, template, facts),
    askedAs: (place, user) => ({ region: undefined, template: templateOfGithub(place, user) }),
    things: (target) => thingsAtGithub(target, store),
    joint: (own, begun) => {
      const [here, there] = [own.place, begun.place].map((place) => spelling(place, store));
      return here !== undefined && here === there ? own : undefined;
    },
    async open({ place }, opening) {
      const at: GithubPlace | undefined = githubPlaceAt(place, store);
      if (at === undefined) return undefined;
      const { openGithubPlace } = await import('./open.ts');
      return openGithubPlace(at, store, opening);
    },
  };
}

/** Capitals and small letters are one to GitHub, except in the name of an environment. */
function spelling(place: string, store: Store): string | undefined {
  const at = githubPlaceAt(place, store);
  if (at === undefined) return undefined;
  const { owner, repo } = at;
  const small = {
    owner: owner.toLowerCase(),
    ...(repo !== undefined && { repo: repo.toLowerCase() }),
  };
  return placeOfGithub({ ...at, ...small });
}
