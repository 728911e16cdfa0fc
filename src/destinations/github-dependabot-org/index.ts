// `--deliver github-dependabot-org=ORG`: Dependabot secrets of that organization.

import { githubKind } from '../github/kind-of.ts';

export const githubDependabotOrg = githubKind(
  { kind: 'github-dependabot-org', service: 'dependabot', isOfOrganization: true },
  'Dependabot secrets of that organization',
);
