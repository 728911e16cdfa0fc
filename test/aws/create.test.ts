import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CreateOutcome } from '../../src/aws/gateway.ts';
import type { FaultEffect } from '../../src/sandbox/index.ts';
import { hold } from '../sandbox/hold.ts';
import { ACCOUNT, type Bench, type BenchOptions, impatientTimeouts, openBench } from './support.ts';

const USER = 'svc-one';

async function benchWithUser(test: TestContext, options: BenchOptions = {}): Promise<Bench> {
  const bench = await openBench(test, options);
  bench.sandbox.world.addUser(ACCOUNT, { name: USER });
  return bench;
}

function sent({ sandbox }: Bench): number {
  return sandbox.requests.list('CreateAccessKey').length;
}

function keysOf({ sandbox }: Bench): number {
  return sandbox.world.user(ACCOUNT, USER).keys.length;
}

/** Longer than anybody waits. */
const NEVER_MS = 600_000;
/** The effects whose answer does not come while anybody waits. */
const UNANSWERED: readonly FaultEffect['kind'][] = ['hang', 'slow-body', 'delay-reply'];

const LOST_ANSWERS: readonly { what: string; effect: FaultEffect; made: number }[] = [
  { what: 'the reply is dropped', effect: { kind: 'drop-reply' }, made: 1 },
  { what: 'AWS fails after making the key', effect: { kind: 'error-after-commit' }, made: 1 },
  { what: 'the reply is cut in half', effect: { kind: 'truncate-body' }, made: 1 },
  { what: 'the reply trickles', effect: { kind: 'slow-body', durationMs: NEVER_MS }, made: 1 },
  { what: 'the reply is late', effect: { kind: 'delay-reply', durationMs: NEVER_MS }, made: 1 },
  { what: 'AWS never answers', effect: { kind: 'hang' }, made: 0 },
  { what: 'the connection is reset', effect: { kind: 'reset' }, made: 0 },
  { what: 'AWS answers 500', effect: { kind: 'error' }, made: 0 },
  {
    what: 'AWS answers 503 with a throttling code',
    effect: { kind: 'error', code: 'Throttling', status: 503 },
    made: 0,
  },
];

describe('creating a key when the answer is lost', () => {
  for (const { what, effect, made } of LOST_ANSWERS) {
    it(`sends one request and says that the outcome is unknown when ${what} (I2)`, async (test) => {
      const timeouts = UNANSWERED.includes(effect.kind) && (await impatientTimeouts(test));
      const bench = await benchWithUser(test, { ...(timeouts && { timeouts }) });
      bench.sandbox.faults.add({ operation: 'CreateAccessKey', effect });
      const outcome = await bench.gateway.writer.createAccessKey(USER);
      assert.equal(outcome.kind, 'unknown');
      assert.equal(sent(bench), 1);
      assert.equal(keysOf(bench), made);
    });
  }

  it('sends one request and says that the outcome is unknown when the key is made later (I2)', async (test) => {
    const bench = await benchWithUser(test);
    const held = hold();
    const effect = { kind: 'late-commit', afterMs: held.ms } as const;
    bench.sandbox.faults.add({ operation: 'CreateAccessKey', effect });
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.equal(outcome.kind, 'unknown');
    assert.deepEqual([sent(bench), keysOf(bench)], [1, 0]);
    await held.letGo();
    assert.deepEqual([sent(bench), keysOf(bench)], [1, 1]);
  });

  it('says unknown when a repeat after a throttle loses its answer', async (test) => {
    const bench = await benchWithUser(test);
    bench.sandbox.faults.add({
      operation: 'CreateAccessKey',
      calls: { nth: 1 },
      effect: { kind: 'throttle' },
    });
    bench.sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'drop-reply' } });
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.equal(outcome.kind, 'unknown');
    assert.equal(sent(bench), 2);
    assert.equal(keysOf(bench), 1);
  });
});

describe('creating a key when AWS refuses', () => {
  function refusalCode(outcome: CreateOutcome): string {
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  }

  it('repeats after a throttle and makes one key', async (test) => {
    const bench = await benchWithUser(test);
    bench.sandbox.faults.add({
      operation: 'CreateAccessKey',
      calls: { first: 2 },
      effect: { kind: 'throttle' },
    });
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.equal(outcome.kind, 'created');
    assert.equal(sent(bench), 3);
    assert.equal(keysOf(bench), 1);
    assert.deepEqual(
      bench.events.filter(({ code }) => code === 'call-throttled'),
      [
        { code: 'call-throttled', operation: 'CreateAccessKey', attempt: 1 },
        { code: 'call-throttled', operation: 'CreateAccessKey', attempt: 2 },
      ],
    );
  });

  it('does not take the quota for a throttle: one request, and no slowing down (I2)', async (test) => {
    const bench = await benchWithUser(test);
    bench.sandbox.world.addKey(ACCOUNT, USER);
    bench.sandbox.world.addKey(ACCOUNT, USER, { status: 'Inactive' });
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.equal(refusalCode(outcome), 'no-free-slot');
    assert.equal(sent(bench), 1);
    assert.deepEqual(
      bench.events.map(({ code }) => code).filter((code) => code !== 'call-sent'),
      ['signing'],
    );
  });

  it('tells a user who is gone from a missing permission', async (test) => {
    const bench = await benchWithUser(test);
    const gone = await bench.gateway.writer.createAccessKey('svc-deleted');
    assert.equal(refusalCode(gone), 'user-gone');
    bench.sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'access-denied' } });
    const denied = await bench.gateway.writer.createAccessKey(USER);
    assert.equal(refusalCode(denied), 'access-denied');
    assert.equal(keysOf(bench), 0);
  });

  it('knows that no key was made when nobody listens at the endpoint', async (test) => {
    const bench = await benchWithUser(test);
    await bench.sandbox.close();
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.deepEqual(outcome, { kind: 'refused', code: 'create-refused', reason: 'ECONNREFUSED' });
  });

  it('gives the new key with a secret that signs', async (test) => {
    const bench = await benchWithUser(test);
    const outcome = await bench.gateway.writer.createAccessKey(USER);
    assert.ok(outcome.kind === 'created');
    const [key] = bench.sandbox.world.user(ACCOUNT, USER).keys;
    assert.equal(outcome.key.id, key?.id);
    assert.deepEqual(outcome.key.createdAt, key?.createDate);
    assert.deepEqual(await bench.gateway.verifier.whoSigns(outcome.key), {
      kind: 'accepted',
      account: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/${USER}`,
    });
  });

  it('awaits a creation that is under way when the run is stopped', async (test) => {
    const stop = new AbortController();
    const bench = await openBench(test, {
      signal: stop.signal,
      sandbox: { latencyMs: 100 },
    });
    bench.sandbox.world.addUser(ACCOUNT, { name: USER });
    const creating = bench.gateway.writer.createAccessKey(USER);
    stop.abort();
    assert.equal((await creating).kind, 'created');
  });
});
