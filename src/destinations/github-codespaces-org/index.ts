// `--deliver github-codespaces-org=ORG`: Codespaces secrets of that organization.

import { githubKind } from '../github/kind-of.ts';

export const githubCodespacesOrg = githubKind(
  { kind: 'github-codespaces-org', service: 'codespaces', isOfOrganization: true },
  'Codespaces secrets of that organization',
);
