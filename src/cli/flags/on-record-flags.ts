// Flags of the commands that go on with what earlier runs began. Where the secrets of those go is on
// record, so what these flags say is not about the choice of a place.

import { ROTATE_FLAGS } from '../rotate/flags.ts';

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
      'Go on although the state directory does not last (in memory, on a hosted runner of GitHub Actions, in a container and on no volume, in the /tmp of AWS Lambda): a secret that is kept nowhere else is lost with it. Otherwise such a run is refused before AWS is asked.',
  },
  logLevel: {
    ...ROTATE_FLAGS.logLevel,
    about: 'Log this level and above.',
  },
} as const;
