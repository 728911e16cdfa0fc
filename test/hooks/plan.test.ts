// keyturn plan and apply with hooks: the plan names them, apply does what it names, and the way back is always open.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hooksStage, withHooks } from './stage.ts';

test('a plan names the hooks of a rotation in their order, and apply runs them', async (t) => {
  const { addUser, statuses, program, toldTo, folder, config, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, { ageDays: 100 });
  const restart = program('restart', 'exit 0');
  const ask = program('ask', 'exit 0');
  const look = program('look', 'exit 0');
  writeFileSync(
    config,
    withHooks(`
after_deliver: [{run: [${restart}]}]
before_retire: [{run: [${ask}]}]
after_retire: [{run: [${look}], minutes: 0.05, every_s: 1}]`),
  );
  const plan = join(folder, 'plan.json');
  const planned = await keyturn(['plan', '--config', config, '-o', plan]);
  assert.equal(planned.code, 0, planned.stderr);
  const [user] = JSON.parse(readFileSync(plan, 'utf8')).users;
  const words = user.keys[0].steps.map((step: { do: string; name?: string }) =>
    step.do === 'hook' ? step.name?.split(' ')[0] : step.do,
  );
  assert.deepEqual(words, [
    ...['create', 'prove', 'deliver', 'after_deliver', 'before_retire', 'deactivate'],
    'after_retire',
  ]);
  assert.deepEqual(toldTo(restart), []);
  const applied = await keyturn(['apply', plan, '--config', config]);
  assert.equal(applied.code, 0, applied.stderr);
  assert.equal(toldTo(restart).length, 1);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('red while a plan is applied: the old key is Active again, which no plan has to name', async (t) => {
  const { addUser, statuses, program, folder, config, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, { ageDays: 100 });
  const look = program('look', `test ! -e '${folder}/cut' || exit 1`);
  const ask = program('ask', `touch '${folder}/cut'; exit 0`);
  writeFileSync(
    config,
    withHooks(`
before_retire: [{run: [${ask}]}]
after_retire: [{run: [${look}], minutes: 0.1, every_s: 1}]`),
  );
  const plan = join(folder, 'plan.json');
  assert.equal((await keyturn(['plan', '--config', config, '-o', plan])).code, 0);
  const applied = await keyturn(['apply', plan, '--config', config]);
  assert.equal(applied.code, 1);
  assert.match(`${applied.stdout}${applied.stderr}`, /watch-red|is Active again/);
  assert.equal(statuses('alice')[0], 'Active');
});
