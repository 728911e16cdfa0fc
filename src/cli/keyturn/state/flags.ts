// Where state is, for commands that ask nothing else of AWS; a table is asked as that profile, in that region.

import type { CustodyValues } from '../../../app/custody-wish.ts';
import type { StateReach } from '../../../app/open-state.ts';
import { CUSTODY_FLAGS, custodyOf } from '../../flags/custody-flags.ts';
import { regionOf } from '../../flags/surroundings.ts';
import type { Host } from '../../host.ts';
import { ROTATE_FLAGS } from '../../rotate/flags.ts';

const KEPT = 'Where state is kept';

export const STATE_FLAGS = {
  stateDir: { ...ROTATE_FLAGS.stateDir, group: KEPT },
  profile: {
    ...ROTATE_FLAGS.profile,
    group: KEPT,
    about: 'Asks a table as this profile of the AWS files. A directory is asked as nobody.',
  },
  region: {
    ...ROTATE_FLAGS.region,
    group: KEPT,
    about: 'The region of a table whose place names none.',
  },
} as const;

/** For the commands that keep, open or make something. */
export const STATE_CUSTODY_FLAGS = { ...STATE_FLAGS, ...CUSTODY_FLAGS } as const;

export interface StateValues extends CustodyValues {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

export function reachOfState(values: StateValues, host: Host): StateReach {
  const { profile, region } = values;
  const { clock, env } = host;
  return { clock, env, profile, region: region ?? regionOf(env), custody: custodyOf(values) };
}
