// The state of earlier runs, for commands that tell of it or end what is open there.

import { requireFormerState } from '../../state/stores.ts';
import { type Surroundings, stateDirectory, stateVariable } from './surroundings.ts';

/**
 * Where it is kept. A place that was named must be there; the usual one of somebody who has rotated nothing
 * yet need not. Throws `state-dir`.
 */
export async function formerState(
  flag: string | undefined,
  surroundings: Surroundings,
): Promise<string> {
  const place = stateDirectory(flag, surroundings);
  if (flag ?? stateVariable(surroundings.env)) await requireFormerState(place);
  return place;
}
