// I12 for undo: what a dry run tells is what the undo then does, however far the rotation had come, and
// wherever an earlier undo had died; it reads, and changes nothing.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { toKeyturnError } from '../../src/base/errors.ts';
import type { UndoneRotation } from '../../src/engine/perform-undo.ts';
import { dying, Mortal } from './mortal.ts';
import { type Workbench, workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;

/** What came of it, without the minute in which it did. */
async function gist(told: Promise<UndoneRotation>): Promise<unknown> {
  try {
    const { leftActive, ...undone } = await told;
    return { ...undone, leftActive: leftActive?.kind };
  } catch (thrown) {
    const { code, message, hint } = toKeyturnError(thrown);
    return { code, message, hint };
  }
}

/** Foretells, proves that nothing was changed by it, and undoes. */
async function assertForetold(bench: Workbench, where: string): Promise<unknown> {
  const { length: records } = (await bench.history()).records;
  const writes = bench.sandbox.requests.writes().length;
  const foretold = await gist(bench.foretellUndo());
  assert.equal((await bench.history()).records.length, records, where);
  assert.equal(bench.sandbox.requests.writes().length, writes, where);
  assert.deepEqual(await gist(bench.undo()), foretold, where);
  return foretold;
}

it('I12: an undo is foretold however far the rotation had come', async (test) => {
  const seen = new Set<string>();
  for (let point = 1; ; point += 1) {
    const bench = await workbench(test);
    const mortal = new Mortal(point);
    await bench.run(dying(mortal));
    for (const hours of [0, 5]) {
      bench.clock.set(new Date(bench.clock.now().getTime() + hours * HOUR_MS));
      const told = await assertForetold(bench, `died at point ${point}, ${hours} hours later`);
      const { code, fromKey, leftActive } = told as Record<string, string | undefined>;
      seen.add(code ?? `${fromKey} ${leftActive ?? ''}`.trim());
    }
    if (!mortal.isDead) break;
  }
  const expected = [
    'left-active not-shown-yet',
    'made-inactive',
    'needs-operator',
    'nothing-to-undo',
    'was-inactive',
  ];
  assert.deepEqual([...seen].sort(), expected);
});

it('I12: the rest of an undo is foretold wherever it died', async (test) => {
  for (let point = 1; ; point += 1) {
    const bench = await workbench(test);
    await bench.run();
    bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
    const mortal = new Mortal(point);
    await bench.undo(dying(mortal)).catch(() => {});
    await assertForetold(bench, `died at point ${point}`);
    if (!mortal.isDead) break;
  }
});

it('I12: a key that is gone, and one that is in use, are foretold', async (test) => {
  const bench = await workbench(test);
  await bench.run();
  const [made] = bench.made();
  assert(made);
  const at = new Date(bench.sandbox.clock.nowMs());
  bench.sandbox.settings.lastUsedLagSeconds = 0;
  made.uses.push({ at, service: 's3', region: 'us-east-1' });
  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
  const used = await assertForetold(bench, 'in use');
  assert.equal((used as { leftActive: string }).leftActive, 'used');
  const user = bench.sandbox.world.user('123456789012', 'alice');
  for (const gone of user.keys.splice(0, 1)) gone.deleted = true;
  const late = await assertForetold(bench, 'gone');
  assert.equal((late as { code: string }).code, 'key-changed');
});
