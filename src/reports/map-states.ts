// What a map makes of a key, what has to be looked at first first. Light: flags and their help load it.

export const MAP_STATE_WORDS = [
  'dead',
  'foreign',
  'unknown',
  'unplaced',
  'several-places',
  'placed',
  'inactive',
] as const;

export type MapState = (typeof MAP_STATE_WORDS)[number];
