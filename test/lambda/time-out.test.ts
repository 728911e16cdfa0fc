// The function in AWS's own emulator of Lambda, which ends it at its time-out: it answers before that, and what was left
// goes on in the next invocation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedEmulator, type Emulated, emulated } from './emulator.ts';
import { FIRST, LambdaStage } from './stage.ts';

const program = cachedEmulator();
const skip = program === undefined && 'aws-lambda-rie is not there: npm run test:lambda';

const OPTIONS = {
  account: FIRST,
  run: 'daily',
  report: false,
  deliver: ['secrets-manager=app/{user}'],
  create_missing: true,
  inventory: 'scan',
};

test('it ends before its time-out, and the same event goes on; one that takes no heed is ended', {
  skip,
}, async (t) => {
  const stage = await LambdaStage.open(t);
  let short: Emulated | undefined;
  let long: Emulated | undefined;
  t.after(async () => {
    await short?.stop();
    await long?.stop();
  });
  const env = { ...stage.env };
  short = await emulated(program ?? '', { env, timeoutSeconds: 12 });
  stage.refuseNewKeys();
  const first = JSON.parse(await short.invoke(OPTIONS));
  assert.equal(first.state, 'more', JSON.stringify(first));
  const ended = await short.invoke({ ignores: true });
  assert.match(ended, /Task timed out after 12\.00 seconds|Sandbox\.Timedout/);
  const refused = JSON.parse(await short.invoke({ mode: 'none' }));
  assert.equal(refused.errorType, 'KeyturnBadInput');
  stage.acceptNewKeys();
  long = await emulated(program ?? '', { env, timeoutSeconds: 120 });
  const last = JSON.parse(await long.invoke(OPTIONS));
  assert.deepEqual([last.state, last.failed], ['done', 0], JSON.stringify(last));
  assert.equal(stage.newKeys(FIRST).length, 1);
});
