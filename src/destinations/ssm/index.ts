// `--deliver ssm=NAME`: a SecureString parameter of AWS Systems Manager.

import type { DestinationKind } from '../kind.ts';
import {
  askedInRegion,
  isInHalves,
  placeInRegion,
  regionalPlace,
  thingsOfRegion,
} from '../regional-place.ts';
import { PARAMETER_NAMES } from './names.ts';

export const ssm: DestinationKind = {
  name: 'ssm',
  about: 'that SecureString parameter',
  isOffered: true,
  rule: PARAMETER_NAMES,
  placeFor: (template, facts) => placeInRegion(template, facts, PARAMETER_NAMES),
  askedAs: askedInRegion,
  things: thingsOfRegion,
  async open({ place }, { aws, clock, custody, ...replaced }) {
    const at = regionalPlace(place);
    if (at === undefined) return undefined;
    const parts = { store: aws.parameterStore(at.region), clock, replaced };
    if (isInHalves(at)) {
      const { parametersInHalves } = await import('./halves.ts');
      return parametersInHalves(at, { ...parts, custody });
    }
    const { ssmDestination } = await import('./destination.ts');
    return ssmDestination(at, parts);
  },
};
