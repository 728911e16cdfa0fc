// Places and the ways to them: whatever --deliver takes, as text or as keys, and what is wrong with each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlace } from '../../src/config/place-item.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { C, PLACE_ROWS } from './place-rows.ts';
import { areRefused, D, errorsOf, warningsOf } from './tricky.ts';

areRefused(PLACE_ROWS);

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
