// `--deliver ssm=NAME`: a SecureString parameter of AWS Systems Manager.

import type { Opening } from '../kind.ts';
import { regionalKind } from '../regional-place.ts';
import { PARAMETER_NAMES } from './names.ts';

export const ssm = regionalKind({
  name: 'ssm',
  about: 'that SecureString parameter',
  restart:
    'restart what read the parameter at its start; what keeps a copy for a while follows by itself',
  rule: PARAMETER_NAMES,
  async openOne(at, opening) {
    const { ssmDestination } = await import('./destination.ts');
    return ssmDestination(at, partsOf(at, opening));
  },
  async openHalves(at, opening) {
    const { parametersInHalves } = await import('./halves.ts');
    return parametersInHalves(at, { ...partsOf(at, opening), custody: opening.custody });
  },
});

function partsOf({ region }: { readonly region: string }, opening: Opening) {
  const { aws, clock, user, oldKeyId, whoseKey } = opening;
  return { store: aws.parameterStore(region), clock, replaced: { user, oldKeyId, whoseKey } };
}
