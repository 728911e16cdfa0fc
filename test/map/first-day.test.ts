// As a new user would: keyturn init, then every command that it prints, as it prints it, until old keys go; and the
// configuration of another tool, planned and applied.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { wordsOf } from '../../src/base/words.ts';
import type { Program } from '../cli/process.ts';
import { hoursLater, run } from '../cli/process.ts';
import { mapStage, object, REGION } from './stage.ts';

/** The commands of a page, each on a line of its own; a line of a crontab without its time. */
function commandsIn(page: string): readonly (readonly string[])[] {
  return page
    .split('\n')
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => wordsOf(line.trim().replace(/^\d+ \d+ \* \* \* /, '')) ?? []);
}

test('from keyturn init to a daily run in stages', async (t) => {
  const stage = await mapStage(t);
  const { addUser, secret, env, sandbox, config, account, statuses } = stage;
  // Whoever signs is a role, as in a schedule; here another administrator whose key is young.
  const lastUsed = { at: new Date(Date.now() - 3_600_000), service: 's3' };
  const names = Array.from({ length: 14 }, (_, index) => `svc-${String(index).padStart(2, '0')}`);
  for (const [index, name] of names.entries()) {
    const [key] = addUser({ name, path: '/svc/' }, { ageDays: 200 + index, lastUsed });
    assert(key);
    secret(`app/${name}`, object(key));
  }
  const init = await run('keyturn', ['init', '-o', config], env);
  assert.equal(init.code, 0, init.stderr);
  const commands = commandsIn(init.stdout);
  assert.deepEqual(
    commands.map(([program, word]) => [program, word]),
    ['validate', 'plan', 'apply', 'apply'].map((word) => ['keyturn', word]),
  );
  const [validate = [], plan = [], apply = [], daily = []] = commands;
  const start = ([program = '', ...words]: readonly string[], more: object = {}) =>
    run(program as Program, words, { ...env, ...more });
  const valid = await start(validate);
  assert.equal(valid.code, 0, valid.stdout);
  const before = sandbox.requests.writes().length;
  const planned = await start(plan);
  assert.equal(planned.code, 0, planned.stderr + planned.stdout);
  assert.equal(sandbox.requests.writes().length, before);
  assert.match(planned.stdout, /10 keys change/);
  const asked = await start(apply);
  assert.equal(asked.code, 2, 'without a terminal nobody can be asked');
  assert.match(asked.stderr, /--yes/);
  const first = await start(daily);
  assert.equal(first.code, 0, first.stderr + first.stdout);
  const rotated = () => names.filter((name) => statuses(name).length === 2);
  assert.equal(rotated().length, 10);
  assert.deepEqual(rotated(), names.slice(4), 'the oldest keys first');
  const held = account.secrets.get(`${REGION} app/svc-13`)?.states.newest;
  assert(held !== undefined && held.versions.size === 2);
  const second = await start(daily, hoursLater(sandbox, 24));
  assert.equal(second.code, 0, second.stderr + second.stdout);
  assert.equal(rotated().length, 14);
  assert(names.every((name) => statuses(name).every((status) => status === 'Active')));
  // Nobody uses the old keys any more, and a daily run has seen it.
  const later = await start(daily, hoursLater(sandbox, 24 * 40));
  assert.equal(later.code, 0, later.stderr + later.stdout);
  const inactive = names.filter((name) => statuses(name).includes('Inactive'));
  assert.equal(inactive.length, 10);
});

test('the configuration of cloud-key-rotator, converted, planned and applied', async (t) => {
  const stage = await mapStage(t);
  const { addUser, parameter, env, folder, config, account } = stage;
  const lastUsed = { at: new Date(Date.now() - 3_600_000), service: 's3' };
  const [key] = addUser({ name: 'a-service' }, { ageDays: 100, lastUsed });
  assert(key);
  parameter('/keys/id', key.id);
  parameter('/keys/secret', key.secret);
  const theirs = {
    RotationMode: true,
    CloudProviders: [{ Name: 'aws', Self: '' }],
    DefaultRotationAgeThresholdMins: 43_200,
    AccountFilter: {
      Mode: 'include',
      Accounts: [{ Provider: { Name: 'aws' }, ProviderAccounts: ['a-service'] }],
    },
    AccountKeyLocations: [
      {
        ServiceAccountName: 'a-service',
        Ssm: [{ KeyIDParamName: '/keys/id', KeyParamName: '/keys/secret', Region: REGION }],
      },
    ],
  };
  const from = join(folder, 'config.json');
  await writeFile(from, JSON.stringify(theirs));
  const words = ['init', '--from', 'cloud-key-rotator', from, '-o', config];
  const converted = await run('keyturn', words, env);
  assert.equal(converted.code, 0, converted.stderr);
  assert.match(await readFile(config, 'utf8'), /days_threshold: 30/);
  const saved = join(folder, 'plan.json');
  const planned = await run('keyturn', ['plan', '--config', config, '-o', saved], env);
  assert.equal(planned.code, 0, planned.stderr + planned.stdout);
  assert.match(planned.stdout, /rotate +a-service/);
  const applied = await run('keyturn', ['apply', saved, '--config', config], env);
  assert.equal(applied.code, 0, applied.stderr + applied.stdout);
  const held = account.parameters.get(`${REGION} /keys/id`)?.states.newest.versions.at(-1)?.value;
  assert.match(held ?? '', /^AKIA/);
  assert.notEqual(held, key.id);
});
