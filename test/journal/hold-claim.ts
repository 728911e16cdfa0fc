// hold-claim STATE_DIR USER: claims the user, says so, and holds it until it is killed.

import { systemClock } from '../../src/base/clock.ts';
import { openAccountState } from '../../src/journal/open-account-state.ts';
import { ACCOUNT } from './support.ts';

const [stateDir = '', user = ''] = process.argv.slice(2);
const state = await openAccountState({ stateDir, account: ACCOUNT, clock: systemClock, run: 'h' });
await state.claims.withClaim(user, async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => process.stdin.on('end', resolve).resume());
});
