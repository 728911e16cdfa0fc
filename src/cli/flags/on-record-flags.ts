// Flags of the commands that go on with what earlier runs began. Where the secrets of those go is on
// record, so what these flags say is not about the choice of a place.

import {
  DEADLINE_NOTICE_DAYS,
  QUIET_DAYS_MAX,
  QUIET_DAYS_MIN,
} from '../../lifecycle/retire-policy.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import { RETIRE_FLAGS } from './retire-flags.ts';

export const ON_RECORD_FLAGS = {
  region: {
    ...ROTATE_FLAGS.region,
    about:
      'IAM is one service for all regions of a partition, so this only chooses the partition (us-gov-west-1, cn-north-1) and the STS endpoint. Secrets and parameters are in the region that is on record.',
  },
  outputFormat: {
    ...ROTATE_FLAGS.outputFormat,
    about:
      'json: one JSON document on stdout, also when the run fails; it holds the secrets of rotations that were to print them. text: a page for people, which names the files with secrets.',
  },
  acceptVolatileState: {
    ...ROTATE_FLAGS.acceptVolatileState,
    about:
      'Go on although the state directory does not last (in memory, on a hosted runner, in the folder of a CI job, in a container and on no volume, in the /tmp of AWS Lambda): a secret that is kept nowhere else is lost with it. Otherwise such a run is refused before AWS is asked.',
  },
  quietDays: {
    ...RETIRE_FLAGS.quietDays,
    about: `Of a rotation that waits until nobody uses the old key: for how long nobody may have used it, in days; ${QUIET_DAYS_MIN} to ${QUIET_DAYS_MAX}. Longer all the same for a key whose own uses were further apart.`,
  },
  retireDeadlineDays: {
    ...RETIRE_FLAGS.retireDeadlineDays,
    about: `Of such a rotation: so many days after the new key was delivered the old one becomes Inactive although something uses it; ${DEADLINE_NOTICE_DAYS} to 3650. It is announced ${DEADLINE_NOTICE_DAYS} days ahead.`,
  },
  logLevel: {
    ...ROTATE_FLAGS.logLevel,
    about: 'Log this level and above.',
  },
} as const;
