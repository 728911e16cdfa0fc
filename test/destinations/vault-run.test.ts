// `rotate-iam-keys --deliver vault=…` and `keyturn undo` as real processes, with a real OpenBao.

import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { hoursLater, run } from '../cli/process.ts';
import { startBao } from '../openbao/bao-server.ts';
import { temporaryDirectory } from '../state/support.ts';

it('a secret of Vault gets the new pair, is looked at beforehand, and goes back', async (test) => {
  const folder = await temporaryDirectory(test);
  chmodSync(folder, 0o700);
  const bao = await startBao();
  test.after(() => bao.close());
  const sandbox = await startSandbox({ seed: 'vault', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  const olds = new Map<string, { id: string; secret: string }>();
  for (const name of ['ada', 'bob']) {
    world.addUser(DEFAULT_ACCOUNT_ID, { name });
    olds.set(name, world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 400 }));
  }
  const put = async (user: string, id = olds.get(user)?.id): Promise<void> => {
    const data = { access_key_id: id, secret_access_key: olds.get(user)?.secret, region: 'eu' };
    await bao.must('POST', `secret/data/app/${user}`, { body: { data } });
  };
  const held = async (user: string) => (await bao.must('GET', `secret/data/app/${user}`)).data.data;
  const rules = 'path "secret/data/app/+" { capabilities = ["read", "patch"] }';
  const token = await bao.tokenWith(rules);
  const environment = {
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    VAULT_ADDR: bao.url,
    VAULT_TOKEN: token,
  };
  const flags = ['--deliver', 'vault=secret/app/{user}', '--retire', 'now'];

  await put('ada', world.administratorKey().id);
  await put('bob');
  const foreign = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(foreign.stdout, /secret\/app\/ada\s+of Vault\s+holds [A-Z0-9]+, which is a key of/);
  assert.match(foreign.stdout, /Would rotate 1 key/);
  await put('ada');

  const denied = await bao.tokenWith('path "secret/data/app/+" { capabilities = ["read"] }');
  const readOnly = { ...environment, VAULT_TOKEN: denied };
  const refused = await run('rotate-iam-keys', flags, readOnly);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout + refused.stderr, /may not write\s+secret\/app\/ada/);
  assert.equal(world.keys.size, 3);

  const done = await run('rotate-iam-keys', [...flags, '--output-format', 'json'], environment);
  assert.equal(done.code, 0, done.stderr);
  const { rotated_keys: rotated } = JSON.parse(done.stdout) as {
    rotated_keys: {
      username: string;
      new_key_id: string;
      delivered_to: Record<string, string>[];
    }[];
  };
  assert.equal(rotated.length, 2);
  for (const {
    username: user,
    new_key_id: newKeyId,
    delivered_to: [receipt],
  } of rotated) {
    const fields = await held(user);
    const secret = world.keys.get(newKeyId)?.secret;
    assert.deepEqual(fields, { access_key_id: newKeyId, secret_access_key: secret, region: 'eu' });
    assert.equal(receipt?.kind, 'vault');
    assert.equal(receipt?.place, `secret/app/${user}?address=${bao.url}`);
    assert.ok(!(done.stdout + done.stderr).includes(secret ?? '-'));
    assert.ok(!(done.stdout + done.stderr).includes(token));
  }

  const later = { ...environment, ...hoursLater(sandbox, 5), VAULT_ADDR: 'http://127.0.0.1:1' };
  const undone = await run('keyturn', ['undo', 'ada'], later);
  assert.equal(undone.code, 0, undone.stderr);
  assert.equal((await held('ada')).access_key_id, olds.get('ada')?.id);
});

it('a token in clear is refused before anything is called, and not shown again', async (test) => {
  const folder = await temporaryDirectory(test);
  const environment = { KEYTURN_STATE_DIR: folder, KEYTURN_ENDPOINT_GUARD: 'loopback' };
  const secret = `hvs.${'aB3'.repeat(12)}`;
  for (const place of [`secret/app?token=${secret}`, 'secret/app?token=plain-and-short']) {
    const deliver = ['--user', 'ada', '--deliver', `vault=${place}`];
    const { code, stdout, stderr } = await run('rotate-iam-keys', deliver, environment);
    assert.equal(code, 2);
    assert.match(stderr, /--deliver (?:holds a token in clear|.* says where a credential is)/);
    assert.ok(!(stdout + stderr).includes(secret));
    assert.ok(!(stdout + stderr).includes('plain-and-short'));
  }
});
