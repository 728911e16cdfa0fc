// Makes a place of state, and looks at one.

import type { Finding } from '../../state/stores.ts';
import { examineState, makeState, whyVolatile } from '../../state/stores.ts';
import { openingOf, type StateReach } from '../open-state.ts';

/** Resolves with what was made, in words; nothing where all of it was there. */
export async function setUpState(place: string, reach: StateReach): Promise<readonly string[]> {
  return await makeState(place, openingOf(reach));
}

/** Changes nothing. */
export async function checkState(place: string, reach: StateReach): Promise<readonly Finding[]> {
  const findings = await examineState(place, openingOf(reach));
  const why = await whyVolatile(place, reach.env);
  if (why === undefined) return findings;
  return [...findings, { verdict: 'doubtful', what: `what is kept there will be lost: ${why}` }];
}
