// `--deliver github=OWNER/REPO[:ENVIRONMENT]`: Actions secrets of a repository, or of one of its environments.

import { githubKind } from './kind-of.ts';

export const github = githubKind(
  { kind: 'github', service: 'actions', isOfOrganization: false },
  'Actions secrets of that repository, or of its environment',
);
