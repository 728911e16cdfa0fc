// Forms, judged by readers that are not ours: Python's base64 and configparser, botocore, the SDK's own parser.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import { formWord, namedForm } from '../../src/destinations/forms/forms.ts';
import { openForm } from '../../src/destinations/forms/open-form.ts';
import {
  readByBotocore,
  readBySdk,
  skipWithoutBotocore,
} from '../credentials-file/real-parsers.ts';

const PYTHON = process.env.KEYTURN_TEST_PYTHON ?? '/usr/bin/python3';
const skipWithoutPython =
  spawnSync(PYTHON, ['--version']).status === 0 ? false : `there is no ${PYTHON}`;

/** As AWS describes the password of SES, in another language than ours. */
const JUDGE = `
import base64, configparser, hashlib, hmac, json, sys
def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
def password(secret, region):
    key = ('AWS4' + secret).encode()
    for text in ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail']:
        key = sign(key, text)
    return base64.b64encode(bytes([4]) + key).decode()
for line in sys.stdin:
    asked = json.loads(line)
    if asked['how'] == 'ses':
        print(json.dumps(password(asked['secret'], asked['region'])))
    elif asked['how'] == 'base64':
        print(json.dumps(base64.b64decode(asked['text'], validate=True).decode()))
    else:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(asked['text'])
        print(json.dumps({name: dict(parser[name]) for name in parser.sections()}))
`;

function judged(asked: readonly object[]): unknown[] {
  const input = asked.map((each) => `${JSON.stringify(each)}\n`).join('');
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', JUDGE], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const PAIRS = Array.from({ length: 50 }, () => ({
  keyId: accessKeyId('AKIAIOSFODNN7EXAMPLE'),
  secret: new Secret(randomBytes(30).toString('base64')),
}));

function written(word: string): string[] {
  const named = namedForm(word);
  const form = named && openForm(formWord(named), { user: 'svc', account: '123456789012' });
  assert.ok(form, word);
  return PAIRS.map((pair) => form.write(pair));
}

const secrets = PAIRS.map(({ secret }) => secret.reveal());

it('SMTP passwords are those of another implementation', { skip: skipWithoutPython }, () => {
  for (const region of ['us-east-1', 'eu-west-1', 'ap-southeast-7', 'us-gov-west-1']) {
    const asked = secrets.map((secret) => ({ how: 'ses', secret, region }));
    assert.deepEqual(written(`ses-smtp:${region}`), judged(asked));
  }
});

it('base64 is what Python decodes, strictly', { skip: skipWithoutPython }, () => {
  const asked = (word: string) => judged(written(word).map((text) => ({ how: 'base64', text })));
  assert.deepEqual(asked('base64'), secrets);
  assert.deepEqual(asked('aws-credentials-ini+base64:app'), written('aws-credentials-ini:app'));
});

for (const profile of ['default', 'app', 'a.b-c/d@e+f']) {
  const word = `aws-credentials-ini:${profile}`;
  const expected = PAIRS.map(({ keyId, secret }) => ({
    [profile]: { aws_access_key_id: keyId, aws_secret_access_key: secret.reveal() },
  }));

  it(`a credentials file of ${profile} is read by configparser`, {
    skip: skipWithoutPython,
  }, () => {
    assert.deepEqual(judged(written(word).map((text) => ({ how: 'ini', text }))), expected);
  });

  it(`a credentials file of ${profile} is read by botocore`, {
    skip: skipWithoutBotocore(),
  }, () => {
    const read = readByBotocore(written(word).map((text) => Buffer.from(text)));
    assert.deepEqual(
      read.map(({ sections }) => sections),
      expected,
    );
  });

  it(`a credentials file of ${profile} is read by the SDK`, async () => {
    const read = await Promise.all(
      written(word)
        .slice(0, 1)
        .map((text) => readBySdk(Buffer.from(text))),
    );
    assert.deepEqual(read, expected.slice(0, 1));
  });
}
