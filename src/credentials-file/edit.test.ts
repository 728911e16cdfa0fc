import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../base/secret.ts';
import { parseDocument, serialize } from './document.ts';
import { removeSection, setKeyPair, setPrevious } from './edit.ts';

const NEW = { id: 'AKIAI44QH8DHBEXAMPLE', secret: new Secret('new/secret+=') };
const OLD = { id: 'AKIAIOSFODNN7EXAMPLE', secret: new Secret('old/secret') };

const rotate = (text: string, profile = 'production') => {
  const document = parseDocument(Buffer.from(text, 'latin1'));
  const withPrevious = setPrevious(document, profile, `${profile}-previous`, OLD);
  return serialize(setKeyPair(withPrevious, profile, NEW)).toString('latin1');
};

const FILE = `# keys of ada
[default]
aws_access_key_id=AKIADEFAULTEXAMPLE01
aws_secret_access_key=default/secret

[production]
# do not touch
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = old/secret
region = us-east-1
s3 =
  max_concurrent_requests = 20
aws_session_token = stale

# the next one is Bob's
[bob]
aws_access_key_id = AKIABOBEXAMPLE000001
aws_secret_access_key = bob/secret
`;

describe('editing a credentials file', () => {
  it('changes the pair, drops the stale token, and puts the old pair behind the profile', () => {
    assert.equal(
      rotate(FILE),
      `# keys of ada
[default]
aws_access_key_id=AKIADEFAULTEXAMPLE01
aws_secret_access_key=default/secret

[production]
# do not touch
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = new/secret+=
region = us-east-1
s3 =
  max_concurrent_requests = 20

[production-previous]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = old/secret
region = us-east-1
s3 =
  max_concurrent_requests = 20

# the next one is Bob's
[bob]
aws_access_key_id = AKIABOBEXAMPLE000001
aws_secret_access_key = bob/secret
`,
    );
  });

  it('keeps CRLF, a byte order mark and a missing final end of line', () => {
    const text = '\xef\xbb\xbf[production]\r\naws_access_key_id=A\r\naws_secret_access_key=B';
    assert.equal(
      rotate(text),
      '\xef\xbb\xbf[production]\r\naws_access_key_id=AKIAI44QH8DHBEXAMPLE\r\n' +
        'aws_secret_access_key=new/secret+=\r\n\r\n[production-previous]\r\n' +
        'aws_access_key_id=AKIAIOSFODNN7EXAMPLE\r\naws_secret_access_key=old/secret',
    );
  });

  it('changes an existing previous profile in place', () => {
    const text =
      '[production-previous]\naws_access_key_id = X\n; mine\naws_secret_access_key = Y\n\n' +
      '[production]\naws_access_key_id = A\naws_secret_access_key = B\nregion = eu-west-1\n';
    assert.equal(
      rotate(text),
      '[production-previous]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n; mine\n' +
        'aws_secret_access_key = old/secret\nregion = eu-west-1\n\n' +
        '[production]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n' +
        'aws_secret_access_key = new/secret+=\nregion = eu-west-1\n',
    );
  });

  it('leaves bytes that are no UTF-8 as they are', () => {
    const text = `# caf\xe9\n${FILE}`;
    assert.ok(rotate(text).startsWith('# caf\xe9\n# keys of ada\n'));
  });

  it('takes a profile out without touching its neighbours', () => {
    const edited = parseDocument(Buffer.from(rotate(FILE)));
    const removed = serialize(removeSection(edited, 'production-previous')).toString();
    assert.equal(
      removed,
      FILE.replace('AKIAIOSFODNN7EXAMPLE', NEW.id)
        .replace('old/secret', 'new/secret+=')
        .replace('aws_session_token = stale\n', ''),
    );
  });
});
