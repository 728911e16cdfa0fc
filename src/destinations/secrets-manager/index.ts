// `--deliver secrets-manager=NAME`: a secret of AWS Secrets Manager.

import type { DestinationKind } from '../kind.ts';
import {
  askedInRegion,
  isInHalves,
  placeInRegion,
  regionalPlace,
  thingsOfRegion,
} from '../regional-place.ts';
import { SECRET_NAMES } from './names.ts';

export const secretsManager: DestinationKind = {
  name: 'secrets-manager',
  about: 'a version of that secret',
  isOffered: true,
  rule: SECRET_NAMES,
  placeFor: (template, facts) => placeInRegion(template, facts, SECRET_NAMES),
  askedAs: askedInRegion,
  things: thingsOfRegion,
  async open({ place }, { aws, clock, custody, ...replaced }) {
    const at = regionalPlace(place);
    if (at === undefined) return undefined;
    const parts = { store: aws.secretStore(at.region), clock, replaced };
    if (isInHalves(at)) {
      const { secretsInHalves } = await import('./halves.ts');
      return secretsInHalves(at, { ...parts, custody });
    }
    const { secretsManagerDestination } = await import('./destination.ts');
    return secretsManagerDestination(at, parts);
  },
};
