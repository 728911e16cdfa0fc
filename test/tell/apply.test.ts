// Plan, apply and verify tell what there is to tell as a run does.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { IDLE, listener, OPS, seriesIn, telling, tellStage } from './stage.ts';

const ACCOUNT = '123456789012';

test('an apply tells what it did and what needs a person; a plan says what would be told', async (t) => {
  const { addUser, env, config, keyturn, metrics, metricsPath } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE);
  addUser({ name: 'svc-two' }, IDLE, IDLE);
  writeFileSync(config, telling(OPS, `metrics: {file: ${metricsPath}}\n`));
  const plan = await keyturn(['plan', '--config', config]);
  assert.match(plan.stderr, /a run would tell ops: keyturn: 1 needs a person, 1 would be done/);
  assert.deepEqual(ops.asked, []);
  const dry = await keyturn(['apply', '--config', config, '--dry-run']);
  assert.match(dry.stderr, /a run would tell ops/);
  assert.deepEqual(ops.asked, []);
  const applied = await keyturn(['apply', '--yes', '--config', config]);
  assert.equal(applied.code, 1, applied.stderr);
  assert.equal(ops.asked.length, 1);
  assert.match(ops.bodies()[0].text, /^keyturn: 1 needs a person, 1 done\n/);
  assert.match(ops.bodies()[0].text, /svc-two in \d+: key \w+ cannot be rotated/);
  const keys = (state: string) =>
    seriesIn(metrics(), `keyturn_keys{account="${ACCOUNT}",state="${state}"}`);
  assert.deepEqual(['current', 'overdue', 'inactive'].map(keys), [2, 2, 1]);
  const changes = `keyturn_last_run_key_changes{account="${ACCOUNT}",change="created"}`;
  assert.equal(seriesIn(metrics(), changes), 1);
  const again = await keyturn(['apply', '--yes', '--config', config]);
  assert.equal(again.code, 1, again.stderr);
  assert.equal(ops.asked.length, 1, 'what stands as it stood is not told again');
});

test('a saved plan is about its users: nothing of the others is over', async (t) => {
  const { addUser, env, config, folder, keyturn, rotate, sandbox } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-two' }, IDLE, IDLE);
  await rotate(telling(OPS));
  addUser({ name: 'svc-a' }, IDLE);
  const plan = await keyturn(['plan', '--config', config, '-o', `${folder}/plan.json`]);
  assert.ok(plan.code < 2, plan.stderr);
  const applied = await keyturn(['apply', `${folder}/plan.json`, '--config', config]);
  assert.equal(applied.code, 0, applied.stderr);
  assert.equal(ops.asked.length, 2);
  assert.match(ops.bodies()[1].text, /^keyturn: 1 done\n/);
  // A plan that does not hold any more does nothing, and foretells nothing.
  addUser({ name: 'svc-b' }, IDLE);
  await keyturn(['plan', '--config', config, '-o', `${folder}/other.json`]);
  addUser({ name: 'svc-c' }, IDLE);
  const [key] = sandbox.world.user(ACCOUNT, 'svc-b').keys;
  if (key !== undefined) key.status = 'Inactive';
  const drifted = await keyturn(['apply', `${folder}/other.json`, '--config', config]);
  assert.equal(drifted.code, 1, drifted.stdout);
  assert.doesNotMatch(drifted.stderr, /would tell/);
  assert.equal(ops.asked.length, 2);
});

test('a plan of a file that is not trusted sends nothing and names nobody', async (t) => {
  const { addUser, env, config, keyturn } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE);
  writeFileSync(config, telling(OPS));
  const { code, stderr } = await keyturn(['plan', '--untrusted', '--config', config]);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /would tell/);
  assert.deepEqual(ops.asked, []);
});

test('verify tells of a place that somebody has overwritten, once, and that it is over', async (t) => {
  const { addUser, env, config, folder, keyturn, rotate } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE);
  const path = join(folder, 'svc-a.env');
  const empty = 'AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\n';
  writeFileSync(path, empty, { mode: 0o600 });
  const text = telling(OPS).replace('[handoff]', `[handoff, "dotenv=${folder}/{user}.env"]`);
  const rotated = await rotate(text);
  assert.equal(rotated.code, 0, rotated.stderr + rotated.stdout);
  assert.equal(ops.asked.length, 1);
  writeFileSync(path, empty);
  for (let time = 0; time < 2; time += 1) {
    const wrong = await keyturn(['verify', '--config', config]);
    assert.equal(wrong.code, 1, wrong.stderr);
  }
  assert.equal(ops.asked.length, 2);
  assert.match(ops.bodies()[1].text, /dotenv \S+svc-a\.env\S* (?:holds|is not there|is empty)/);
  // A run does not look at places between rotations, so it says nothing of them.
  await rotate(text);
  assert.equal(ops.asked.length, 2);
  const healed = await keyturn(['verify', '--heal', '--config', config]);
  assert.equal(healed.code, 0, healed.stderr + healed.stdout);
  assert.equal(ops.asked.length, 3);
  assert.match(ops.bodies()[2].text, /1 done, 1 is over/);
});
