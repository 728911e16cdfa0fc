// One user whose key goes to GitHub, GitLab and CircleCI in one run, by the real command: what the dry run
// foretells of each, a place that is down for a run, and what the result says of each.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { temporaryDirectory } from '../state/support.ts';
import { TOKEN as CIRCLE_TOKEN, CONTEXT_ID, startCircle } from './circleci/fake-circleci.ts';
import { TOKEN as GITHUB_TOKEN, startGithub } from './github/fake-github.ts';
import { TOKEN as GITLAB_TOKEN, startGitlab } from './gitlab/fake-gitlab.ts';

const DELIVER =
  'github=acme/{user}#vars.KEY_ID,KEY,gitlab=acme/{user}@production,circleci-context=gh/acme/{user}#PAIR';

interface Result {
  readonly rotated_keys: readonly {
    readonly new_key_id: string;
    readonly delivered_to: readonly { kind: string; settle: string; proof: string }[];
  }[];
}

it('three services get one key, the old one stays Active while one of them is down', async (test) => {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'services', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const github = await startGithub(test, systemClock);
  const gitlab = await startGitlab(test);
  const circle = await startCircle(test, systemClock);
  const store = 'repos/acme/ada/actions';
  github.putVariable(store, 'KEY_ID', old.id);
  github.put(store, 'KEY', { value: old.secret, updatedAt: '2026-01-01T00:00:00Z' });
  const scope = { environment_scope: 'production', masked: true };
  gitlab.put('projects acme/ada', { key: 'AWS_ACCESS_KEY_ID', value: old.id, ...scope });
  const hidden = { ...scope, hidden: true };
  gitlab.put('projects acme/ada', { key: 'AWS_SECRET_ACCESS_KEY', value: old.secret, ...hidden });
  circle.contexts.set('gh/acme', [{ id: CONTEXT_ID, name: 'ada' }]);
  circle.put(CONTEXT_ID, 'PAIR', '{}');
  const environment = {
    ...sandbox.endpointEnv(),
    GITHUB_API_URL: github.url,
    KEYTURN_GITHUB_TOKEN: GITHUB_TOKEN,
    GITLAB_HOST: gitlab.url,
    GITLAB_TOKEN,
    CIRCLECI_HOST: circle.url,
    CIRCLE_TOKEN,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const flags = ['--deliver', DELIVER, '--retire', 'now'];

  const dry = await run('rotate-iam-keys', [...flags, '--dry-run'], environment);
  assert.match(dry.stdout, /Would rotate 1 key/);
  assert.match(dry.stdout, /github.*cannot|could not be read back/);
  assert.match(dry.stdout, /two writes, and a job that begins between them gets halves/);
  for (const { requests } of [github, gitlab, circle]) {
    assert.ok(requests.length > 0 && requests.every(({ method }) => method === 'GET'));
  }

  circle.fault = (request, next) => (request.method === 'GET' ? next() : { status: 403 });
  const down = await run('rotate-iam-keys', [...flags, '--output-format', 'json'], environment);
  assert.equal(down.code, 1, down.stderr);
  assert.equal(world.keys.get(old.id)?.status, 'Active');
  circle.fault = undefined;

  const done = await run('rotate-iam-keys', [...flags, '--output-format', 'json'], environment);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const [rotated] = (JSON.parse(done.stdout) as Result).rotated_keys;
  const { id = '', secret = '' } = world.keys.get(rotated?.new_key_id ?? '') ?? {};
  assert.deepEqual(
    rotated?.delivered_to.map(({ kind, settle, proof }) => [kind, settle, proof]),
    [
      ['github', 'when-queued', 'timestamp'],
      ['gitlab', 'next-start', 'marker'],
      ['circleci-context', 'next-start', 'marker'],
    ],
  );
  assert.equal(github.variables.get(`${store} KEY_ID`)?.value, id);
  assert.equal(github.value(store, 'KEY'), secret);
  assert.equal(gitlab.value('projects acme/ada', 'AWS_SECRET_ACCESS_KEY', 'production'), secret);
  assert.deepEqual(JSON.parse(circle.value(CONTEXT_ID, 'PAIR') ?? ''), {
    ...{ SecretAccessKey: secret, AccessKeyId: id },
  });
  assert.equal(world.keys.get(old.id)?.status, 'Inactive');
  const told = down.stdout + down.stderr + done.stdout + done.stderr;
  for (const each of [secret, secret.slice(-6), GITHUB_TOKEN, GITLAB_TOKEN, CIRCLE_TOKEN]) {
    assert.ok(!told.includes(each));
  }
});

it('a rotation that is open stays at the service where it was begun, whatever the environment names by then', async (test) => {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'elsewhere', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const [begun, other] = [
    await startGithub(test, systemClock),
    await startGithub(test, systemClock),
  ];
  const store = 'repos/acme/ada/actions';
  for (const github of [begun, other]) {
    github.put(store, 'AWS_ACCESS_KEY_ID', { value: old.id, updatedAt: '2026-01-01T00:00:00Z' });
    github.put(store, 'AWS_SECRET_ACCESS_KEY', {
      value: old.secret,
      updatedAt: '2026-01-01T00:00:00Z',
    });
  }
  const environment = (url: string) => ({
    ...sandbox.endpointEnv(),
    GITHUB_API_URL: url,
    KEYTURN_GITHUB_TOKEN: GITHUB_TOKEN,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  });
  const rotate = (url: string) =>
    run(
      'rotate-iam-keys',
      ['--deliver', 'github=acme/{user}', '--retire', 'now'],
      environment(url),
    );
  begun.fault = (request, next) => (request.method === 'GET' ? next() : { status: 403 });
  assert.equal((await rotate(begun.url)).code, 1);
  begun.fault = undefined;

  const elsewhere = await rotate(other.url);
  assert.equal(elsewhere.code, 1);
  const told = elsewhere.stdout.replaceAll(/\s+/g, ' ');
  assert.match(
    told,
    /KEYTURN_GITHUB_TOKEN is for the GitHub that GITHUB_API_URL names, http:\S+, and the place is at http:/,
  );
  assert.deepEqual(other.requests, []);
  assert.equal(world.keys.get(old.id)?.status, 'Active');

  const done = await rotate(begun.url);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const verified = await run('keyturn', ['verify'], environment(other.url));
  assert.match(verified.stdout, /unreadable/);
  assert.match(verified.stdout.replaceAll(/\s+/g, ' '), /and the place is at http:/);
  assert.deepEqual(other.requests, []);
});
