// Opens variables of GitLab; loaded when they are used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { sendingTo, settledOptions } from '../service-place.ts';
import { GitlabApi } from './api.ts';
import { gitlabDestination } from './destination.ts';
import { type GitlabPlace, type Owners, USUAL_NAMES } from './place.ts';
import { openGitlab } from './service.ts';

export function openGitlabPlace(named: GitlabPlace, owners: Owners, opening: Opening): Destination {
  const at = { ...named, options: settledOptions(named.options, USUAL_NAMES, opening) };
  const { clock, custody, user, oldKeyId, whoseKey, form, newPlaces } = opening;
  const makesMissing = newPlaces !== undefined;
  const api = gitlabApi(at, owners, opening);
  const replaced = { user, oldKeyId, whoseKey };
  return gitlabDestination({ at, owners, api, clock, custody, replaced, form, makesMissing });
}

export function gitlabApi(
  at: GitlabPlace,
  owners: Owners,
  around: Pick<Opening, 'http' | 'credentials'>,
): GitlabApi {
  const send = sendingTo(() => preparing(() => openGitlab(at, around)));
  return new GitlabApi(send, at, owners);
}
