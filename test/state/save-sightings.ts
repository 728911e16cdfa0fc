// save-sightings STATE_DIR KEY_ID: one of several processes that save what they saw at once.

import { accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openState } from './support.ts';

const [stateDir = '', keyId = ''] = process.argv.slice(2);
const { sightings } = await openState(stateDir, { clock: systemClock, run: keyId });
await sightings.remember([{ at: systemClock.now(), keyIds: [accessKeyId(keyId)] }]);
