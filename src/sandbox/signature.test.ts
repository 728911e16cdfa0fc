import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Refusal } from './refusal.ts';
import { type RawRequest, readAuthorization, signatureOf, verifySignature } from './signature.ts';

// The secret and the signatures are those of AWS's own examples.
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SIGNED_AT_MS = Date.parse('2015-08-30T12:36:00Z');
const MINUTE_MS = 60_000;

function request(fields: {
  readonly service: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
}): RawRequest {
  const headers = { ...fields.headers, 'x-amz-date': '20150830T123600Z' };
  const signedHeaders = Object.keys(headers).sort().join(';');
  return {
    method: 'GET',
    path: '/',
    query: fields.query,
    body: Buffer.alloc(0),
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/${fields.service}/aws4_request, SignedHeaders=${signedHeaders}, Signature=${fields.signature}`,
    },
  };
}

const LIST_USERS = request({
  service: 'iam',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
  },
  signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
});

const EXAMPLES: Readonly<Record<string, RawRequest>> = {
  'ListUsers of the IAM guide': LIST_USERS,
  'get-vanilla of the test suite': request({
    service: 'service',
    query: '',
    headers: { host: 'example.amazonaws.com' },
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  }),
  'get-vanilla-query-order-key-case of the test suite': request({
    service: 'service',
    query: 'Param2=value2&Param1=value1',
    headers: { host: 'example.amazonaws.com' },
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  }),
};

function verify(signed: RawRequest, nowMs = SIGNED_AT_MS, secret = SECRET): void {
  verifySignature(signed, readAuthorization(signed), secret, nowMs);
}

function refusal(act: () => void): { code: string; message: string } {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Refusal) return { code: thrown.code, message: thrown.message };
    throw thrown;
  }
  throw new RangeError('nothing was refused');
}

describe('Signature Version 4', () => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    it(`computes AWS's signature for ${name}`, () => {
      const authorization = readAuthorization(example);
      assert.equal(signatureOf(example, authorization, SECRET), authorization.signature);
      verify(example);
    });
  }

  it('refuses when any signed part differs', () => {
    const changed: RawRequest[] = [
      { ...LIST_USERS, method: 'POST' },
      { ...LIST_USERS, path: '/other' },
      { ...LIST_USERS, query: 'Action=ListRoles&Version=2010-05-08' },
      { ...LIST_USERS, body: Buffer.from('x') },
      { ...LIST_USERS, headers: { ...LIST_USERS.headers, host: 'sts.amazonaws.com' } },
    ];
    for (const each of changed) {
      assert.equal(refusal(() => verify(each)).code, 'SignatureDoesNotMatch');
    }
    assert.equal(
      refusal(() => verify(LIST_USERS, SIGNED_AT_MS, 'no')).code,
      'SignatureDoesNotMatch',
    );
  });

  it('accepts a skew of 15 minutes and no more', () => {
    verify(LIST_USERS, SIGNED_AT_MS + 15 * MINUTE_MS);
    verify(LIST_USERS, SIGNED_AT_MS - 15 * MINUTE_MS);
    assert.equal(
      refusal(() => verify(LIST_USERS, SIGNED_AT_MS + 16 * MINUTE_MS)).message,
      'Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T125200Z - 15 min.)',
    );
    assert.equal(
      refusal(() => verify(LIST_USERS, SIGNED_AT_MS - 16 * MINUTE_MS)).message,
      'Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z (20150830T122000Z + 15 min.)',
    );
  });

  it('refuses a header that is missing, incomplete or of another scope', () => {
    const withAuthorization = (change: (text: string) => string): RawRequest => ({
      ...LIST_USERS,
      headers: {
        ...LIST_USERS.headers,
        authorization: change(LIST_USERS.headers.authorization ?? ''),
      },
    });
    const { authorization: _, ...unsigned } = LIST_USERS.headers;
    const codeOf = (signed: RawRequest): string => refusal(() => verify(signed)).code;
    assert.equal(codeOf({ ...LIST_USERS, headers: unsigned }), 'MissingAuthenticationToken');
    assert.equal(codeOf(withAuthorization(() => 'Basic x')), 'IncompleteSignature');
    assert.equal(
      codeOf(withAuthorization((text) => text.replace(/, Signature=.*/, ''))),
      'IncompleteSignature',
    );
    assert.equal(
      codeOf(withAuthorization((text) => text.replace('aws4_request', 'aws5_request'))),
      'SignatureDoesNotMatch',
    );
    assert.equal(
      codeOf(withAuthorization((text) => text.replace('/20150830/', '/20150829/'))),
      'SignatureDoesNotMatch',
    );
  });

  it('demands that the host is signed', () => {
    const { host: _, ...headers } = LIST_USERS.headers;
    const authorization = headers.authorization?.replace('host;', '') ?? '';
    const unsignedHost = { ...LIST_USERS, headers: { ...headers, authorization } };
    const signature = signatureOf(unsignedHost, readAuthorization(unsignedHost), SECRET);
    const signed: RawRequest = {
      ...unsignedHost,
      headers: {
        ...headers,
        authorization: authorization.replace(/Signature=.*/, `Signature=${signature}`),
      },
    };
    assert.match(refusal(() => verify(signed)).message, /^'Host' or ':authority' must be/);
  });
});
