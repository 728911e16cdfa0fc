// `--deliver circleci=gh/ORG/REPO`: environment variables of a project.

import { circleKind } from './kind-of.ts';

export const circleci = circleKind(
  { kind: 'circleci', are: 'projects' },
  'environment variables of that project of CircleCI',
);
