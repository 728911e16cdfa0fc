// `--deliver gitlab-group=GROUP[@SCOPE]`: CI/CD variables of a group.

import { gitlabKind } from '../gitlab/kind-of.ts';

export const gitlabGroup = gitlabKind(
  { kind: 'gitlab-group', are: 'groups' },
  'CI/CD variables of that group',
);
