// `rotate-iam-keys --deliver 'kubernetes=…'` as real processes, beside a small API of Kubernetes.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { startFakeCluster } from '../kubernetes/fake-api.ts';
import {
  ask,
  makeSecret,
  newNamespace,
  putTexts,
  textsIn,
  writeKubeconfig,
} from '../kubernetes/test-cluster.ts';
import { temporaryDirectory } from '../state/support.ts';

async function scene(test: TestContext) {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'kubernetes', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const cluster = await startFakeCluster();
  test.after(() => cluster.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const place = `${await newNamespace(cluster)}/aws-key`;
  const texts = { AWS_ACCESS_KEY_ID: old.id, AWS_SECRET_ACCESS_KEY: old.secret };
  await makeSecret(cluster, place, { texts: { ...texts, other: 'kept' } });
  const environment = {
    ...sandbox.endpointEnv(),
    KUBECONFIG: writeKubeconfig(cluster, folder),
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const rotate = (deliver: string, ...flags: string[]) =>
    run(
      'rotate-iam-keys',
      ['--user', 'ada', '--deliver', deliver, '--output-format', 'json', ...flags],
      environment,
    );
  return { world, cluster, place, old, texts, environment, rotate };
}

interface Document {
  readonly rotated_keys: readonly {
    readonly new_key_id: string;
    readonly delivered_to: readonly { readonly kind: string; readonly place: string }[];
  }[];
}

it('a Secret gets the new pair, is looked at beforehand, and is found again', async (test) => {
  const { world, cluster, place, old, texts, rotate } = await scene(test);
  const dry = await rotate(`kubernetes=${place}`, '--dry-run');
  assert.equal(dry.code, 0, dry.stderr + dry.stdout);
  assert.deepEqual(await textsIn(cluster, place), { ...texts, other: 'kept' });

  const done = await rotate(`kubernetes=${place}`);
  assert.equal(done.code, 0, done.stderr + done.stdout);
  const [rotated] = (JSON.parse(done.stdout) as Document).rotated_keys;
  const served = world.keys.get(rotated?.new_key_id ?? '');
  assert.ok(served !== undefined && served.id !== old.id);
  const pair = { AWS_ACCESS_KEY_ID: served.id, AWS_SECRET_ACCESS_KEY: served.secret };
  assert.deepEqual(await textsIn(cluster, place), { ...pair, other: 'kept' });
  assert.match(
    rotated?.delivered_to[0]?.place ?? '',
    /^keyturn\/t.*\/aws-key\?cluster=http:\/\/127/,
  );
  assert.ok(!(done.stdout + done.stderr).includes(served.secret));
});

it('a rotation that is open is never sent to another cluster, whatever the context leads to', async (test) => {
  const { world, cluster, place, old, environment, rotate } = await scene(test);
  cluster.fault = ({ method, path }) =>
    method === 'PATCH' && path.endsWith('/aws-key')
      ? { status: 403, body: { kind: 'Status', message: 'secrets "aws-key" is forbidden' } }
      : undefined;
  const begun = await rotate(`kubernetes=${place}`);
  assert.match(begun.stdout, /HTTP 403, secrets \\"aws-key\\" is forbidden/);

  const config = readFileSync(environment.KUBECONFIG, 'utf8');
  const other = await startFakeCluster();
  test.after(() => other.close());
  writeFileSync(environment.KUBECONFIG, config.replaceAll(cluster.server, other.server));
  const elsewhere = await rotate(`kubernetes=${place}`);
  assert.equal(elsewhere.code, 1);
  assert.match(
    elsewhere.stdout,
    /leads to http:.* here, and t.*\/aws-key is a place of the cluster http:/,
  );
  assert.deepEqual(other.asked, []);
  assert.equal(world.keys.get(old.id)?.status, 'Active');

  writeFileSync(environment.KUBECONFIG, config);
  cluster.fault = () => undefined;
  const done = await rotate(`kubernetes=${place}`);
  assert.equal(done.code, 0, done.stdout);
  assert.notEqual((await textsIn(cluster, place)).AWS_ACCESS_KEY_ID, old.id);
});

it('whoever else owns the keys is told before a key is made', async (test) => {
  const { world, cluster, place, texts, rotate } = await scene(test);
  await putTexts(cluster, place, { texts: { AWS_ACCESS_KEY_ID: 'x' } });
  await putTexts(cluster, place, { texts, manager: 'helm' });
  const refused = await rotate(`kubernetes=${place}`, '--dry-run');
  assert.match(refused.stdout, /helm\\" owns AWS_ACCESS_KEY_ID of the Secret/);
  assert.match(refused.stdout, /force=helm/);
  assert.equal([...world.keys.values()].filter(({ userName }) => userName === 'ada').length, 1);
});

it('a restart that fails is told, keeps both keys, and is done by the next run', async (test) => {
  const { world, cluster, place, rotate } = await scene(test);
  const [namespace] = place.split('/');
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const deployment = { metadata: { name: 'api' }, spec: { template: { metadata: {} } } };
  await ask(cluster, `POST ${path}`, deployment);
  cluster.rollsOut = true;
  const isRestart = ({ method, path: asked }: { method: string; path: string }) =>
    method === 'PATCH' && asked.includes('/deployments/');
  const body = { kind: 'Status', message: 'admission is asleep', code: 500 };
  cluster.fault = (asked) => (isRestart(asked) ? { status: 500, body } : undefined);
  const failed = await rotate(`kubernetes=${place}?restart=deployment/api`);
  assert.equal(failed.code, 1, failed.stdout);
  assert.match(
    failed.stdout,
    /has the new pair, and the restart of what reads it has not come to its end/,
  );
  const keys = [...world.keys.values()].filter(({ userName }) => userName === 'ada');
  assert.deepEqual(
    keys.map(({ status }) => status),
    ['Active', 'Active'],
  );
  cluster.fault = () => undefined;
  cluster.asked.length = 0;
  const done = await rotate(`kubernetes=${place}?restart=deployment/api`);
  assert.equal(done.code, 0, done.stdout);
  assert.equal(cluster.asked.filter(isRestart).length, 1);
  assert.equal([...world.keys.values()].filter(({ userName }) => userName === 'ada').length, 2);
});
