import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatePlace } from '../../src/state/stores.ts';
import { demandValid, textOf, yamlOf } from '../support/structured-files.ts';
import { keysMade, machine } from './stage.ts';

const objects = yamlOf('examples/kubernetes/cronjob.yml') as {
  kind: string;
  metadata: { name: string };
}[];

interface Pod {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
  }[];
  readonly volumes?: readonly object[];
}

function pod(): Pod {
  const job = objects.find(({ kind }) => kind === 'CronJob');
  return (job as unknown as { spec: { jobTemplate: { spec: { template: { spec: Pod } } } } }).spec
    .jobTemplate.spec.template.spec;
}

test('the manifest is a CronJob and its account, hardened', () => {
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['ServiceAccount', 'CronJob'],
  );
  for (const each of objects) demandValid(each, 'test/examples/schemas/kubernetes.schema.json');
});

test('the objects of the manifest name each other, and no volume is needed', () => {
  const names = Object.fromEntries(objects.map(({ kind, metadata }) => [kind, metadata.name]));
  const { serviceAccountName, volumes, containers } = pod();
  assert.equal(serviceAccountName, names.ServiceAccount);
  assert.equal(volumes, undefined);
  const state = containers[0]?.env.find(({ name }) => name === 'KEYTURN_STATE')?.value ?? '';
  assert.ok(isStatePlace(state));
});

test('the arguments of the container read at first, then rotate, and print no secret', async (context) => {
  const { run, sandbox } = await machine(context);
  const { args = [], env = [] } = pod().containers[0] ?? {};
  const given = env.find(({ name }) => name === 'KEYTURN_FORCE_DRY_RUN');
  assert.equal(given?.value, 'true');
  const asked = ['rotate-iam-keys', ...args] as const;
  assert.equal((await run(asked, { KEYTURN_FORCE_DRY_RUN: 'true' })).code, 0);
  assert.equal(keysMade(sandbox), 0);
  const { code, stdout, stderr } = await run(asked);
  assert.equal(code, 0, stderr);
  assert.equal(keysMade(sandbox), 1);
  assert.equal(sandbox.requests.list('PutSecretValue').length, 1);
  const made = sandbox.world.account('123456789012').users;
  const secrets = [...made.values()].flatMap(({ keys }) => keys.map(({ secret }) => secret));
  assert(secrets.length > 0);
  assert(secrets.every((secret) => !`${stdout}${stderr}`.includes(secret)));
});

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructions(path: string): readonly Instruction[] {
  const joined = textOf(path).replaceAll(/\\\n\s*/g, ' ');
  return joined
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+) (.*)$/.exec(line))
    .map((found) => ({ name: found?.[1] ?? '?', rest: found?.[2] ?? '' }));
}

test('the image ends without a shell and without root, and holds nothing but the package', () => {
  const all = instructions('Dockerfile');
  assert(all.every(({ name }) => name !== '?'));
  const last = all.map(({ name }) => name).lastIndexOf('FROM');
  const stage = all.slice(last);
  assert.match(stage[0]?.rest ?? '', /^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
  assert.deepEqual(
    stage.filter(({ name }) => name === 'USER').map(({ rest }) => rest),
    ['65532:65532'],
  );
  assert.deepEqual(
    stage.filter(({ name }) => ['RUN', 'ADD'].includes(name)),
    [],
  );
  for (const { rest } of stage.filter(({ name }) => name === 'COPY'))
    assert.match(rest, /^--from=build /);
  const entry = JSON.parse(stage.find(({ name }) => name === 'ENTRYPOINT')?.rest ?? '[]');
  assert.deepEqual(entry, ['/nodejs/bin/node', '/app/bin/rotate-iam-keys.cjs']);
});

test('no secret can be built into the image', () => {
  const all = instructions('Dockerfile');
  const settings = all.filter(({ name }) => ['ARG', 'ENV'].includes(name)).map(({ rest }) => rest);
  for (const rest of settings) assert.doesNotMatch(rest, /SECRET|TOKEN|PASSWORD|ACCESS_KEY/i);
  const ignored = textOf('.dockerignore').split('\n');
  for (const path of ['.git', 'node_modules', 'sandbox.env']) assert(ignored.includes(path));
  const install = all.find(({ rest }) => rest.startsWith('npm ci'))?.rest ?? '';
  assert.match(install, /--ignore-scripts/);
});
