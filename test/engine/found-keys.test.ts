// Keys that appear around a run that died: whose are they, and who may be using them?

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KeyWriter } from '../../src/aws/gateway.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { writerWith } from '../support/writer-with.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

const MINUTE_MS = 60_000;

const withCreate = (
  createAccessKey: (user: string, writer: KeyWriter) => ReturnType<KeyWriter['createAccessKey']>,
): Broken => ({
  account: (account) => {
    const { gateway } = account;
    const { writer } = gateway;
    const broken = writerWith(writer, (sound) => ({
      createAccessKey: (user) => createAccessKey(user, sound),
    }));
    return { ...account, gateway: { ...gateway, writer: broken } };
  },
});

/** The process ends with its request on the way; nothing is known of it but the intent. */
const diesInCreate = withCreate(async () => {
  throw new RangeError('the process died');
});

/** Somebody, or a request that was late, makes a key so many minutes after now. */
function keyAppears(bench: Workbench, minutes: number) {
  const createDate = new Date(bench.clock.now().getTime() + minutes * MINUTE_MS);
  return bench.sandbox.world.addKey('123456789012', 'alice', { createDate });
}

async function failure(bench: Workbench, broken?: Broken): Promise<KeyturnError> {
  const outcome = await bench.run(broken);
  assert(outcome?.kind === 'failed', `the outcome is ${outcome?.kind}`);
  return outcome.error;
}

it('I10, I13: a request of a run that died, landing into the next create, leaves no orphan', async (test) => {
  const bench = await workbench(test);
  await failure(bench, diesInCreate);
  const late: { id: string }[] = [];
  const landsNow = withCreate(async (user, writer) => {
    late.push(keyAppears(bench, 0));
    return await writer.createAccessKey(user);
  });
  assert.equal((await failure(bench, landsNow)).code, 'create-unknown');
  assert.equal(bench.made().filter(({ deleted }) => !deleted).length, 1);
  assert.equal((await failure(bench)).code, 'use-not-shown-yet');
  bench.clock.set(new Date(bench.clock.now().getTime() + 300 * MINUTE_MS));
  const outcome = await bench.run();
  assert.equal(outcome?.kind, 'rotated');
  const orphan = bench.made().find(({ id }) => id === late[0]?.id);
  assert.equal(orphan?.deleted, true);
  assert.equal(bench.oldKey.status, 'Inactive');
});

it('a quota refusal long after a run that died is nothing but a refusal', async (test) => {
  const bench = await workbench(test);
  await failure(bench, diesInCreate);
  bench.clock.set(new Date(bench.clock.now().getTime() + 60 * MINUTE_MS));
  const somebodyElse = withCreate(async (user, writer) => {
    keyAppears(bench, 0);
    return await writer.createAccessKey(user);
  });
  assert.equal((await failure(bench, somebodyElse)).code, 'no-free-slot');
});

it('a key that a person made after the run died is not deleted while its use may be unseen (I11)', async (test) => {
  const bench = await workbench(test);
  await failure(bench, diesInCreate);
  const byHand = keyAppears(bench, 10);
  bench.clock.set(new Date(bench.clock.now().getTime() + 20 * MINUTE_MS));
  // AWS would say "never used" now, because it tells late.
  const { code, hint = '' } = await failure(bench);
  assert.equal(code, 'use-not-shown-yet');
  const until = /run again after (\S+):/.exec(hint)?.[1] ?? '';
  const waitMs = new Date(until).getTime() - bench.clock.now().getTime();
  assert(waitMs > 229 * MINUTE_MS && waitMs <= 232 * MINUTE_MS, hint);
  assert.equal(byHand.deleted, false);
  byHand.uses.push({
    at: new Date(bench.sandbox.clock.nowMs() - 24 * 60 * MINUTE_MS),
    service: 's3',
    region: 'us-east-1',
  });
  bench.clock.set(new Date(bench.clock.now().getTime() + 300 * MINUTE_MS));
  assert.equal((await failure(bench)).code, 'needs-operator');
  assert.equal(byHand.deleted, false);
});

it('a key that appeared late and stays unused for hours is removed, and the rotation goes on', async (test) => {
  const bench = await workbench(test);
  await failure(bench, diesInCreate);
  const late = keyAppears(bench, 10);
  bench.clock.set(new Date(bench.clock.now().getTime() + 300 * MINUTE_MS));
  const outcome = await bench.run();
  assert.equal(outcome?.kind, 'rotated');
  assert.equal(late.deleted, true);
});

it('a user who was deleted and made anew is not held up by the old rotation', async (test) => {
  const bench = await workbench(test);
  const stop: Broken = {
    account: (account) => ({
      ...account,
      gateway: {
        ...account.gateway,
        writer: writerWith(account.gateway.writer, () => ({
          setStatus: async () => {
            throw new KeyturnError('endpoint-unreachable', 'no answer');
          },
        })),
      },
    }),
  };
  await failure(bench, stop);
  const user = bench.sandbox.world.user('123456789012', 'alice');
  for (const key of user.keys.splice(0)) key.deleted = true;
  const fresh = bench.sandbox.world.addKey('123456789012', 'alice', { ageDays: 200 });
  const outcome = await bench.run();
  assert(outcome?.kind === 'rotated');
  assert.equal(outcome.oldKey.id, fresh.id);
});

it('I3: a log that fails the moment a key is made does not cost its secret', async (test) => {
  const bench = await workbench(test);
  const failingLog: Broken = {
    account: (account) => ({
      ...account,
      emit: ({ code }) => {
        if (code === 'key-created') throw new RangeError('the log is gone');
      },
    }),
  };
  await failure(bench, failingLog);
  const [made] = bench.made();
  assert(made);
  assert.equal(await bench.handedOff(made.id), made.secret);
  assert.equal((await bench.run())?.kind, 'rotated');
  assert.equal(bench.made().length, 1);
});
