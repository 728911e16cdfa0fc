// `--deliver github-codespaces=OWNER/REPO`: Codespaces secrets of that repository.

import { githubKind } from '../github/kind-of.ts';

export const githubCodespaces = githubKind(
  { kind: 'github-codespaces', service: 'codespaces', isOfOrganization: false },
  'Codespaces secrets of that repository',
);
