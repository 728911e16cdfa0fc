// `--deliver secrets-manager=NAME`: a secret of AWS Secrets Manager.

import type { DestinationKind } from '../kind.ts';
import { placeInRegion, regionalPlace } from '../regional-place.ts';
import { SECRET_NAMES } from './names.ts';

export const secretsManager: DestinationKind = {
  name: 'secrets-manager',
  about: 'a version of that secret',
  isOffered: true,
  rule: SECRET_NAMES,
  placeFor: (template, facts) => placeInRegion(template, facts, SECRET_NAMES),
  async open({ place }, { aws, clock }) {
    const at = regionalPlace(place);
    if (at === undefined) return undefined;
    const { secretsManagerDestination } = await import('./destination.ts');
    return secretsManagerDestination(at, { store: aws.secretStore(at.region), clock });
  },
};
