// Where state is, for commands that ask nothing else of AWS; a table is asked as that profile, in that region.

import type { StateReach } from '../../../app/open-state.ts';
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

export interface StateValues {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

export function reachOfState({ profile, region }: StateValues, host: Host): StateReach {
  const { clock, env } = host;
  return { clock, env, profile, region: region ?? regionOf(env) };
}
