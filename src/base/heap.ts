// V8 lets garbage lie until the heap has grown several times over: with most of what a run over an
// organization allocates living for some seconds, that came to 330 MB for 25 MB in use. Told to
// collect earlier it stays near 200 MB, however many accounts there are, for some CPU more.

import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow over what is in use before garbage is collected. */
const GROWTH_PERCENT = 50;

/**
 * For the rest of this process. The space for what lives shortly stays as large as it is by now: V8 would
 * let it grow to 48 MB, most of which lies fallow while rotations wait for AWS.
 */
export function collectGarbageEarly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--semi-space-growth-factor=1');
}
