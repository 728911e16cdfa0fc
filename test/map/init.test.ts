// keyturn init: a starter that is valid as it is written, from what the account has; nothing is written over.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { binOf } from '../cli/process.ts';
import { outcomesOf } from '../config/stage.ts';
import { mapStage, object } from './stage.ts';

/** The code at the end of the error's line. */
function codeIn(stderr: string): string | undefined {
  return /^keyturn: error: .* \[([a-z-]+)\]$/m.exec(stderr)?.[1];
}

test('rules by place, by path, by names, people apart, and the run that follows', async (t) => {
  const { addUser, secret, keyturn, config, rotate, sandbox } = await mapStage(t);
  for (const name of ['svc-a', 'svc-b', 'svc-c']) {
    const [key] = addUser({ name, path: '/svc/' }, { ageDays: 200 });
    assert(key);
    secret(`app/${name}`, object(key));
  }
  const [team] = addUser({ name: 'billing', tags: { team: 'pay' } }, { ageDays: 150 });
  assert(team);
  secret('pay/key', JSON.stringify({ s3: { id: team.id, key: team.secret } }));
  addUser({ name: 'ann.lee', password: true }, { ageDays: 300 });
  addUser({ name: 'ci-web', path: '/' }, { ageDays: 100 });
  addUser({ name: 'ci-api', path: '/' }, { ageDays: 100 });
  addUser({ name: 'nobody' });
  sandbox.requests.clear();
  const { code, stdout, stderr } = await keyturn(['init', '-o', config]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(sandbox.requests.writes(), []);
  assert.match(stdout, /keyturn\.yaml is written: 8 users with 8 keys, 4 places that show one\./);
  const text = await readFile(config, 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=/);
  const { rules, exemptions } = parse(text);
  assert.deepEqual(
    rules.map((rule: { match: object; deliver: object; retire?: string }) => [
      rule.match,
      rule.deliver,
      rule.retire,
    ]),
    [
      [{ user: 'billing' }, ['secrets-manager=pay/key#id=s3.id,secret=s3.key'], undefined],
      [{ path: '/svc/*' }, ['secrets-manager=app/{user}'], undefined],
      [{ has_password: true }, ['handoff'], 'never'],
      [{ user: 'ci-*' }, ['handoff'], undefined],
    ],
  );
  assert.deepEqual(exemptions[0].match, { user: 'sandbox-admin' });
  const valid = await keyturn(['validate', config]);
  assert.equal(valid.code, 0, valid.stdout);
  assert.match(valid.stdout, /is valid: 4 rules, 1 exemption$/m);
  const { report } = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(report), {
    'svc-a': 'rotated',
    'svc-b': 'rotated',
    'svc-c': 'rotated',
    billing: 'rotated',
    'ann.lee': 'rotated',
    'ci-web': 'rotated',
    'ci-api': 'rotated',
  });
});

test('a file that is there stays as it is, and one that cannot be written is told', async (t) => {
  const { keyturn, config, folder, sandbox } = await mapStage(t);
  await writeFile(config, 'mine');
  sandbox.requests.clear();
  const there = await keyturn(['init', '-o', config]);
  assert.equal(there.code, 2);
  assert.equal(codeIn(there.stderr), 'file-exists');
  assert.match(there.stderr, /is there already, and is not written over/);
  assert.match(there.stderr, /^ {4}keyturn init -o .*keyturn\.draft\.yaml$/m);
  // The same again, under another name: not a draft of something else.
  const said = ['ssm=/app/*', '--region', 'eu-west-1'];
  const places = await keyturn(['init', ...said, '-o', config]);
  assert.match(
    places.stderr,
    /^ {4}keyturn init 'ssm=\/app\/\*' --region eu-west-1 -o .*\.draft\.yaml$/m,
  );
  const tool = await keyturn(['init', '--from', 'cloud-key-rotator', 'ckr.json', '-o', config]);
  assert.match(
    tool.stderr,
    /^ {4}keyturn init --from cloud-key-rotator ckr\.json -o .*\.draft\.yaml$/m,
  );
  assert.deepEqual(sandbox.requests.list(), []);
  assert.equal(await readFile(config, 'utf8'), 'mine');
  const nowhere = await keyturn(['init', '-o', join(folder, 'no', 'keyturn.yaml')]);
  assert.equal(nowhere.code, 2);
  assert.equal(codeIn(nowhere.stderr), 'output-file');
  assert.match(nowhere.stderr, /cannot be written: /);
  await mkdir(join(folder, 'dir'));
  assert.equal((await keyturn(['init', '-o', join(folder, 'dir')])).code, 2);
  const json = await keyturn(['init', '-o', 'keyturn.json']);
  assert.match(json.stderr, /"keyturn\.json" is the name of JSON, which has no remarks/);
  const both = await keyturn(['init', '--print', '-o', config]);
  assert.match(both.stderr, /--print and --output contradict each other/);
  const neither = await keyturn(['init', 'ssm', '--without-places']);
  assert.match(neither.stderr, /--without-places reads none, and ssm names some/);
});

