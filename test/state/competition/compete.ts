// compete URL REFEREE VARIANT SEED: one of several processes that work on the users of one table. Each section
// records, asks whether a change may leave, "sends" it to the referee, and records again. It tells the referee
// each step, and what the store has confirmed. A VARIANT leaves a rule of the store out, as a control.

import { setTimeout as sleep } from 'node:timers/promises';
import { openAwsState } from '../../../src/aws/open-aws-state.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { KeyturnError } from '../../../src/base/errors.ts';
import { newId } from '../../../src/base/new-id.ts';
import { kmsBox } from '../../../src/custody/kms-box.ts';
import type { RotationStep } from '../../../src/lifecycle/record.ts';
import { DynamoDbStore } from '../../../src/state/dynamodb/dynamodb-store.ts';
import { unfenced } from '../in-tables.ts';
import { INTENDED } from '../subject.ts';
import { ACCOUNT } from '../support.ts';
import { COMPETITION, type Told } from './terms.ts';

const [url = '', referee = '', variant = 'sound', seed = '1'] = process.argv.slice(2);
let dice = Number(seed);

function random(below: number): number {
  dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((dice / 2 ** 32) * below);
}

async function tell(told: Told): Promise<boolean> {
  const answer = await fetch(referee, { method: 'POST', body: JSON.stringify(told) });
  return answer.ok;
}

const run = newId();
const { tables, dataKeys } = await openAwsState({
  clock: systemClock,
  env: { ...process.env, AWS_ENDPOINT_URL: url },
});
const store = new DynamoDbStore({
  ...{ table: COMPETITION.table, custodyTable: COMPETITION.custodyTable, clock: systemClock, run },
  tables: variant === 'unfenced' ? unfenced(tables) : tables,
  box: kmsBox({ dataKeys, keyId: COMPETITION.keyId, place: COMPETITION.custodyTable }),
  leaseMs: COMPETITION.leaseMs,
  signatureLifeMs: COMPETITION.signatureLifeMs,
});
const state = await store.open(ACCOUNT, 'write');

async function section(user: string): Promise<void> {
  const id = newId();
  const about = { user, section: id, pid: process.pid };
  await state.exclusively(user, async (log) => {
    await tell({ ...about, what: 'enter' });
    const record = async (step: RotationStep) => {
      await log.record(id, step);
      await tell({ ...about, what: 'recorded', step: step.type });
    };
    await record({ ...INTENDED });
    await sleep(random(40));
    for (let change = 0; change < 2; change += 1) {
      await tell({ ...about, what: 'before' });
      const signedAt = new Date();
      if (variant !== 'no-look') await log.fence(signedAt);
      await tell({ ...about, what: 'between' });
      await tell({ ...about, what: 'change', signedAt: signedAt.getTime() });
      await sleep(random(40));
    }
    await record({ type: 'create-refused', code: 'x' });
    await tell({ ...about, what: 'leave' });
  });
}

await tell({ what: 'ready', user: '', section: '', pid: process.pid });
for (;;) {
  const user = `user-${random(COMPETITION.users)}`;
  try {
    await section(user);
  } catch (thrown) {
    // Another one has the user, or had to take over; anything else is a fault.
    const isExpected = thrown instanceof KeyturnError && thrown.code === 'rotation-in-progress';
    const why = isExpected ? thrown.code : String(thrown);
    if (
      !(await tell({
        what: isExpected ? 'refused' : 'failed',
        why,
        user,
        section: '',
        pid: process.pid,
      }))
    )
      break;
    await sleep(random(60));
  }
}
