// `--deliver gitlab=GROUP/PROJECT[@SCOPE]`: CI/CD variables of a project.

import { gitlabKind } from './kind-of.ts';

export const gitlab = gitlabKind(
  { kind: 'gitlab', are: 'projects' },
  'CI/CD variables of that project',
);
