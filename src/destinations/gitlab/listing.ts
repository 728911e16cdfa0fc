// CI/CD variables of a project or a group as they are found: those of one scope are one place.

import { Secret } from '../../base/secret.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import type { PairFields } from '../pair-fields.ts';
import type { Variable } from './api.ts';
import {
  EVERYWHERE,
  type GitlabPlace,
  gitlabPlaceAt,
  type Owners,
  placeOfGitlab,
} from './place.ts';

export function gitlabListing(owners: Owners): PlaceListing {
  const isProject = owners.are === 'projects';
  return {
    takes: `the path${isProject ? ' (GROUP/PROJECT)' : ''} or the number`,
    example: isProject ? 'acme/app' : 'acme',
    needsScope: true,
    faultIn: (scope) => {
      const at = gitlabPlaceAt(scope, owners);
      const isBare = at !== undefined && at.scope === undefined && !scope.includes('#');
      return isBare ? undefined : 'it is no path, and no number';
    },
    async *list(scope, looking) {
      const at = gitlabPlaceAt(scope, owners);
      if (at !== undefined) yield* variablesOf(at, owners, looking);
    },
  };
}

async function* variablesOf(
  at: GitlabPlace,
  owners: Owners,
  looking: Looking,
): AsyncGenerator<SeenPlace> {
  const [{ gitlabApi }, { markIn }] = await Promise.all([import('./open.ts'), import('./look.ts')]);
  const scopes = new Map<string, Variable[]>();
  for await (const variable of gitlabApi(at, owners, looking).all()) {
    scopes.set(variable.scope, [...(scopes.get(variable.scope) ?? []), variable]);
  }
  for (const [scope, variables] of scopes) {
    const place = { ...at, scope: scope === EVERYWHERE ? undefined : scope };
    const name = placeOfGitlab(place);
    const shown = variables.flatMap(({ name: key, value }) =>
      value === undefined ? [] : [[key, value.reveal()] as const],
    );
    if (shown.length > 0) {
      const text = new Secret(JSON.stringify(Object.fromEntries(shown)));
      yield { kind: 'read', name, text, deliverWith: (fields) => named(place, fields, owners) };
    }
    const hidden = variables.filter(({ value }) => value === undefined);
    if (hidden.length === 0) continue;
    const keyIds = [...new Set(hidden.flatMap((variable) => markIn(variable) ?? []))];
    const why = `GitLab shows to nobody what is in ${hidden.map((each) => each.name).join(', ')}`;
    yield { kind: 'hidden', name, keyIds, why };
  }
}

/** Undefined for an object in a variable, which a place of two cannot name. */
function named(at: GitlabPlace, { id, secret }: PairFields, owners: Owners): string | undefined {
  if (id.length > 1 || secret.length > 1) return undefined;
  const text = placeOfGitlab({ ...at, pair: { form: 'halves', id: id[0], secret: secret[0] } });
  return gitlabPlaceAt(text, owners) === undefined ? undefined : text;
}
