// `--deliver ssm=NAME`: a SecureString parameter of AWS Systems Manager.

import type { DestinationKind } from '../kind.ts';
import { placeInRegion, regionalPlace } from '../regional-place.ts';
import { PARAMETER_NAMES } from './names.ts';

export const ssm: DestinationKind = {
  name: 'ssm',
  about: 'that SecureString parameter',
  isOffered: true,
  rule: PARAMETER_NAMES,
  placeFor: (template, facts) => placeInRegion(template, facts, PARAMETER_NAMES),
  async open({ place }, { aws, clock }) {
    const at = regionalPlace(place);
    if (at === undefined) return undefined;
    const { ssmDestination } = await import('./destination.ts');
    return ssmDestination(at, { store: aws.parameterStore(at.region), clock });
  },
};
