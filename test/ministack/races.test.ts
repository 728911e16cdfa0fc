// Many runners on one table of a DynamoDB that nobody here wrote, with IAM of the practice AWS, whose log is the
// referee: real processes, some of which are killed or put to sleep, over a way that loses and repeats.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import { type Competition, type Course, compete } from '../state/competition/competition.ts';
import { Field, type Runner } from '../state/competition/field.ts';
import { SLEEP_MS } from '../state/competition/sleepers.ts';
import { makeWithStream, plant, textsOfStream, textsOfTable } from './every-item.ts';
import { startHurtingProxy } from './hurting-proxy.ts';
import { type Ministack, skipsSlowly, startMinistack, tablesAt } from './ministack.ts';

const DUE = 8;
const RUNNERS = 10;
const COMPETITORS = 10;
const HOUR_MS = 3_600_000;
/** A key whose secret died with its runner waits until AWS would show a use of it. */
const HEALING_RUNS_MAX = 6;
const skip = skipsSlowly();

describe('many runners on one table of ministack', { skip }, () => {
  let server: Ministack;
  before(async () => {
    server = await startMinistack();
  });
  after(() => server?.stop());

  it('I8, I9: ten at once rotate each due user once, and leave no secret in table, stream or log', async (test) => {
    const tables = ['streamed', 'streamed-custody'];
    // Nobody should have streams there: a secret would be told in them, too.
    for (const table of tables) await makeWithStream(server, table);
    const [table = ''] = tables;
    const field = await Field.open(test, { due: DUE, table, tablesAt: tablesAt(server) });
    const runs = await Promise.all(Array.from({ length: RUNNERS }, () => field.start().ended));
    assert.deepEqual(field.faults, [], runs.map(({ stderr }) => stderr.slice(-500)).join('\n'));
    assert.equal(field.done('CreateAccessKey').length, DUE);
    for (const table of tables) {
      const items = await textsOfTable(server, table);
      const changes = await textsOfStream(server, table);
      test.diagnostic(`${table}: ${items.size} items, ${changes.size} images in its stream`);
      assert.ok(items.size >= DUE && changes.size >= items.size);
      for (const texts of [items, changes]) assert.deepEqual(field.leaksIn(texts), []);
    }
    assert.deepEqual(field.leaksIn(field.saidBy(runs)), []);
    // Control: one that was written in clear is found in both.
    await plant(server, table, field.secrets[0] ?? '');
    assert.equal(field.leaksIn(await textsOfTable(server, table)).length, 1);
    assert.equal(field.leaksIn(await textsOfStream(server, table)).length, 1);
  });

  it('I9, I10: some die, some sleep until they are taken over, requests are lost and repeated: nothing is done twice', async (test) => {
    const proxy = await startHurtingProxy(server.url, { seed: 'races', percent: 20 });
    test.after(() => proxy.close());
    const field = await Field.open(test, {
      ...{ due: DUE, table: 'hurt', tablesAt: tablesAt(proxy) },
      onPass: (aheadMs) => {
        proxy.aheadMs = aheadMs;
      },
    });
    const runners = Array.from({ length: RUNNERS }, () => field.start());
    test.after(() => {
      for (const { child } of runners) child.kill('SIGKILL');
    });
    const [dying, sleeping] = [runners.slice(0, 3), runners.slice(3, 6)];
    for (const [number, { child }] of [...dying, ...sleeping].entries()) {
      await untilDone(field, number + 1, runners.slice(6));
      child.kill(number < dying.length ? 'SIGKILL' : 'SIGSTOP');
    }
    await Promise.all(runners.slice(6).map(({ ended }) => ended));
    field.pass(SLEEP_MS);
    // Whom the sleepers had is taken over, and then they wake up.
    const other = field.start();
    await other.ended;
    const from = field.sandbox.requests.list().length;
    for (const { child } of sleeping) child.kill('SIGCONT');
    const woken = await Promise.all(sleeping.map(({ ended }) => ended));
    const all = field.sandbox.requests.list();
    const changes = (each: LoggedRequest) => each.access === 'write' && each.done;
    const changed = all.filter((each) => each.accessKeyId === other.keyId && changes(each));
    const taken = new Set(changed.map(({ params }) => params.UserName));
    const sleepers = new Set(sleeping.map(({ keyId }) => keyId));
    const late = all
      .slice(from)
      .filter((each) => sleepers.has(each.accessKeyId ?? '') && changes(each))
      .filter(({ params }) => taken.has(params.UserName));
    assert.deepEqual(late, [], 'what a sleeper changed of users whom another one had taken over');
    for (let run = 0; run < HEALING_RUNS_MAX && field.faults.length > 0; run += 1) {
      field.pass(5 * HOUR_MS);
      await field.start().ended;
    }
    test.diagnostic(
      JSON.stringify({
        harms: proxy.counts,
        taken: taken.size,
        woken: woken.map(({ code }) => code),
      }),
    );
    assert.deepEqual(field.faults, []);
    // A secret that died with its runner costs its user a key; no old key goes twice.
    const lost = field.done('DeleteAccessKey').length;
    assert.ok(lost <= dying.length + sleeping.length, `${lost} keys were deleted`);
    assert.equal(field.done('CreateAccessKey').length, DUE + lost);
    assert.equal(field.done('UpdateAccessKey').length, DUE);
  });

  it('I9: who was taken over records nothing, and changes no key, whatever sleeps or dies where', async (test) => {
    const competition = await onMinistack(test, 'sound', ({ referee, kills }) => {
      return referee.sections >= 5 && referee.takenOver >= 10 && kills >= 3;
    });
    const { referee, shown } = competition;
    const audit = await referee.audit();
    test.diagnostic(JSON.stringify({ ...shown, ...audit }));
    assert.deepEqual(
      [referee.lateChanges, audit.late, audit.lost, referee.failures],
      [0, 0, 0, []],
      'a change or a record after the takeover, a record lost, a fault',
    );
  });

  it('control: a store that looks first and writes then is found out', async (test) => {
    const { referee, shown } = await onMinistack(test, 'unfenced', async ({ referee }) => {
      const { late, lost } = await referee.audit();
      return late + lost > 0;
    });
    test.diagnostic(JSON.stringify(shown));
    const { late, lost } = await referee.audit();
    assert.ok(late + lost > 0, 'nobody noticed');
  });

  async function onMinistack(
    test: TestContext,
    variant: Course['variant'],
    isEnough: Course['isEnough'],
  ): Promise<Competition> {
    const own = await startMinistack();
    test.after(() => own.stop());
    const env = { ...process.env, ...own.env };
    return await compete(test, { variant, competitors: COMPETITORS, url: own.url, env, isEnough });
  }
});

/** Until so many keys were made, or nobody of those who go on is at work any more. */
async function untilDone(field: Field, count: number, runners: readonly Runner[]): Promise<void> {
  const isOver = ({ child }: Runner) => child.exitCode !== null || child.signalCode !== null;
  while (field.done('CreateAccessKey').length < count && !runners.every(isOver)) await sleep(5);
}
