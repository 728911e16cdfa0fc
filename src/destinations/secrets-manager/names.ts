// Names of secrets: AWS's bounds for Name in CreateSecret (API reference). A name that ends like the
// six characters that AWS adds to ARNs is allowed, if not advised. An ARN names a secret of another account, or of another region.

import type { PlaceRule } from '../place.ts';

export const SECRET_NAMES: PlaceRule = {
  example: 'app/{user}/aws-key',
  noun: 'a secret name',
  takes: '1 to 512 letters, digits or /_+=.@-, or the ARN of a secret',
  hasWay: true,
  isName: (name) =>
    /^(?:arn:aws[a-z-]*:secretsmanager:[a-z\d-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/.test(name),
};
