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
  const { clock, custody, user, oldKeyId, whoseKey, form, newPlaces } = opening;
  const makesMissing = newPlaces !== undefined;
  const api = circleApi(at, holders, opening);
  const replaced = { user, oldKeyId, whoseKey };
  return circleDestination({ at, holders, api, clock, custody, replaced, form, makesMissing });
}

export function circleApi(
  at: CirclePlace,
  holders: Holders,
  around: Pick<Opening, 'http' | 'credentials'>,
): CircleApi {
  const send = sendingTo(() => preparing(() => openCircle(at, around)));
  return new CircleApi(send, at, holders);
}
