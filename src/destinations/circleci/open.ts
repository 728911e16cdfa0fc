// Opens variables of CircleCI; loaded when they are used.

import type { Destination } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { CircleApi } from './api.ts';
import { circleDestination } from './destination.ts';
import type { CirclePlace, Holders } from './place.ts';
import { openCircle } from './service.ts';

export function openCirclePlace(at: CirclePlace, holders: Holders, opening: Opening): Destination {
  const { clock, custody, user, oldKeyId, whoseKey } = opening;
  const api = new CircleApi(() => preparing(() => openCircle(opening)), at, holders);
  const replaced = { user, oldKeyId, whoseKey };
  return circleDestination({ at, holders, api, clock, custody, replaced });
}
