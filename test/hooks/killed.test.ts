// kill -9 at each record around the hooks: the next runs bring every rotation to its end, nothing that may not be
// done twice is done twice, and no old key goes before its readers were told (I10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { outcomesOf } from '../config/stage.ts';
import { hooksStage, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };
const MORTAL = new URL('../kill/mortal.js', import.meta.url).href;

/** Dies of SIGKILL right before the record is written. */
function diesBefore(type: string, folder: string): Readonly<Record<string, string>> {
  const change = `write state/123456789012/journal.jsonl (${type})`;
  const dieAt = { change, nth: 1, how: 'before' };
  return {
    NODE_OPTIONS: `--import=${MORTAL}`,
    MORTAL: JSON.stringify({ folder, hurry: 1, dieAt }),
  };
}

interface Death {
  readonly before: string;
  readonly retry: boolean;
  /** How often the hook was told when the process died, and when all was over. */
  readonly told: readonly [number, number];
  readonly asks: boolean;
}

const DEATHS: readonly Death[] = [
  // Where no place is written, both are kept in one write.
  { before: 'proved, delivered', retry: false, told: [0, 1], asks: false },
  { before: 'hook-begun', retry: false, told: [0, 1], asks: false },
  { before: 'hook-ended', retry: false, told: [1, 1], asks: true },
  { before: 'hook-ended', retry: true, told: [1, 2], asks: false },
  { before: 'told', retry: false, told: [1, 1], asks: false },
  { before: 'deactivating', retry: false, told: [1, 1], asks: false },
  { before: 'deactivated', retry: false, told: [1, 1], asks: false },
];

for (const { before, retry, told, asks } of DEATHS) {
  test(`before "${before}" is on disk${retry ? ', of a hook that may be done twice' : ''}`, async (t) => {
    const { addUser, rotate, statuses, program, toldTo, folder, config, env, keyturn } =
      await hooksStage(t);
    addUser({ name: 'alice' }, IDLE);
    const restart = program('restart', 'exit 0');
    const ask = program('ask', 'exit 0');
    const look = program('look', 'exit 0');
    const text = withHooks(`
after_deliver: [{run: [${restart}], retry: ${retry}}]
before_retire: [{run: [${ask}]}]
after_retire: [{run: [${look}], minutes: 0.05, every_s: 1}]`);
    // The configuration is on disk before the process that dies is started.
    assert.equal((await rotate(text, ['--dry-run'])).code, 0);
    const died = await run('rotate-iam-keys', ['--config', config], {
      ...env,
      ...diesBefore(before, folder),
    });
    assert.equal(died.signal, 'SIGKILL', died.stderr);
    assert.equal(toldTo(restart).length, told[0]);
    const isCut = before === 'deactivated';
    assert.deepEqual(statuses('alice'), [isCut ? 'Inactive' : 'Active', 'Active']);
    let next = await rotate(text);
    if (asks) {
      assert.deepEqual(outcomesOf(next.report), { alice: 'hook-unanswered' });
      assert.deepEqual(statuses('alice'), ['Active', 'Active']);
      assert.equal((await keyturn(['hooks', 'done', 'alice'])).code, 0);
      next = await rotate(text);
    }
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
    assert.equal(toldTo(restart).length, told[1]);
    assert.ok(toldTo(look).length > 1, 'what comes of it is watched by whoever comes next');
    const rest = await rotate(text);
    assert.equal(rest.code, 0, rest.stderr);
    assert.equal(toldTo(restart).length, told[1]);
    assert.deepEqual(rest.report.changes, []);
  });
}

for (const before of ['watched', 'undoing', 'reactivating', 'reactivated', 'undone']) {
  test(`red, and dead before "${before}" is on disk: the next run looks once more and decides`, async (t) => {
    const { addUser, rotate, statuses, program, folder, config, env } = await hooksStage(t);
    addUser({ name: 'alice' }, IDLE);
    const look = program(
      'look',
      `test ! -e '${folder}/cut' || { echo "checkout is down"; exit 1; }`,
    );
    const ask = program('ask', `touch '${folder}/cut'; exit 0`);
    const text = withHooks(`
before_retire: [{run: [${ask}]}]
after_retire: [{run: [${look}], minutes: 0.2, every_s: 1}]`);
    assert.equal((await rotate(text, ['--dry-run'])).code, 0);
    const died = await run('rotate-iam-keys', ['--config', config], {
      ...env,
      ...diesBefore(before, folder),
    });
    assert.equal(died.signal, 'SIGKILL', died.stderr);
    const next = await rotate(text);
    assert.equal(statuses('alice')[0], 'Active', next.stderr);
    assert.ok(!statuses('alice').includes('Inactive'));
    // Once it is undone nobody watches any more, and what an undo leaves is left.
    const last = await rotate(text);
    assert.ok(!statuses('alice').includes('Inactive'), last.stderr);
  });
}

test('dead while it is watched, and the old key deleted by a person since: nobody watches any more', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, folder, config, env, sandbox } =
    await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const look = program('look', 'exit 0');
  const text = withHooks(`after_retire: [{run: [${look}], minutes: 0.05, every_s: 1}]`);
  assert.equal((await rotate(text, ['--dry-run'])).code, 0);
  const dying = { ...env, ...diesBefore('watched', folder) };
  const died = await run('rotate-iam-keys', ['--config', config], dying);
  assert.equal(died.signal, 'SIGKILL', died.stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  const { keys } = sandbox.world.user(DEFAULT_ACCOUNT_ID, 'alice');
  for (const gone of keys.splice(0, 1)) gone.deleted = true;
  program('look', 'echo "checkout is down"; exit 1');
  const looks = toldTo(look).length;
  for (const args of [['--dry-run'], []]) {
    const next = await rotate(text, args);
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(next.report.changes, []);
  }
  assert.deepEqual(statuses('alice'), ['Active']);
  assert.equal(toldTo(look).length, looks);
});
