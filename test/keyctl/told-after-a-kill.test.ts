// I16: what keyctl did to a key and did not live to say is told by the next command, once; a dry run
// foretells it.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { DEFAULT_ACCOUNT_ID, type FaultEffect } from '../../src/sandbox/index.ts';
import { openHome } from '../cli/keyctl-home.ts';
import { binOf, finished, run, start } from '../cli/process.ts';
import { eventually } from '../sandbox/wait.ts';

const DONE_UNANSWERED: FaultEffect = { kind: 'delay-reply', durationMs: 60_000 };

async function openScene(t: TestContext) {
  const home = await openHome(t);
  const { sandbox } = home;
  const old = home.addUser('work');
  const keyctl = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('keyctl', [...args, '--json'], home.env);
    const document = JSON.parse(stdout);
    const changes: string[] = document.changes.map(
      ({ change, access_key_id: id, by }: Record<string, string>) => `${change} ${id} by ${by}`,
    );
    return { code, stderr, document, changes };
  };
  /** Killed after AWS has done what the operation is for. */
  const killedAt = async (operation: string, ...args: string[]) => {
    sandbox.faults.add({ operation, effect: DONE_UNANSWERED });
    const before = sandbox.requests.list(operation).length;
    const child = start([binOf('keyctl'), ...args], home.env);
    const ended = finished(child);
    await eventually(() => sandbox.requests.list(operation)[before]?.done === true);
    child.kill('SIGKILL');
    const { signal, stderr } = await ended;
    assert.equal(signal, 'SIGKILL', stderr);
    sandbox.faults.clear();
  };
  const foretold = async () => {
    const { document, changes } = await keyctl('-t', 'work', '--dry-run');
    assert.deepEqual(changes, []);
    return document.planned_changes.map((each: Record<string, unknown>) => [
      each.change,
      each.access_key_id,
      each.already_done,
    ]);
  };
  return { ...home, old, keyctl, killedAt, foretold };
}

describe('what a killed keyctl did is told by the next one', () => {
  it('I16: finish: made Inactive, and later deleted', async (t) => {
    const { old, keyctl, killedAt, foretold } = await openScene(t);
    assert.equal((await keyctl('-t', 'work')).code, 0);
    await killedAt('UpdateAccessKey', 'finish', '-t', 'work', '--now');
    assert.equal(old.status, 'Inactive');
    assert.deepEqual(await foretold(), [['deactivated', old.id, true]]);

    const held = await keyctl('finish', '-t', 'work');
    assert.deepEqual(held.changes, [`deactivated ${old.id} by recovery`]);
    assert.match(held.document.changes[0].why, /^found done: .*\(finish\)/);
    assert.equal(held.document.finish.outcome, 'held');
    assert.deepEqual((await keyctl('finish', '-t', 'work')).changes, []);

    await killedAt('DeleteAccessKey', 'finish', '-t', 'work', '--delete');
    assert.ok(old.deleted);
    assert.deepEqual(await foretold(), [['deleted', old.id, true]]);
    const gone = await keyctl('finish', '-t', 'work');
    assert.deepEqual(gone.changes, [`deleted ${old.id} by recovery`]);
    assert.equal(gone.document.finish.outcome, 'gone');
    assert.deepEqual(await foretold(), []);
  });

  it('I16: undo: made Active again', async (t) => {
    const { old, keyctl, killedAt, foretold, keyIn } = await openScene(t);
    assert.equal((await keyctl('-t', 'work')).code, 0);
    assert.equal((await keyctl('finish', '-t', 'work', '--now')).code, 0);
    await killedAt('UpdateAccessKey', 'undo', '-t', 'work');
    assert.equal(old.status, 'Active');
    assert.deepEqual(await foretold(), [['reactivated', old.id, true]]);
    const undone = await keyctl('undo', '-t', 'work');
    assert.deepEqual(undone.changes, [`reactivated ${old.id} by recovery`]);
    assert.equal(keyIn('work'), old.id);
    assert.deepEqual(await foretold(), []);
  });

  it('I16: rotate: the key that made room, and the page says so too', async (t) => {
    const { sandbox, env, keyctl, killedAt, foretold } = await openScene(t);
    const idle = sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'work', {
      ageDays: 700,
      status: 'Inactive',
    });
    await killedAt('DeleteAccessKey', '-t', 'work', '--yes');
    assert.ok(idle.deleted);
    assert.deepEqual(await foretold(), [['deleted', idle.id, true]]);
    const page = await run('keyctl', ['-t', 'work', '--dry-run'], env);
    assert.match(page.stdout, new RegExp(`Would also be told:\\n  deleted ${idle.id} of work`));
    const { code, changes } = await keyctl('-t', 'work', '--yes');
    assert.equal(code, 0);
    assert.equal(changes[0], `deleted ${idle.id} by recovery`);
    assert.match(changes.slice(1).join(), /^created \w+ by rotation$/);
  });
});
