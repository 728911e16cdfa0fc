// Names of parameters: AWS's bounds for Name in PutParameter (API reference): a path of at most 15
// levels, in which neither the first word nor the whole name begins with "aws" or "ssm".

import type { PlaceRule } from '../place.ts';

const LEVELS_MAX = 15;
const LENGTH_MAX = 1011;

export const PARAMETER_NAMES: PlaceRule = {
  example: '/app/{user}/aws-key',
  noun: 'a parameter name',
  hasWay: true,
  hasTier: true,
  takes:
    'letters, digits or _.- in at most 15 levels, each after a /, and does not begin with aws or ssm',
  isName: (name) => {
    const levels = name.split('/');
    const isPath = name.startsWith('/');
    const words = isPath ? levels.slice(1) : levels;
    return (
      name.length <= LENGTH_MAX &&
      words.length <= (isPath ? LEVELS_MAX : 1) &&
      words.every((word) => /^[\w.-]+$/.test(word)) &&
      !/^(?:aws|ssm)/i.test(words[0] ?? '')
    );
  },
};
