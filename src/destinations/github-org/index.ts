// `--deliver github-org=ORG`: Actions secrets of that organization.

import { githubKind } from '../github/kind-of.ts';

export const githubOrg = githubKind(
  { kind: 'github-org', service: 'actions', isOfOrganization: true },
  'Actions secrets of that organization',
);
