// keyturn init --from cloud-key-rotator: its configuration becomes one of keyturn, no credential is copied or shown,
// and what it cannot say is told.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { outcomesOf } from '../config/stage.ts';
import { mapStage, object } from './stage.ts';

/** As its pages have it: a comma at the end of a list, and all kinds of places. */
const DOCUMENTED = `{
  // what its template begins with
  "RotationMode": true,
  "IncludeAwsUserKeys": false,
  "DefaultRotationAgeThresholdMins": 44640,
  "EnableKeyAgeLogging": true,
  "CloudProviders": [{ "Name": "aws", "Self": "ckr" }, { "Name": "gcp", "Project": "p" }],
  "AccountFilter": {
    "Mode": "include",
    "Accounts": [
      { "Provider": { "Name": "aws" }, "ProviderAccounts": ["svc-halves", "svc-json", "svc-ini", "svc-ci", "svc-odd", "svc-nowhere", "ann.lee"] },
      { "Provider": { "Name": "gcp", "Project": "p" }, "ProviderAccounts": ["robot"] },
    ]
  },
  "AccountKeyLocations": [
    {
      "ServiceAccountName": "svc-halves",
      "Ssm": [{ "KeyIDParamName": "/app/id", "KeyParamName": "/app/secret", "Region": "us-east-1" }]
    },
    {
      "ServiceAccountName": "svc-json",
      "RotationAgeThresholdMins": 60,
      "SecretsManager": [{ "KeyParamName": "app/json", "ConvertToFile": true, "FileType": "json", "Region": "us-east-1" }]
    },
    {
      "serviceaccountname": "svc-ini",
      "ssm": [{ "keyparamname": "/app/ini", "converttofile": "true" }]
    },
    {
      "ServiceAccountName": "svc-ci",
      "GitHub": [{ "Owner": "acme", "Repo": "web", "Env": "live", "KeyIDEnvVar": "KEY_ID", "KeyEnvVar": "KEY", "Base64Decode": true }],
      "CircleCI": [{ "UsernameProject": "acme/web" }],
      "CircleCIContext": [{ "ContextID": "3f0c0d5e-7d0b-4c53-9a53-6f1f6e1f2a10" }]
    },
    {
      "ServiceAccountName": "svc-odd",
      "Git": { "FilePath": "key.txt", "OrgRepo": "acme/web", "VerifyCircleCISuccess": true },
      "K8s": [{ "Namespace": "uat", "SecretName": "aws", "DataName": "key.json" }],
      "Atlas": [{}], "GCS": [{}], "Gocd": [{}], "DatadogGCPIntegration": [{}]
    },
    { "ServiceAccountName": "svc-odd", "Ssm": [{}] },
    { "ServiceAccountName": "robot", "GCS": [{}] },
    { "ServiceAccountName": "ann.lee", "Ssm": [{}] }
  ],
  "Credentials": {
    "CircleCIAPIToken": "CLEAR-ONE",
    "GitHubAPIToken": "CLEAR-TWO",
    "GitAccount": { "GitAccessToken": "CLEAR-THREE", "GitName": "x" },
    "AkrPass": "CLEAR-FOUR"
  },
  "DatadogAPIKey": "CLEAR-FIVE",
  "SlackWebhook": "https://hooks.example/CLEAR-SIX",
  "Somewhat": 1
}
`;

async function convert(t: Parameters<typeof mapStage>[0], text: string, name = 'config.json') {
  const stage = await mapStage(t);
  const from = join(stage.folder, name);
  await writeFile(from, text);
  const words = ['init', '--from', 'cloud-key-rotator', from];
  const result = await stage.keyturn([...words, '-o', stage.config]);
  const written = result.code === 0 ? await readFile(stage.config, 'utf8') : '';
  return { ...stage, result, written, words };
}

