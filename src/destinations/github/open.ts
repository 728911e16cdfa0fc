// Opens a place in one of GitHub's stores; loaded when one is used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { GithubApi, pathsFor } from './api.ts';
import { githubDestination } from './destination.ts';
import type { GithubPlace, Store } from './place.ts';
import { openGithub } from './service.ts';

export function openGithubPlace(at: GithubPlace, store: Store, opening: Opening): Destination {
  const { clock, user, oldKeyId, whoseKey } = opening;
  const service = () => preparing(() => openGithub(at, opening));
  const api = new GithubApi(service, pathsFor(at, store));
  return githubDestination({ at, store, api, clock, replaced: { user, oldKeyId, whoseKey } });
}
