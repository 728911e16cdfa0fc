// Opens variables of CircleCI; loaded when they are used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { sendingTo, settledOptions } from '../service-place.ts';
import { CircleApi } from './api.ts';
import { circleDestination } from './destination.ts';
import { type CirclePlace, type Holders, USUAL_NAMES } from './place.ts';
import { openCircle } from './service.ts';

export function openCirclePlace(
  named: CirclePlace,
  holders: Holders,
  opening: Opening,
): Destination {
  const at = { ...named, options: settledOptions(named.options, USUAL_NAMES, opening) };
  const { clock, custody, user, oldKeyId, whoseKey, form } = opening;
  const api = new CircleApi(
    sendingTo(() => preparing(() => openCircle(at, opening))),
    at,
    holders,
  );
  const replaced = { user, oldKeyId, whoseKey };
  return circleDestination({ at, holders, api, clock, custody, replaced, form });
}
