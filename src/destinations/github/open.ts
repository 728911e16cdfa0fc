// Opens a place in one of GitHub's stores; loaded when one is used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { sendingTo, settledOptions } from '../service-place.ts';
import { GithubApi, pathsFor } from './api.ts';
import { githubDestination } from './destination.ts';
import { type GithubPlace, type Store, USUAL_NAMES } from './place.ts';
import { openGithub } from './service.ts';

export function openGithubPlace(named: GithubPlace, store: Store, opening: Opening): Destination {
  const at = { ...named, options: settledOptions(named.options, USUAL_NAMES, opening) };
  const { clock, user, oldKeyId, whoseKey, form, newPlaces } = opening;
  const makesMissing = newPlaces !== undefined;
  const api = githubApi(at, store, opening);
  const replaced = { user, oldKeyId, whoseKey };
  return githubDestination({ at, store, api, clock, replaced, form, makesMissing });
}

export function githubApi(
  at: GithubPlace,
  store: Store,
  around: Pick<Opening, 'http' | 'credentials' | 'clock'>,
): GithubApi {
  const send = sendingTo(() => preparing(() => openGithub(at, around)));
  return new GithubApi(send, pathsFor(at, store));
}
