// One key by its name, and what was left open, by the rules of a configuration.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dayFromNow, stageOf } from './stage.ts';

const RULES = (path: string, rest = '') => `version: 1
${rest}rules:
  - name: all
    match: all
    hold_days: never
    deliver: ['dotenv=${path}']
`;

test('keyturn rotate USER --config: a young key, to the place that the file says', async (t) => {
  const { addUser, config, folder, keyturn, statuses, sandbox } = await stageOf(t);
  addUser({ name: 'alice' }, { ageDays: 3 });
  const path = join(folder, 'alice.env');
  writeFileSync(path, 'AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\n', { mode: 0o600 });
  writeFileSync(config, RULES(`${path}#AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY`));
  const foretold = await keyturn(['rotate', 'alice', '--config', config, '--dry-run']);
  assert.equal(foretold.code, 0, foretold.stderr);
  assert.deepEqual(statuses('alice'), ['Active']);
  const { code, stderr } = await keyturn(['rotate', 'alice', '--config', config]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  const [, made] = sandbox.world.user('123456789012', 'alice').keys;
  assert.ok(made !== undefined && readFileSync(path, 'utf8').includes(made.id));
});

test('keyturn rotate USER --config: an exemption holds for it too', async (t) => {
  const { addUser, config, folder, keyturn, statuses } = await stageOf(t);
  addUser({ name: 'alice' }, { ageDays: 300 });
  const exempt = `exemptions:
  - match: {user: alice}
    owner: ada@example.com
    reason: moves to a role
    until: ${dayFromNow(30)}
`;
  writeFileSync(config, RULES(join(folder, 'none.env'), exempt));
  const { code, stdout, stderr } = await keyturn(['rotate', 'alice', '--config', config]);
  assert.match(`${stdout}${stderr}`, /exempt/, String(code));
  assert.deepEqual(statuses('alice'), ['Active']);
});

test('keyturn rotate USER --config: of a file about several accounts the account has to be named', async (t) => {
  const { config, folder, keyturn, sandbox } = await stageOf(t);
  const accounts =
    'accounts:\n  groups:\n    - name: both\n      match: {id: ["123456789012", "210987654321"]}\n';
  writeFileSync(config, RULES(join(folder, '{account}.env'), accounts));
  const { code, stderr } = await keyturn(['rotate', 'alice', '--config', config]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /is about several accounts, and none is named/);
  assert.match(stderr, /^ {4}keyturn rotate alice --account 123456789012 --config /m);
  assert.equal(sandbox.requests.list().length, 0);
});

test('keyturn recover --config: nothing that is due is begun', async (t) => {
  const { addUser, config, folder, keyturn, statuses } = await stageOf(t);
  addUser({ name: 'alice' }, { ageDays: 300 });
  writeFileSync(config, RULES(join(folder, 'none.env')));
  const { code, stderr } = await keyturn(['recover', '--config', config]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(statuses('alice'), ['Active']);
});
