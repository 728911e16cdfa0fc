import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { openGateway } from '../../src/aws/open-gateway.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import type { FaultEffect } from '../../src/sandbox/index.ts';
import {
  ACCOUNT,
  failureOf,
  GUARD,
  gatewayOptions,
  impatientTimeouts,
  openBench,
  openSandbox,
} from './support.ts';

/** Everything that a log, a report or a crash could show of a value. */
function everythingShownOf(value: unknown): string {
  const shown = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  const own = value instanceof Error ? `${value.stack}\n${inspect(value.cause)}` : '';
  return `${shown}\n${own}\n${JSON.stringify(value)}`;
}

const EFFECTS: readonly FaultEffect[] = [
  { kind: 'throttle' },
  { kind: 'error' },
  { kind: 'error', code: 'InvalidInput', status: 400 },
  { kind: 'access-denied' },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'drop-reply' },
  { kind: 'error-after-commit' },
  { kind: 'truncate-body' },
];

describe('no secret in what a failure leaves behind (I8)', () => {
  for (const effect of EFFECTS) {
    const what = `${effect.kind}${'code' in effect ? ` ${effect.code}` : ''}`;
    it(`holds for every call after ${what}`, async (test) => {
      const timeouts = effect.kind === 'hang' && (await impatientTimeouts(test));
      const { sandbox, gateway } = await openBench(test, { ...(timeouts && { timeouts }) });
      sandbox.world.addUser(ACCOUNT, { name: 'svc-one' });
      const made = sandbox.world.addKey(ACCOUNT, 'svc-one');
      const id = accessKeyId(made.id);
      // First calls only: what a retry does is tested elsewhere, and the error is the same.
      for (const operation of ['CreateAccessKey', 'GetCallerIdentity', 'GetAccessKeyLastUsed']) {
        sandbox.faults.add({ operation, calls: { first: 1 }, effect });
      }
      const outcomes = [
        await gateway.writer.createAccessKey('svc-one'),
        await gateway.verifier.whoSigns({
          id,
          secret: new Secret(made.secret),
          createdAt: made.createDate,
        }),
        await gateway.reader.lastUse(id).catch((thrown: unknown) => thrown),
      ];
      const shown = outcomes.map(everythingShownOf).join('\n');
      for (const { secret } of sandbox.world.keys.values()) assert.ok(!shown.includes(secret));
      assert.doesNotMatch(shown, /authorization|x-amz-security-token|Signature=/i);
    });
  }

  it('holds for a session token that AWS quotes back in its text', async (test) => {
    const sandbox = await openSandbox(test);
    const token = 'FwoGZXIvYXdzEXAMPLETOKEN';
    sandbox.faults.add({
      effect: {
        kind: 'error',
        code: 'SignatureDoesNotMatch',
        status: 403,
        message: `The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:${token}'`,
      },
    });
    const env = { ...sandbox.endpointEnv(), ...GUARD, AWS_SESSION_TOKEN: token };
    const error = await failureOf(openGateway(gatewayOptions(env)));
    assert.equal(error.code, 'invalid-credentials');
    assert.ok(!everythingShownOf(error).includes(token));
  });
});

describe('an answer that is not from AWS', () => {
  const CALLER =
    '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
  const NEW_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  const SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';

  for (const [what, status, body] of [
    ['a login page with status 200', 200, '<html><body>Please sign in</body></html>'],
    ['an empty page with status 200', 200, ''],
    ['text with status 200', 200, 'it works'],
    ['a page that forbids with status 403', 403, '<html><body>Forbidden</body></html>'],
    ['text with status 407', 407, 'proxy authentication required'],
    ['a redirection', 302, ''],
    [
      'a list that has more, but does not say where',
      200,
      '<R><ListAccessKeysResult><AccessKeyMetadata/><IsTruncated>true</IsTruncated></ListAccessKeysResult><ListUsersResult><Users/><IsTruncated>true</IsTruncated></ListUsersResult><GetAccountAuthorizationDetailsResult><UserDetailList/><IsTruncated>true</IsTruncated></GetAccountAuthorizationDetailsResult></R>',
    ],
    [
      'a list that says where more is, but not whether',
      200,
      '<R><ListAccessKeysResult><AccessKeyMetadata/><Marker>m</Marker></ListAccessKeysResult><ListUsersResult><Users/><Marker>m</Marker></ListUsersResult><GetAccountAuthorizationDetailsResult><UserDetailList/><Marker>m</Marker></GetAccountAuthorizationDetailsResult></R>',
    ],
    [
      'a list that goes on where it was, without end',
      200,
      '<R><ListAccessKeysResult><AccessKeyMetadata/><IsTruncated>true</IsTruncated><Marker>m</Marker></ListAccessKeysResult><ListUsersResult><Users/><IsTruncated>true</IsTruncated><Marker>m</Marker></ListUsersResult><GetAccountAuthorizationDetailsResult><UserDetailList/><IsTruncated>true</IsTruncated><Marker>m</Marker></GetAccountAuthorizationDetailsResult></R>',
    ],
    [
      'a new key without its secret',
      200,
      `<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>svc-one</UserName><AccessKeyId>${NEW_KEY_ID}</AccessKeyId><Status>Active</Status></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>`,
    ],
    [
      'a new key in broken XML',
      200,
      `<CreateAccessKeyResponse><AccessKeyId>${NEW_KEY_ID}</AccessKeyId><SecretAccessKey>${SECRET}</Secret`,
    ],
  ] as const) {
    it(`is no list of keys, and leaves a creation unknown: ${what} (I2, I11)`, async (test) => {
      let creations = 0;
      const server = createServer((request, response) => {
        let form = '';
        request.on('data', (chunk) => {
          form += chunk;
        });
        request.on('end', () => {
          if (form.includes('CreateAccessKey')) creations += 1;
          const isFirst = form.includes('GetCallerIdentity');
          response.writeHead(isFirst ? 200 : status, { 'content-type': 'text/xml' });
          response.end(isFirst ? CALLER : body);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      test.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      const gateway = await openGateway(
        gatewayOptions({
          ...GUARD,
          AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
          AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
          AWS_SECRET_ACCESS_KEY: 'secret',
        }),
      );
      test.after(() => gateway.close());
      const outcome = await gateway.writer.createAccessKey('svc-one');
      assert.equal(outcome.kind, 'unknown');
      assert.equal(creations, 1);
      assert.ok(!everythingShownOf(outcome).includes(SECRET));
      const { reader } = gateway;
      assert.equal((await failureOf(reader.listAccessKeys('svc-one'))).code, 'aws-error');
      assert.equal((await failureOf(reader.lastUse(accessKeyId(NEW_KEY_ID)))).code, 'aws-error');
      for (const users of [reader.listUsers(), gateway.overview.describeUsers()]) {
        const listing = users[Symbol.asyncIterator]();
        assert.equal((await failureOf(listing.next())).code, 'aws-error');
      }
    });
  }
});
