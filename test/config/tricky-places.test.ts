// Places and the ways to them: whatever --deliver takes, as text or as keys, and what is wrong with each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlace } from '../../src/config/place-item.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { areRefused, D, errorsOf, type Row, warningsOf } from './tricky.ts';

/** `connections:` on line 6, the first of them on line 7, for a place on line 5. */
const C = (place: string, ...connections: string[]) =>
  `${D(`[${place}]`)}connections:\n${connections.map((each) => `  ${each}\n`).join('')}`;

const GH = `gh: {kind: github, token: "\${env:GH}"}`;
const TO_GH = '{to: "github=acme/{user}", with: gh}';

const ROWS: readonly Row[] = [
  [
    'a token in clear',
    C(TO_GH, 'gh: {kind: github, token: $GITHUB_TOKEN}'),
    '7:29',
    'secret-in-clear',
    /a secret in clear is refused; write \$\{env:NAME\}, \$\{file:\/PATH\} or \$\{command:PROGRAM ARG\}/,
  ],
  [
    'a token in clear behind a place',
    D('["github=acme/{user}?token=abc123"]'),
    '5:41',
    'secret-in-clear',
    /token=\$\{env:NAME\}/,
  ],
  [
    'a password in an address',
    C('{to: "vault=kv/{user}", with: kv}', 'kv: {kind: vault, address: "https://u:pw@v.example"}'),
    '7:30',
    'secret-in-clear',
    /without a user, a password/,
  ],
  [
    'a password in the address of a place',
    D('["vault=kv/{user}?address=https://u:pw@v.example"]'),
    '5:40',
    'secret-in-clear',
    /without a user, a password/,
  ],
  [
    'a connection that nobody names',
    C('"github=acme/{user}"', GH),
    '7:3',
    'unknown-name',
    /no place is reached by the connection "gh"; write "with: gh" beside one, or remove it/,
  ],
  [
    'a connection that is not there',
    C('{to: "github=acme/{user}", with: hg}, {to: "github=acme/x-{user}", with: gh}', GH),
    '5:48',
    'unknown-name',
    /no connection is called "hg"; did you mean "gh"\?/,
  ],
  [
    'a connection of another service',
    C('{to: "vault=kv/{user}", with: gh}, {to: "github=acme/{user}", with: gh}', GH),
    '5:45',
    'conflict',
    /"vault" takes a connection of vault, and "gh" is one of github/,
  ],
  [
    'a connection for a place that has none',
    C('{to: handoff, with: gh}, {to: "github=acme/{user}", with: gh}', GH),
    '5:35',
    'conflict',
    /"handoff" is reached without a connection/,
  ],
  [
    'a setting of another service',
    C(TO_GH, 'gh: {kind: github, namespace: ops}'),
    '7:22',
    'conflict',
    /a connection of github has no "namespace"; it takes address, token, app_id, app_key, app_installation/,
  ],
  [
    'a connection that says nothing',
    C(TO_GH, 'gh: {kind: github}'),
    '7:7',
    'missing-key',
    /says nothing/,
  ],
  [
    'a connection without a kind',
    C(TO_GH, `gh: {token: "\${env:GH}"}`),
    '7:3',
    'missing-key',
    /"kind" is missing/,
  ],
  [
    'a service that is none',
    C(TO_GH, `gh: {kind: gitub, token: "\${env:GH}"}`),
    '7:14',
    'bad-value',
    /takes the service: aws, github, gitlab, circleci, vault, kubernetes, not "gitub"/,
  ],
  [
    'a misspelt setting',
    C(TO_GH, `gh: {kind: github, tokn: "\${env:GH}"}`),
    '7:22',
    'unknown-key',
    /did you mean "token"\?/,
  ],
  [
    'a reference that is half written',
    C(TO_GH, `gh: {kind: github, token: "\${env:}"}`),
    '7:29',
    'secret-in-clear',
    /write \$\{env:NAME\}/,
  ],
  [
    'an address that is none',
    C('{to: "vault=kv/{user}", with: kv}', 'kv: {kind: vault, address: "ftp://v.example"}'),
    '7:30',
    'bad-value',
    /address takes an HTTP URL/,
  ],
  [
    'a way to sign in that is none',
    C('{to: "vault=kv/{user}", with: kv}', 'kv: {kind: vault, auth: ldap}'),
    '7:27',
    'bad-value',
    /auth=ldap is not known; token, approle, kubernetes, aws are/,
  ],
  [
    'what the place and its connection say',
    C('{to: "vault=kv/{user}?namespace=a", with: kv}', 'kv: {kind: vault, namespace: b}'),
    '5:51',
    'conflict',
    /"to" says namespace, and so does the connection "kv"/,
  ],
  [
    'a role for a place outside AWS',
    D('[{to: "vault=kv/{user}", role: "arn:aws:iam::111122223333:role/x"}]'),
    '5:39',
    'conflict',
    /"role" is for secrets-manager and ssm, not for "vault"/,
  ],
  [
    'the name of a role',
    D('[{to: "ssm=/a/{user}", role: keyturn}]'),
    '5:43',
    'bad-value',
    /takes the ARN of a role/,
  ],
  [
    'an external ID alone',
    D('[{to: "ssm=/a/{user}", external_id: abc}]'),
    '5:37',
    'conflict',
    /goes with "role", which is missing/,
  ],
  [
    'a role twice',
    D(
      '[{to: "ssm=/a/{user}#role=arn:aws:iam::111122223333:role/x", role: "arn:aws:iam::111122223333:role/y"}]',
    ),
    '5:75',
    'conflict',
    /"role" is in "to" too/,
  ],
  [
    'a form that is none',
    D('["ssm:base32=/a/{user}"]'),
    '5:15',
    'bad-value',
    /"base32" is no form; the forms are ses-smtp:REGION, base64, aws-credentials-ini\[:PROFILE\], json-template:FILE/,
  ],
  [
    'a form beside a place',
    D('[{to: "ssm=/a/{user}", form: ses-smtp}]'),
    '5:43',
    'bad-value',
    /the form ses-smtp lacks its REGION/,
  ],
  [
    'a form that is named twice',
    D('[{to: "ssm:base64=/a/{user}", form: base64}]'),
    '5:44',
    'conflict',
    /the form is named in "to" too/,
  ],
  ['a form of a hand-off', D('["handoff:base64"]'), '5:15', 'bad-value', /as AWS made it/],
  [
    'a template that is not there',
    D('[{to: "ssm=/a/{user}", form: "json-template:gone.json"}]'),
    '5:43',
    'unreadable',
    /the template "gone\.json" cannot be used: there is no such file/,
  ],
  [
    'both halves in a .env file without base64',
    D('["dotenv:aws-credentials-ini=/srv/{user}/.env#PAIR"]'),
    '5:15',
    'bad-value',
    /\+base64 behind it makes one word of it/,
  ],
  [
    'fields that are named twice',
    D('[{to: "ssm=/a/{user}#id=a,secret=b", id: x, secret: y}]'),
    '5:51',
    'conflict',
    /named behind "#" of "to" already/,
  ],
  [
    'fields of a command',
    D('[{to: "command=/opt/put {user}", id: x, secret: y}]'),
    '5:47',
    'conflict',
    /"command" takes no fields/,
  ],
  [
    'a place that nothing makes',
    D('[{to: "github=acme/{user}", create_missing: true}]'),
    '5:42',
    'conflict',
    /nothing makes a place of "github"; "create_missing" is for secrets-manager, ssm/,
  ],
  [
    'a KMS key of nothing',
    D('[{to: "ssm=/a/{user}", create_kms_key: alias/x}]'),
    '5:37',
    'conflict',
    /no effect without "create_missing: true"/,
  ],
  [
    'a new place and an old key that goes at once',
    `${D('[{to: "ssm=/a/{user}", create_missing: true}]')}    retire: now\n`,
    '5:37',
    'conflict',
    /nobody reads a place that has just been made/,
  ],
  [
    'a region of a place outside AWS',
    D('[{to: "vault=kv/{user}", region: eu-west-1}]'),
    '5:39',
    'conflict',
    /"region" is for secrets-manager and ssm/,
  ],
  [
    'an unknown option',
    D('["kubernetes=apps/{user}?restrat=deployment/api"]'),
    '5:15',
    'bad-value',
    /is no place/,
  ],
  [
    'a variable of the environment in a region',
    D(`["ssm=/a/{user}#region=\${env:REGION}"]`),
    '5:37',
    'bad-value',
    /does not depend on the environment/,
  ],
  [
    'an unknown placeholder in a field',
    D('[{to: "github=acme/app", id: "{usr}_ID", secret: "{user}_SECRET"}]'),
    '5:44',
    'bad-value',
    /"\{usr\}" is not known/,
  ],
  [
    'a tag that anybody may set, in a field',
    D('[{to: "github=acme/app", id: "{tag:x}_ID", secret: "{user}_SECRET"}]'),
    '5:44',
    'untrusted-tag',
    /could send a secret elsewhere/,
  ],
  [
    'one place in two spellings',
    D('["ssm=/a/{user}#id=x,secret=y", {to: "ssm=/a/{user}", id: x, secret: y}]'),
    '5:51',
    'bad-value',
    /named twice/,
  ],
];

