// `--deliver secrets-manager=NAME`: a secret of AWS Secrets Manager.

import type { Opening } from '../kind.ts';
import { regionalKind } from '../regional-place.ts';
import { SECRET_NAMES } from './names.ts';

export const secretsManager = regionalKind({
  name: 'secrets-manager',
  about: 'a version of that secret',
  restart:
    "restart what read the secret at its start; AWS's caching clients follow within an hour, External Secrets after its refreshInterval",
  rule: SECRET_NAMES,
  async openOne(at, opening) {
    const { secretsManagerDestination } = await import('./destination.ts');
    return secretsManagerDestination(at, partsOf(at, opening));
  },
  async openHalves(at, opening) {
    const { secretsInHalves } = await import('./halves.ts');
    return secretsInHalves(at, { ...partsOf(at, opening), custody: opening.custody });
  },
});

function partsOf({ region }: { readonly region: string }, opening: Opening) {
  const { aws, clock, user, oldKeyId, whoseKey } = opening;
  return { store: aws.secretStore(region), clock, replaced: { user, oldKeyId, whoseKey } };
}
