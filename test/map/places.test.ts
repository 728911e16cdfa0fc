// keyturn map looks into places of every kind: what each shows, what it shows to nobody, and how `--deliver` would
// name it.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { kindNamed } from '../../src/destinations/kinds.ts';
import { templateFault } from '../../src/destinations/place.ts';
import type { MapReport } from '../../src/reports/map-report.ts';
import { TOKEN as CIRCLE_TOKEN, startCircle } from '../destinations/circleci/fake-circleci.ts';
import { TOKEN as GITHUB_TOKEN, startGithub } from '../destinations/github/fake-github.ts';
import { TOKEN as GITLAB_TOKEN, startGitlab } from '../destinations/gitlab/fake-gitlab.ts';
import { startFakeCluster } from '../kubernetes/fake-api.ts';
import { makeSecret, newNamespace, TOKENS, writeKubeconfig } from '../kubernetes/test-cluster.ts';
import { startBao } from '../openbao/bao-server.ts';
import { declarePlace } from '../secrets/places.ts';
import { mapStage, type Pair } from './stage.ts';

/** Where a key stands, and what --deliver would take: it is a place of its kind. */
function deliveriesOf({ keys }: MapReport, { id }: Pair): readonly (string | null)[] {
  const places = keys.find((key) => key.access_key_id === id)?.places ?? [];
  for (const { deliver, kind } of places) {
    const rule = kindNamed(kind)?.rule;
    if (deliver === null || rule === undefined) continue;
    assert.equal(templateFault(deliver.slice(kind.length + 1), rule), undefined, deliver);
  }
  return places.map(({ deliver }) => deliver);
}

test('Vault: all engines, a mount, a path; a folder that is denied', async (t) => {
  const { addUser, map } = await mapStage(t);
  const bao = await startBao();
  t.after(() => bao.close());
  const [one, two, three] = addUser({ name: 'svc' }, {}, {}).concat(addUser({ name: 'b' }, {}));
  assert(one && two && three);
  await bao.mount('team/kv', 2);
  await bao.mount('plain', 1);
  const put = (path: string, body: object) => bao.must('POST', path, { body });
  const pair = ({ id, secret }: Pair) => ({ access_key_id: id, secret_access_key: secret });
  await put('team/kv/data/app/one', { data: pair(one) });
  await put('team/kv/data/deep/er/two', { data: { s3: { key: two.id, secret: two.secret } } });
  await put('team/kv/data/gone', { data: pair(one) });
  await bao.must('DELETE', 'team/kv/data/gone');
  await put('plain/three', pair(three));
  const token = await bao.tokenWith(`
    path "team/kv/*" { capabilities = ["read", "list"] }
    path "team/kv/metadata/shut/*" { capabilities = ["deny"] }
    path "plain/*" { capabilities = ["read", "list"] }`);
  await put('team/kv/data/shut/x', { data: { a: 'b' } });
  const env = { VAULT_ADDR: bao.url, VAULT_TOKEN: token };
  const all = await map.as(env)('vault');
  assert.equal(all.code, 1, all.stderr);
  assert.deepEqual(deliveriesOf(all.report, one), ['vault=team/kv/app/one']);
  assert.deepEqual(deliveriesOf(all.report, two), [
    'vault=team/kv/deep/er/two#id=s3.key,secret=s3.secret',
  ]);
  assert.deepEqual(deliveriesOf(all.report, three), ['vault=plain/three']);
  assert.deepEqual(
    all.report.unread.map(({ place }) => place),
    ['team/kv/shut/'],
  );
  const below = await map.as(env)('vault=team/kv/app');
  assert.equal(below.code, 0, below.stderr);
  assert.equal(below.report.summary.places_read, 1);
  const nothing = await map.as({ ...env, VAULT_TOKEN: 'wrong' })('vault');
  assert.equal(nothing.code, 1);
  assert.match(nothing.report.reads[0]?.error?.message ?? '', /Vault does not take the token/);
});

test('Kubernetes: all namespaces page by page, one; and denied', async (t) => {
  const { addUser, map, folder } = await mapStage(t);
  const cluster = await startFakeCluster();
  t.after(() => cluster.close());
  const [key] = addUser({ name: 'svc' }, {});
  assert(key);
  const [first, second] = [await newNamespace(cluster), await newNamespace(cluster)];
  for (let index = 0; index < 60; index += 1) {
    await makeSecret(cluster, `${first}/filler-${index}`, { texts: { a: 'b' } });
  }
  await makeSecret(cluster, `${first}/aws`, {
    texts: { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret },
  });
  await makeSecret(cluster, `${second}/s3`, { texts: { S3_ID: key.id, S3_SECRET: key.secret } });
  const env = { KUBECONFIG: writeKubeconfig(cluster, folder) };
  const denied = await map.as(env)('kubernetes');
  assert.equal(denied.code, 1);
  assert.match(
    denied.report.reads[0]?.error?.message ?? '',
    /refuses GET api\/v1\/secrets: HTTP 403/,
  );
  const config = await readFile(env.KUBECONFIG, 'utf8');
  await writeFile(env.KUBECONFIG, config.replaceAll(TOKENS.keyturn, TOKENS.admin));
  const all = await map.as(env)('kubernetes');
  assert.equal(all.code, 0, all.stderr + JSON.stringify(all.report?.reads));
  assert.deepEqual(
    [...deliveriesOf(all.report, key)].sort(),
    [`kubernetes=${first}/aws`, `kubernetes=${second}/s3#S3_ID,S3_SECRET`].sort(),
  );
  assert.equal(all.report.summary.places_read, 62);
  const one = await map.as(env)(`kubernetes=${second}`);
  assert.equal(one.report.summary.places_read, 1);
});