areRefused(ROWS);

const GOOD: readonly (readonly [what: string, text: string])[] = [
  [
    'forms in the text',
    D('["secrets-manager:ses-smtp:eu-west-1=mail/{user}", "ssm:base64=/a/{user}/ID,/a/{user}/S"]'),
  ],
  ['a form beside it', D('[{to: "ssm=/files/{user}", form: "aws-credentials-ini:app"}]')],
  [
    'a reference behind a place',
    D(`["vault=kv/{user}?address=https://v.example&token=\${file:/run/t}"]`),
  ],
  ['a command for a token', D(`["gitlab=acme/{user}?token=\${command:pass show x}"]`)],
  ['a scope', D('["gitlab=acme/{user}@production#A,B"]')],
  ['workloads to restart', D('["kubernetes=apps/{user|slug}?restart=deployment/api&force=helm"]')],
  [
    'a role',
    D('["ssm=/a/{user}#role=arn:aws:iam::111122223333:role/x,external-id=abc,region=eu-west-1"]'),
  ],
  [
    'a connection to Kubernetes',
    C('{to: "kubernetes=apps/{user}", with: k}', 'k: {kind: kubernetes, context: prod}'),
  ],
  [
    'a connection to AWS',
    C(
      '{to: "ssm=/a/{user}", with: s}',
      's: {kind: aws, role: "arn:aws:iam::111122223333:role/x", external_id: abc}',
    ),
  ],
  [
    'what a place is made with',
    D(
      '[{to: "ssm=/a/{user}", create_missing: true, create_kms_key: alias/x, create_tags: {team: a}}]',
    ),
  ],
];

