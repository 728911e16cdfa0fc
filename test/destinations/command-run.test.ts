// `rotate-iam-keys --deliver 'command=…'` and `keyturn undo` as real processes, with the example program.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { hoursLater, run } from '../cli/process.ts';
import { temporaryDirectory } from '../state/support.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/command/put-key.sh', import.meta.url));

it('a program gets the new pair, is looked at beforehand, and goes back', async (test) => {
  const folder = await temporaryDirectory(test);
  chmodSync(folder, 0o700);
  const sandbox = await startSandbox({ seed: 'command', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const program = join(folder, 'put key');
  copyFileSync(EXAMPLE, program);
  chmodSync(program, 0o700);
  const place = join(folder, 'ada.env');
  const put = (id: string) => {
    writeFileSync(place, `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${old.secret}\n`);
  };
  const environment = {
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const flags = ['--deliver', `command='${program}' ${folder}/{user}.env`, '--retire', 'now'];

  put(world.administratorKey().id);
  const foreign = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(foreign.stdout, /put key\s+holds [A-Z0-9]+, which is a key of sandbox-admin/);
  put(old.id);
  const dry = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(dry.stdout, /Would rotate 1 key/);
  assert.match(readFileSync(place, 'utf8'), new RegExp(old.id));

  const done = await run('rotate-iam-keys', [...flags, '--output-format', 'json'], environment);
  assert.equal(done.code, 0, done.stderr);
  const { rotated_keys: rotated } = JSON.parse(done.stdout) as {
    rotated_keys: { new_key_id: string; delivered_to: { kind: string }[] }[];
  };
  const [{ new_key_id: newKeyId = '', delivered_to: [receipt] = [] } = {}] = rotated;
  const served = world.keys.get(newKeyId);
  assert.equal(receipt?.kind, 'command');
  assert.equal(
    readFileSync(place, 'utf8'),
    `AWS_ACCESS_KEY_ID=${newKeyId}\nAWS_SECRET_ACCESS_KEY=${served?.secret}\n`,
  );
  assert.ok(!(done.stdout + done.stderr).includes(served?.secret ?? '-'));

  const later = { ...environment, ...hoursLater(sandbox, 5) };
  const undone = await run('keyturn', ['undo', 'ada'], later);
  assert.equal(undone.code, 0, undone.stderr);
  assert.match(readFileSync(place, 'utf8'), new RegExp(old.id));
  assert.equal(world.keys.get(newKeyId)?.status, 'Inactive');
});
