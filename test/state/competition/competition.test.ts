// Several processes on one table, some of which are killed or put to sleep in the middle of their work. The
// sleeper who was taken over writes nothing, and IAM carries nothing out for it. A store without one of the
// rules is found out by the same referee.

import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { type Competition, type Course, compete, type Variant } from './competition.ts';

const COMPETITORS = 6;

async function onSandbox(
  test: TestContext,
  variant: Variant,
  isEnough: Course['isEnough'],
): Promise<Competition> {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  const env = { ...process.env, ...sandbox.endpointEnv() };
  return await compete(test, {
    variant,
    competitors: COMPETITORS,
    url: sandbox.url,
    env,
    isEnough,
  });
}

it('I9: who was taken over records nothing, and changes no key, whatever sleeps or dies where', async (test) => {
  const competition = await onSandbox(
    test,
    'sound',
    ({ referee, kills }) => referee.sections >= 20 && referee.takenOver >= 5 && kills >= 3,
  );
  const { referee, shown } = competition;
  const audit = await referee.audit();
  test.diagnostic(JSON.stringify({ ...shown, ...audit }));
  assert.ok(referee.takenOver > 0, 'somebody was taken over');
  assert.deepEqual(
    [referee.lateChanges, audit.late, audit.lost, referee.failures],
    [0, 0, 0, []],
    'a change or a record after the takeover, a record lost, a fault',
  );
});

it('control: a store that looks first and writes then is found out', async (test) => {
  const { referee, shown } = await onSandbox(test, 'unfenced', async ({ referee }) => {
    const { late, lost } = await referee.audit();
    return late + lost > 0;
  });
  const { late, lost } = await referee.audit();
  test.diagnostic(JSON.stringify({ ...shown, late, lost }));
  assert.ok(late + lost > 0, 'nobody noticed');
});

it('control: a change of a key without a look at the claim is found out', async (test) => {
  const { referee, shown } = await onSandbox(
    test,
    'no-look',
    ({ referee }) => referee.lateChanges > 0,
  );
  test.diagnostic(JSON.stringify(shown));
  assert.ok(referee.lateChanges > 0, 'nobody noticed');
});
