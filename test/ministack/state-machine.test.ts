// The state machine of deploy/aws over an organization: what becomes of every key is what becomes of it in a run of
// one process; and whatever function is killed at whatever request, running again heals it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type FleetSize,
  fleet,
  MachineStage,
  OPTIONS,
  outcome,
  summaryIn,
} from './machine-stage.ts';
import { skipsMinistack } from './ministack.ts';
import { nameOrphans } from './name-orphans.ts';
import { byOneProcess } from './one-process.ts';

const SIZE: FleetSize = { accounts: 5, users: 10, due: 1 };
const AT_ONCE = 5;

describe('the state machine in ministack', { skip: skipsMinistack() }, () => {
  let stage: MachineStage;
  let wanted: unknown;
  before(async () => {
    stage = await MachineStage.open(await fleet(SIZE), AT_ONCE);
    const other = await fleet(SIZE);
    wanted = await byOneProcess(other);
    await other.close();
  });
  after(() => stage?.close());

  it('looks first, and changes nothing', async () => {
    const before = outcome(stage.sandbox);
    const run = await stage.run('look', { ...OPTIONS, dry_run: true });
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    const { would_rotate, accounts } = summaryIn(run);
    assert.deepEqual([would_rotate, accounts.done], [SIZE.accounts * SIZE.due, SIZE.accounts]);
    assert.deepEqual(outcome(stage.sandbox), before);
  });

  it('killed at some requests, and run again later: every key is as of one process, and no secret is told (I8)', async () => {
    stage.dieAt(7, 13, 19, 25, 29, 33);
    const killed = await stage.run('killed');
    assert.equal(stage.deathsLeft, 0);
    await stage.laterThanClaims();
    await nameOrphans(stage, summaryIn(await stage.run('again')));
    const run = await stage.run('healed');
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.deepEqual(outcome(stage.sandbox), wanted);
    const summary = summaryIn(run);
    assert.deepEqual([summary.state, summary.failed_users], ['done', 0]);
    const told = [killed.history, run.history, await stage.tableTexts()].join('\n');
    assert.ok(told.includes('svc-000'));
    assert.deepEqual(leaksIn(told, stage), []);
    const [planted = ''] = secretsOf(stage);
    await stage.plant(planted);
    assert.deepEqual(leaksIn(await stage.tableTexts(), stage), [planted], 'a control');
  });

  it('once more nothing is left to do', async () => {
    const calls = stage.sandbox.requests.list('CreateAccessKey').length;
    const run = await stage.run('third');
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.equal(summaryIn(run).keys.created, 0);
    assert.equal(stage.sandbox.requests.list('CreateAccessKey').length, calls);
  });

  it('a failure of more accounts than is tolerated fails the run, which is told all the same', async () => {
    const run = await stage.run('closed', { ...OPTIONS, role_name: 'no-such-role' });
    assert.deepEqual([run.status, run.error], ['FAILED', 'KeyturnIncomplete']);
    assert.match(run.cause ?? '', /^keyturn run .*: 1 of 5 accounts done, 4 failed/);
  });

  it('an input without options is refused', async () => {
    const run = await stage.start('bare', { rotate: OPTIONS });
    assert.deepEqual([run.status, run.error], ['FAILED', 'KeyturnBadInput']);
  });
});

/** I8: secrets of all keys that there are, in clear and in base64. */
function leaksIn(text: string, stage: MachineStage): readonly string[] {
  return secretsOf(stage).filter(
    (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('base64')),
  );
}

function secretsOf({ sandbox }: MachineStage): readonly string[] {
  return [...sandbox.world.accounts.values()].flatMap(({ users }) =>
    [...users.values()].flatMap(({ keys }) => keys.map(({ secret }) => secret)),
  );
}
