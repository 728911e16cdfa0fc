// `--deliver ssm=NAME`: a SecureString parameter of AWS Systems Manager.

import type { Opening } from '../kind.ts';
import { filledParameters } from '../making.ts';
import { regionalListing } from '../regional-listing.ts';
import {
  type PlaceInHalves,
  placeOfRegion,
  type RegionalPlace,
  regionalKind,
} from '../regional-place.ts';
import { remarksOn } from '../remarks.ts';
import { PARAMETER_NAMES } from './names.ts';

export const ssm = regionalKind({
  name: 'ssm',
  about: 'that SecureString parameter',
  restart:
    'restart what read the parameter at its start; what keeps a copy for a while follows by itself',
  settle: 'unknown',
  proof: 'value',
  rule: PARAMETER_NAMES,
  listing: regionalListing(({ parameterLister }) => parameterLister, '/app/*'),
  async openOne(at, opening) {
    const { ssmDestination } = await import('./destination.ts');
    const { making, ...parts } = partsOf(at, [at.name], opening);
    return { ...ssmDestination(at, parts), ...making };
  },
  async openHalves(at, opening) {
    const { parametersInHalves } = await import('./halves.ts');
    const { making, ...parts } = partsOf(at, [at.idName, at.secretName], opening);
    return { ...parametersInHalves(at, { ...parts, custody: opening.custody }), ...making };
  },
});

function partsOf(at: RegionalPlace | PlaceInHalves, names: readonly string[], opening: Opening) {
  const { region, entrance } = at;
  const { clock, user, oldKeyId, whoseKey, form } = opening;
  const remark = remarksOn({ kind: 'ssm', place: placeOfRegion(at) }, opening);
  const { store, making } = filledParameters({ region, names, entrance }, opening);
  const replaced = { user, oldKeyId, whoseKey };
  return { store, clock, replaced, form, remark, making: making === undefined ? {} : { making } };
}
