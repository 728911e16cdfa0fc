// save-sightings STATE_DIR KEY_ID: one of several processes that save what they saw at once.

import { accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openAccountState } from '../../src/journal/open-account-state.ts';
import { ACCOUNT } from './support.ts';

const [stateDir = '', keyId = ''] = process.argv.slice(2);
const options = { stateDir, account: ACCOUNT, clock: systemClock, run: keyId };
const { sightings } = await openAccountState(options);
sightings.seenActive([accessKeyId(keyId)], systemClock.now());
await sightings.save();
