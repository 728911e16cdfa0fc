// `rotate-iam-keys --deliver 'github=…'` and `keyturn` as real processes, against a GitHub for tests.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../../src/sandbox/index.ts';
import { hoursLater, run } from '../../cli/process.ts';
import { temporaryDirectory } from '../../state/support.ts';
import { startGithub, TOKEN } from './fake-github.ts';

const STORE = 'repos/acme/ada/actions';

it('a repository gets the new pair, and the replaced key goes in the end', async (test) => {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'github', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const github = await startGithub(test, systemClock);
  const environment = {
    ...sandbox.endpointEnv(),
    GITHUB_API_URL: github.url,
    KEYTURN_GITHUB_TOKEN: TOKEN,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const flags = ['--deliver', 'github=acme/{user}'];

  const missing = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(missing.stdout, /secrets of acme\/ada on GitHub do not exist/);
  github.put(STORE, 'AWS_ACCESS_KEY_ID', { value: old.id, updatedAt: '2026-01-01T00:00:00Z' });
  github.put(STORE, 'AWS_SECRET_ACCESS_KEY', {
    value: old.secret,
    updatedAt: '2026-01-01T00:00:00Z',
  });
  const dry = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(dry.stdout, /Would rotate 1 key/);
  assert.equal(github.value(STORE, 'AWS_ACCESS_KEY_ID'), old.id);
  assert.ok(github.requests.every(({ method }) => method === 'GET'));

  const rotate = [...flags, '--retire', 'now', '--output-format', 'json'];
  const done = await run('rotate-iam-keys', rotate, environment);
  assert.equal(done.code, 0, done.stderr);
  const { rotated_keys: rotated } = JSON.parse(done.stdout) as {
    rotated_keys: { new_key_id: string; delivered_to: { kind: string }[] }[];
  };
  const [{ new_key_id: newKeyId = '', delivered_to: [receipt] = [] } = {}] = rotated;
  assert.equal(receipt?.kind, 'github');
  assert.equal(github.value(STORE, 'AWS_ACCESS_KEY_ID'), newKeyId);
  const secret = world.keys.get(newKeyId)?.secret;
  assert.equal(github.value(STORE, 'AWS_SECRET_ACCESS_KEY'), secret);
  assert.ok(!(done.stdout + done.stderr).includes(secret ?? '-'));
  assert.ok(!(done.stdout + done.stderr).includes(TOKEN));
  assert.equal(world.keys.get(old.id)?.status, 'Inactive');

  // Whatever somebody else has written there, it may be the replaced key.
  const later = { ...environment, ...hoursLater(sandbox, 24 * 20) };
  const cleanUp = ['--cleanup-inactive', '--inactive-days', '7', ...flags];
  const ours = github.secrets.get(`${STORE} AWS_ACCESS_KEY_ID`);
  github.put(STORE, 'AWS_ACCESS_KEY_ID', { value: 'theirs', updatedAt: '2036-01-01T00:00:00Z' });
  const kept = await run('rotate-iam-keys', cleanUp, later);
  assert.match(kept.stdout + kept.stderr, /somebody has written there since/);
  assert.notEqual(world.keys.get(old.id)?.deleted, true);

  // As long as nobody did, the record says what is there.
  github.put(STORE, 'AWS_ACCESS_KEY_ID', ours ?? { value: '' });
  const cleaned = await run('rotate-iam-keys', cleanUp, later);
  assert.equal(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
  assert.equal(world.keys.get(old.id)?.deleted, true);
});
