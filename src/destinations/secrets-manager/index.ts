// `--deliver secrets-manager=NAME`: a secret of AWS Secrets Manager.

import type { Opening } from '../kind.ts';
import { filledSecrets } from '../making.ts';
import { regionalListing } from '../regional-listing.ts';
import {
  type PlaceInHalves,
  placeOfRegion,
  type RegionalPlace,
  regionalKind,
} from '../regional-place.ts';
import { remarksOn } from '../remarks.ts';
import { SECRET_NAMES } from './names.ts';

export const secretsManager = regionalKind({
  name: 'secrets-manager',
  about: 'a version of that secret',
  restart:
    "restart what read the secret at its start; AWS's caching clients follow within an hour, External Secrets after its refreshInterval",
  settle: 'unknown',
  proof: 'value',
  rule: SECRET_NAMES,
  listing: regionalListing(({ secretLister }) => secretLister, 'app/*'),
  async openOne(at, opening) {
    const { secretsManagerDestination } = await import('./destination.ts');
    const { making, ...parts } = partsOf(at, [at.name], opening);
    return { ...secretsManagerDestination(at, parts), ...making };
  },
  async openHalves(at, opening) {
    const { secretsInHalves } = await import('./halves.ts');
    const { making, ...parts } = partsOf(at, [at.idName, at.secretName], opening);
    return { ...secretsInHalves(at, { ...parts, custody: opening.custody }), ...making };
  },
});

function partsOf(at: RegionalPlace | PlaceInHalves, names: readonly string[], opening: Opening) {
  const { region, entrance } = at;
  const { clock, user, oldKeyId, whoseKey, form } = opening;
  const remark = remarksOn({ kind: 'secrets-manager', place: placeOfRegion(at) }, opening);
  const { store, making } = filledSecrets({ region, names, entrance }, opening);
  const replaced = { user, oldKeyId, whoseKey };
  const storeIn = (other: string) => opening.aws.secretStore(other, entrance);
  return {
    store,
    storeIn,
    clock,
    replaced,
    form,
    remark,
    making: making === undefined ? {} : { making },
  };
}
