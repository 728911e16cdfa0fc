// `--deliver circleci-context=gh/ORG/NAME`: environment variables of a context.

import { circleKind } from '../circleci/kind-of.ts';

export const circleciContext = circleKind(
  { kind: 'circleci-context', are: 'contexts' },
  'environment variables of that context of CircleCI',
);