test('every place that keyturn knows, and a list of what it does not', async (t) => {
  const { result, written, keyturn, config, sandbox } = await convert(t, DOCUMENTED);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(sandbox.requests.list(), []);
  const model = parse(written);
  assert.equal(model.defaults.days_threshold, 31);
  const rules = Object.fromEntries(
    model.rules.map((rule: { match: { user: string } }) => [rule.match.user, rule]),
  );
  assert.deepEqual(rules['svc-halves'].deliver, [
    { to: 'ssm=/app/id,/app/secret', region: 'us-east-1' },
  ]);
  assert.deepEqual(rules['svc-json'].deliver, [
    { to: 'secrets-manager=app/json', region: 'us-east-1' },
  ]);
  assert.equal(rules['svc-json'].days_threshold, 90);
  assert.deepEqual(rules['svc-ini'].deliver, [{ to: 'ssm=/app/ini', form: 'aws-credentials-ini' }]);
  assert.deepEqual(rules['svc-ci'].deliver, [
    { to: 'circleci=gh/acme/web', with: 'circleci' },
    { to: 'circleci-context=3f0c0d5e-7d0b-4c53-9a53-6f1f6e1f2a10', with: 'circleci' },
    { to: 'github=acme/web:live#KEY_ID,KEY', with: 'github' },
  ]);
  for (const user of ['svc-odd', 'svc-nowhere']) assert.deepEqual(rules[user].deliver, ['handoff']);
  assert.equal(rules.robot, undefined);
  assert.deepEqual(
    model.exemptions.map(({ match }: { match: object }) => match),
    [{ user: 'ann.lee' }],
  );
  assert.deepEqual(model.connections.github, {
    kind: 'github',
    token: '\u0024{env:CKR_CREDENTIALS_GITHUBAPITOKEN}',
  });
  const told = result.stderr.replaceAll(/\s+/g, ' ');
  for (const words of [
    'credentials.githubapitoken stood in the file: revoke it',
    'credentials.gitaccount.gitaccesstoken stood in the file',
    'datadogapikey stood in the file',
    'slackwebhook stood in the file',
    'providers other than AWS: gcp',
    'svc-json: RotationAgeThresholdMins: cloud-key-rotator says 60 minutes; is 90 days yours?',
    'svc-odd has several lists of places there',
    'svc-odd: K8s: cloud-key-rotator writes no key ID',
    'svc-odd: VerifyCircleCISuccess',
    'svc-nowhere: The filter names this user',
    'EnableKeyAgeLogging',
    'keys that it does not read: somewhat',
    'svc-ci: gh/ is taken for granted',
  ]) {
    assert(told.includes(words), words);
    assert(written.replaceAll(/\n *# */g, ' ').includes(words), words);
  }
  for (const text of [written, result.stdout, result.stderr]) assert.doesNotMatch(text, /CLEAR/);
  const valid = await keyturn(['validate', config]);
  assert.equal(valid.code, 0, valid.stdout);
});

test('converted, planned and applied: two parameters and a JSON object get their new pairs', async (t) => {
  const { addUser, secret, parameter, rotate, written, statuses, account } = await convert(
    t,
    DOCUMENTED,
  );
  const lastUsed = { at: new Date(Date.now() - 3_600_000), service: 's3' };
  const [halves] = addUser({ name: 'svc-halves' }, { ageDays: 60, lastUsed });
  const [json] = addUser({ name: 'svc-json' }, { ageDays: 100, lastUsed });
  assert(halves && json);
  parameter('/app/id', halves.id);
  parameter('/app/secret', halves.secret);
  secret('app/json', object(json));
  const planned = await rotate(written, ['--dry-run']);
  assert.deepEqual(outcomesOf(planned.report), { 'svc-halves': 'rotated', 'svc-json': 'rotated' });
  assert.deepEqual(statuses('svc-halves'), ['Active']);
  const applied = await rotate(written);
  assert.equal(applied.code, 0, applied.stderr);
  assert.deepEqual(statuses('svc-halves'), ['Active', 'Active']);
  const held = account.parameters.get('us-east-1 /app/id')?.states.newest.versions.at(-1)?.value;
  assert.notEqual(held, halves.id);
});

test('YAML, the words of early versions, exclusion, and no threshold', async (t) => {
  const { written, result } = await convert(
    t,
    `rotationMode: true
cloudProviders: [{name: aws}]
includeAwsUserKeys: true
ExcludeSAs: [{Provider: {Name: aws}, Accounts: [spared]}]
KeySources:
  - ServiceAccountName: svc-a
    CircleCI: [{UsernameProject: acme/web, KeyIDEnvVar: AWS_KEY_ID, KeyEnvVar: AWS_KEY}]
  - {ServiceAccountName: spared, CircleCI: []}
  - {ServiceAccountName: "x y", CircleCI: []}
`,
    'config.yaml',
  );
  assert.equal(result.code, 0, result.stderr);
  const model = parse(written);
  assert.deepEqual(
    model.rules.map(({ match }: { match: object }) => match),
    [{ user: 'svc-a' }],
  );
  assert.equal(model.defaults.days_threshold, 90);
  assert.match(
    written,
    /cloud-key-rotator has none, which means five minutes there; is 90 days yours\?/,
  );
  assert.match(result.stderr, /excluded there, and in no rule here: spared/);
  assert.match(result.stderr, /names that are not rotated as users of AWS there: x y/);
  assert.match(result.stderr, /it is written in words of early versions/);
});

test('what cannot be converted is told in a sentence, without a word of the file', async (t) => {
  const cases = [
    [
      'config.toml',
      'RotationMode = true\nX = "CLEAR"\n',
      /config\.toml is TOML, which is not read here/,
    ],
    ['config.json', '[Credentials]\nX = "CLEAR"\n', /config\.json is TOML/],
    ['config.hcl', 'a {\n}\n', /config\.hcl is HCL/],
    ['config.json', '{"a": "CLEAR" "b"}', /line 1 is neither JSON nor YAML/],
    ['config.json', '[]', /it holds something else than a mapping/],
    ['config.json', '{"CloudProviders": [{"Name": "gcp"}]}', /nothing in .* is about users of AWS/],
    ['config.yaml', `a: &a [x]\nb: [${'*a,'.repeat(60)}]\n`, /more than 50 aliases/],
    ['config.json', '['.repeat(100), /cannot be converted/],
  ] as const;
  const stage = await mapStage(t);
  for (const [name, text, message] of cases) {
    const from = join(stage.folder, name);
    await writeFile(from, text);
    const { code, stdout, stderr } = await stage.keyturn([
      'init',
      '--from',
      'cloud-key-rotator',
      from,
      '--print',
    ]);
    assert.equal(code, 2, text);
    assert.match(stderr, message);
    assert.doesNotMatch(stdout + stderr, /CLEAR/);
  }
  for (const [words, message] of [
    [['init', '--from', 'cloud-key-rotator'], /--from cloud-key-rotator names no file/],
    [['init', '--from', 'cloud-key-rotator', 'a', 'b'], /more than one file is named/],
    [['init', '--from', 'cloud-key-rotator', '/no/such'], /cannot be read/],
    [
      ['init', '--from', 'cloud-key-rotator', 'a', '--region', 'us-east-1'],
      /--region has no effect with --from/,
    ],
    [['init', '--from', 'vault', 'a'], /--from takes cloud-key-rotator|--from/],
  ] as const) {
    const { code, stderr } = await stage.keyturn(words);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, message);
  }
});