test('GitLab by scopes, GitHub and CircleCI by names alone', async (t) => {
  const { addUser, map, keyturn } = await mapStage(t);
  const [key, other] = addUser({ name: 'svc' }, {}, {});
  assert(key && other);
  const gitlab = await startGitlab(t);
  gitlab.put('projects acme/app', { key: 'AWS_ACCESS_KEY_ID', value: key.id });
  gitlab.put('projects acme/app', { key: 'AWS_SECRET_ACCESS_KEY', value: key.secret });
  const live = { environment_scope: 'live' };
  gitlab.put('projects acme/app', { key: 'KEY_ID', value: other.id, ...live });
  gitlab.put('projects acme/app', { key: 'KEY', value: other.secret, ...live });
  gitlab.put('projects acme/app', { key: 'UNSEEN', value: 'x', hidden: true });
  const github = await startGithub(t, systemClock);
  github.put('repos/acme/app/actions', 'AWS_SECRET_ACCESS_KEY', { value: 'x' });
  github.putVariable('repos/acme/app/actions', 'AWS_ACCESS_KEY_ID', key.id);
  const circle = await startCircle(t, systemClock);
  circle.put('gh/acme/app', 'AWS_ACCESS_KEY_ID', key.id);
  const env = {
    ...{ GITLAB_HOST: gitlab.url, GITLAB_TOKEN },
    ...{ GITHUB_API_URL: github.url, KEYTURN_GITHUB_TOKEN: GITHUB_TOKEN },
    ...{ CIRCLECI_HOST: circle.url, CIRCLE_TOKEN },
  };
  const { report, stderr } = await map.as(env)(
    'gitlab=acme/app',
    'github=acme/app',
    'circleci=gh/acme/app',
  );
  assert.deepEqual(
    report.reads.map(({ error }) => error),
    [null, null, null],
    stderr,
  );
  assert.deepEqual(deliveriesOf(report, other), ['gitlab=acme/app@live#KEY_ID,KEY']);
  assert.deepEqual(deliveriesOf(report, key), ['gitlab=acme/app', 'github=acme/app']);
  assert.deepEqual(
    report.unread.map(({ kind, message }) => [kind, message]),
    [
      ['gitlab', 'GitLab shows to nobody what is in UNSEEN'],
      ['github', 'GitHub shows to nobody what is in AWS_SECRET_ACCESS_KEY'],
      ['circleci', 'CircleCI shows to nobody what is in AWS_ACCESS_KEY_ID'],
    ],
  );
  for (const { requests } of [gitlab, github, circle]) {
    assert(requests.every(({ method }) => method === 'GET'));
  }
  const bare = await keyturn(['map', 'github']);
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /github does not say where to look/);
});

test('files: profiles, and .env files below a folder', async (t) => {
  const { addUser, map, folder } = await mapStage(t);
  const [one, two] = addUser({ name: 'svc' }, {}, {});
  assert(one && two);
  const home = join(folder, 'home');
  await mkdir(join(home, '.aws'), { recursive: true });
  await mkdir(join(home, 'app', 'node_modules'), { recursive: true });
  const credentials = join(home, '.aws', 'credentials');
  await writeFile(
    credentials,
    `[default]\naws_access_key_id = ${one.id}\naws_secret_access_key = ${one.secret}\n[a/b]\naws_access_key_id=${two.id}\naws_secret_access_key=${two.secret}\n[session]\naws_access_key_id=${two.id}\naws_secret_access_key=${two.secret}\naws_session_token=x\n`,
  );
  const env = join(home, 'app', '.env');
  const skipped = join(home, 'app', 'node_modules', '.env');
  for (const path of [env, skipped]) {
    declarePlace(path);
    await writeFile(path, `export S3_ID="${one.id}"\nS3_SECRET='${one.secret}'\nA=b\n`);
  }
  const as = map.as({ HOME: home });
  const { report, code, stderr } = await as('credentials-file', `dotenv=${home}`);
  assert.equal(code, 0, stderr + JSON.stringify(report?.reads));
  assert.deepEqual(deliveriesOf(report, one), [
    `credentials-file=${credentials}`,
    `dotenv=${env}#S3_ID,S3_SECRET`,
  ]);
  assert.deepEqual(deliveriesOf(report, two), [`credentials-file=${credentials}#a%2Fb`, null]);
  const none = await as(`dotenv=${home}/nowhere`);
  assert.equal(none.code, 1);
  assert.match(none.report.reads[0]?.error?.message ?? '', /nowhere cannot be read/);
});