test('another of the usual names in the folder is in the way', async (t) => {
  const { env, folder } = await mapStage(t);
  await writeFile(join(folder, 'keyturn.yml'), 'mine');
  const { code, stderr } = await new Promise<{ code: number | null; stderr: string }>((done) => {
    const child = spawn(process.execPath, [binOf('keyturn'), 'init'], { cwd: folder, env });
    let text = '';
    child.stderr.on('data', (bytes) => {
      text += String(bytes);
    });
    child.on('close', (exit) => done({ code: exit, stderr: text }));
  });
  assert.equal(code, 2);
  assert.match(stderr, /keyturn\.yml is there already, and is not written over/);
});

test('without places nothing is decrypted, and the file says that nobody looked', async (t) => {
  const { addUser, keyturn, calls, sandbox } = await mapStage(t);
  addUser({ name: 'svc' }, { ageDays: 5 });
  sandbox.requests.clear();
  const { code, stdout } = await keyturn(['init', '--print', '--without-places']);
  assert.equal(code, 0);
  assert.match(stdout, /^# No place was read: where keys are is not in here\.$/m);
  assert.match(stdout, /# 1 user whose places are not known: none was read\./);
  const { ListSecrets, DescribeParameters, ListAccessKeys } = calls();
  assert.deepEqual(
    [ListSecrets, DescribeParameters, ListAccessKeys],
    [undefined, undefined, undefined],
  );
});

test('what is denied is in the remarks, and the exit code', async (t) => {
  const { addUser, keyturn, sandbox, config } = await mapStage(t);
  addUser({ name: 'svc' }, { ageDays: 5 });
  for (const operation of ['DescribeParameters', 'GetAccountAuthorizationDetails']) {
    sandbox.faults.add({ operation, effect: { kind: 'access-denied' } });
  }
  const { code, stderr } = await keyturn(['init', '-o', config]);
  assert.equal(code, 1, stderr);
  const text = await readFile(config, 'utf8');
  assert.match(text, /^# Places ssm of \d+: not read to the end: .*ssm:DescribeParameters/m);
  assert.match(text, /^# Not known of account \d+: .*iam:GetAccountAuthorizationDetails/m);
  assert.equal((await keyturn(['validate', config])).code, 0);
});

test('names made of YAML and of markup', async (t) => {
  const { addUser, secret, keyturn, config } = await mapStage(t);
  const names = [
    'true',
    'null',
    '012',
    '1e3',
    '-',
    '=x',
    '@y',
    '.',
    'y',
    'no',
    'a,b',
    '+',
    'x@y.z',
  ];
  for (const name of names) addUser({ name }, { ageDays: 5 });
  addUser({ name: `Aa1${'b'.repeat(37)}` }, { ageDays: 5 });
  const [odd] = addUser(
    { name: 'tagged', tags: { '"]: {{': '*', team: '\u0024{env:X} #no' } },
    { ageDays: 5 },
  );
  assert(odd);
  secret('a{user}', object(odd));
  const { code, stderr } = await keyturn(['init', '-o', config]);
  assert.equal(code, 0, stderr);
  const valid = await keyturn(['validate', config]);
  assert.equal(valid.code, 0, valid.stdout);
  const text = await readFile(config, 'utf8');
  const selected = JSON.stringify(parse(text).rules);
  for (const name of names) assert(selected.includes(JSON.stringify(name)), name);
  assert.match(text, /^# No rule can name these users/m);
  assert.doesNotMatch(text, /Aa1b/);
});
