// Where a plan is written, what its page says to run, and what a run that applies one tells of itself.

import assert from 'node:assert/strict';
import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { service } from '../hooks/stage.ts';
import { planStage, statesOf } from './stage.ts';

const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules: [{name: all, match: {user: "svc-*"}}]
`;

test('a plan takes the place of an older plan, and of nothing else', async (t) => {
  const { addUser, plan, keyturn, config, file, folder, sandbox } = await planStage(t, TEXT);
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  await plan();
  const { code, plan: newer } = await plan();
  assert.equal(code, 0);
  assert.equal(JSON.parse(await readFile(file, 'utf8')).plan_id, newer.plan_id);
  const at = (name: string) => join(folder, name);
  await symlink('/dev/null', at('device'));
  await symlink(file, at('link'));
  await symlink(at('nothing'), at('dangling'));
  await mkdir(at('directory'));
  await writeFile(at('notes'), '{"mine": true}');
  sandbox.requests.clear();
  for (const [name, expected] of [
    ['device', /device cannot be written: it is a symbolic link \[output-file\]/],
    ['link', /link cannot be written: it is a symbolic link/],
    ['dangling', /dangling cannot be written: it is a symbolic link/],
    ['directory', /directory cannot be written: it is no regular file/],
    ['none/plan.json', /plan\.json cannot be written: it does not exist/],
    ['notes/plan.json', /plan\.json cannot be written: .*notes is no folder/],
    ['notes', /notes is there already, and is no plan \[file-exists\]/],
    [config, /is there already, and is no plan \[file-exists\]/],
  ] as const) {
    const path = name === config ? config : at(name);
    const refused = await keyturn(['plan', '--config', config, '-o', path]);
    assert.equal(refused.code, 2, name);
    assert.match(refused.stderr, expected);
  }
  assert.deepEqual(sandbox.requests.list(), []);
  assert.equal(await readlink(at('device')), '/dev/null');
  assert.equal(await readFile(at('notes'), 'utf8'), '{"mine": true}');
  assert.equal(await readFile(config, 'utf8'), TEXT);
  await writeFile(at('empty'), '', { mode: 0o644 });
  assert.equal((await keyturn(['plan', '--config', config, '-o', at('empty')])).code, 0);
  assert.equal((await lstat(at('empty'))).mode & 0o777, 0o600);
});

test('the command that a page prints applies what was shown, and nothing more', async (t) => {
  const { addUser, keyturn, config, file } = await planStage(t, TEXT);
  for (const name of ['svc-a', 'svc-b']) addUser({ name }, { ageDays: 100 });
  const pageOf = async (...flags: string[]) => {
    const { stdout } = await keyturn(['plan', '--config', config, ...flags]);
    return stdout.split('\n').find((line) => line.startsWith('  keyturn apply'));
  };
  const own = `--config ${config}`;
  assert.equal(await pageOf('--user', 'svc-a'), `  keyturn apply --user svc-a ${own}`);
  assert.equal(await pageOf('--rule', 'all'), `  keyturn apply --rule all ${own}`);
  const accounts = `--accounts ${DEFAULT_ACCOUNT_ID}`;
  assert.equal(await pageOf(...accounts.split(' ')), `  keyturn apply ${accounts} ${own}`);
  // A saved plan says whom it is about.
  assert.equal(await pageOf('--user', 'svc-a', '-o', file), `  keyturn apply ${file} ${own}`);
});

test('a place is told to be made once, and only where it was', async (t) => {
  const { addUser, plan, apply, sandbox, file } = await planStage(
    t,
    TEXT.replace('[handoff]', '[{to: "secrets-manager=app/{user}", create_missing: true}]'),
  );
  for (const name of ['svc-a', 'svc-b']) addUser({ name }, { ageDays: 100 });
  await plan();
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'svc-b');
  const done = await apply([file, '--partial']);
  assert.deepEqual(statesOf(done.report), { 'svc-a': 'done', 'svc-b': 'drifted' });
  const made = done.report.run?.made_places ?? [];
  assert.deepEqual(
    made.map(({ username, place }) => `${username} ${place}`),
    ['svc-a us-east-1:app/svc-a'],
  );
});

test('a plan that was stopped by a hook in doubt goes on once a person has answered', async (t) => {
  const stage = await planStage(t, TEXT);
  const { addUser, configure, plan, apply, keyturn, keysOf, statuses } = stage;
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  const { url, asked } = await service(t, (response, _, count) => {
    if (count > 1) response.end();
    else response.destroy();
  });
  await configure(
    TEXT.replace('[handoff]', `[handoff], hooks: {after_deliver: [{call: "${url}/deploy"}]}`),
  );
  await plan();
  const first = await apply();
  assert.equal(first.code, 1);
  assert.deepEqual(statesOf(first.report), { 'svc-a': 'failed' });
  assert.equal((await keyturn(['hooks', 'again', 'svc-a'])).code, 0);
  const second = await apply();
  assert.deepEqual(statesOf(second.report), { 'svc-a': 'done' }, second.stderr);
  assert.equal(asked.length, 2);
  assert.equal(keysOf('svc-a').length, 2);
  assert.deepEqual(statuses('svc-a'), ['Inactive', 'Active']);
});

test('a plan for one user is applied where a user has to be named; one for all is not', async (t) => {
  const { addUser, plan, apply, sandbox, statuses } = await planStage(t, TEXT);
  for (const name of ['svc-a', 'svc-b']) addUser({ name }, { ageDays: 100 });
  const wants = { KEYTURN_REQUIRE_USER: 'true' };
  await plan();
  sandbox.requests.clear();
  const refused = await apply(undefined, wants);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /no user is named, and KEYTURN_REQUIRE_USER=true wants one/);
  assert.deepEqual(sandbox.requests.list(), []);
  await plan('--user', 'svc-a');
  const done = await apply(undefined, wants);
  assert.deepEqual(statesOf(done.report), { 'svc-a': 'done' }, done.stderr);
  assert.deepEqual(statuses('svc-b'), ['Active']);
});

test('what a veto keeps is left for now, and no failure', async (t) => {
  const { addUser, configure, plan, keyturn, file, config, statuses } = await planStage(t, TEXT);
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  const { url } = await service(t, (response) => {
    response.statusCode = 409;
    response.end('{"reason": "the sale is on"}');
  });
  await configure(
    TEXT.replace('[handoff]', `[handoff], hooks: {before_retire: [{call: "${url}/may"}]}`),
  );
  await plan();
  const first = await keyturn(['apply', file, '--config', config]);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(statuses('svc-a'), ['Active', 'Active']);
  await plan();
  const { code, stdout } = await keyturn(['apply', file, '--config', config]);
  assert.equal(code, 0);
  assert.match(stdout, /^Left for now\n {2}svc-a .*the sale is on/m);
});
