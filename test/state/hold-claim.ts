// hold-claim STATE_DIR USER: claims the user, says so, and holds it until it is killed.

import { systemClock } from '../../src/base/clock.ts';
import { openState } from './support.ts';

const [stateDir = '', user = ''] = process.argv.slice(2);
const state = await openState(stateDir, { clock: systemClock, run: 'h' });
await state.exclusively(user, async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => process.stdin.on('end', resolve).resume());
});
