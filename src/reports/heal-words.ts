// The flags with which `keyturn verify` tells what it would heal.

import { makesPlaces } from '../destinations/kinds.ts';

export interface PlaceOff {
  readonly kind: string;
  readonly state: string;
}

/** A place that is gone is made again before it is given its key, where its kind makes places. */
export function healWords(places: readonly PlaceOff[]): readonly string[] {
  const isToMake = places.some(({ kind, state }) => state === 'gone' && makesPlaces(kind));
  return ['--heal', ...(isToMake ? ['--create-missing'] : []), '--dry-run'];
}
