// Opens variables of GitLab; loaded when they are used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { GitlabApi } from './api.ts';
import { gitlabDestination } from './destination.ts';
import type { GitlabPlace, Owners } from './place.ts';
import { openGitlab } from './service.ts';

export function openGitlabPlace(at: GitlabPlace, owners: Owners, opening: Opening): Destination {
  const { clock, custody, user, oldKeyId, whoseKey } = opening;
  const api = new GitlabApi(() => preparing(() => openGitlab(opening)), at, owners);
  const replaced = { user, oldKeyId, whoseKey };
  return gitlabDestination({ at, owners, api, clock, custody, replaced });
}