for (const [what, text] of GOOD) {
  test(`accepted: ${what}`, async () => {
    assert.deepEqual(
      (await errorsOf(text)).map(({ line, column, message }) => `${line}:${column}: ${message}`),
      [],
    );
  });
}

test('what stands in keys is the text that --deliver takes', () => {
  const connections = {
    kv: {
      kind: 'vault',
      address: 'https://v.example',
      token: `\${file:/run/t}`,
      auth_mount: 'a b',
    },
    gh: { kind: 'github', token: `\${env:GH}` },
    k8s: { kind: 'kubernetes', context: 'a/b c' },
    s: { kind: 'aws', role: 'arn:aws:iam::111122223333:role/x' },
  };
  const templateOf = (item: Parameters<typeof readPlace>[0]) =>
    readPlace(item, connections).template;
  assert.equal(
    templateOf({ to: 'vault=kv/{user}?settle-minutes=5', with: 'kv', id: 'a.b', secret: 'c' }),
    `kv/{user}#id=a.b,secret=c?settle-minutes=5&address=https://v.example&token=\${file:/run/t}&auth-mount=a%20b`,
  );
  assert.equal(
    templateOf({ to: 'github=acme/{tag:repo}:production', with: 'gh', id: 'A', secret: 'B' }),
    `acme/{tag:repo}:production#A,B?token=\${env:GH}`,
  );
  assert.equal(templateOf({ to: 'kubernetes=apps/{user}', with: 'k8s' }), 'a/b%20c/apps/{user}');
  assert.equal(
    templateOf({ to: 'ssm=/a/{user}#id=x,secret=y', with: 's', external_id: 'abc' }),
    '/a/{user}#id=x,secret=y,role=arn:aws:iam::111122223333:role/x,external-id=abc',
  );
  assert.deepEqual(readPlace('ssm:aws-credentials-ini=/a').form, 'aws-credentials-ini:default');
});

test('a template is read from the folder of the configuration, and the journal gets its text', async () => {
  const bytes = Buffer.from(D('[{to: "ssm=/a/{user}", form: "json-template:s3.json"}]'));
  const template = '{"id":"{access_key_id}","secret":"{secret_access_key}"}';
  const { config } = await readConfig(
    { file: 'keyturn.yaml', bytes },
    { now: new Date(), load: async (path) => ({ file: path, bytes: Buffer.from(template) }) },
  );
  const word = config?.forms.get('json-template:s3.json');
  assert.equal(word, `json-template:${encodeURIComponent(template)}`);
});

test('users of one name in several accounts would share a place outside of AWS', async () => {
  const of = (place: string, accounts: string) =>
    warningsOf(
      `version: 1\naccounts: ${accounts}\nrules: [{name: a, match: all, hold_days: 1, deliver: ["${place}"]}]\n`,
    );
  const two = '{groups: [{name: g, match: {id: ["111122223333", "444455556666"]}}]}';
  assert.match((await of('vault=kv/{user}', two)).join(), /put \{account\} into its name/);
  assert.deepEqual(await of('vault=kv/{account}/{user}', two), []);
  assert.deepEqual(await of('ssm=/{user}', two), []);
  assert.deepEqual(await of('vault=kv/{user|slug}', '{never: ["111122223333"]}'), []);
  assert.match((await of('vault=kv/app', two)).join(), /all users would share this place/);
  assert.deepEqual(await of('github-org=acme#{user|env}_ID,{user|env}_SECRET', '{}'), []);
});
