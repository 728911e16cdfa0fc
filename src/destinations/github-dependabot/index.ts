// `--deliver github-dependabot=OWNER/REPO`: Dependabot secrets of that repository.

import { githubKind } from '../github/kind-of.ts';

export const githubDependabot = githubKind(
  { kind: 'github-dependabot', service: 'dependabot', isOfOrganization: false },
  'Dependabot secrets of that repository',
);
