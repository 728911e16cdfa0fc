import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authenticate } from './authenticate.ts';
import { SandboxClock } from './clock.ts';
import { SeededRandom } from './random.ts';
import { Refusal } from './refusal.ts';
import { resolveSettings } from './settings.ts';
import { type RawRequest, readAuthorization, signatureOf } from './signature.ts';
import { World } from './world.ts';

const ACCOUNT = '123456789012';

function worldWithAccount(): World {
  const world = new World(new SandboxClock(), new SeededRandom('sign'), resolveSettings({}));
  world.addAccount({ id: ACCOUNT });
  return world;
}

/** A well-signed request of the account's administrator. */
function signed(
  world: World,
  scope: { readonly region: string; readonly service: string },
): RawRequest {
  const key = world.administratorKey(ACCOUNT);
  const amzDate = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const credential = `${key.id}/${amzDate.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const withSignature = (signature: string): RawRequest => ({
    method: 'GET',
    path: '/',
    query: '',
    body: Buffer.alloc(0),
    headers: {
      host: '127.0.0.1',
      'x-amz-date': amzDate,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    },
  });
  const draft = withSignature('none');
  return withSignature(signatureOf(draft, readAuthorization(draft), key.secret));
}

function outcome(scope: { readonly region: string; readonly service: string }): string {
  const world = worldWithAccount();
  try {
    return authenticate(world, signed(world, scope), 'iam').arn;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
}

describe('the scope of a signature', () => {
  const caller = `arn:aws:iam::${ACCOUNT}:user/sandbox-admin`;
  const invalidRegion = 'Credential should be scoped to a valid region.';
  const invalidToken = 'The security token included in the request is invalid.';
  const table: [region: string, service: string, expected: string][] = [
    ['us-east-1', 'iam', caller],
    ['ap-southeast-2', 'iam', caller],
    ['us-east-1', 'sts', "Credential should be scoped to correct service: 'iam'."],
    ['us-est-1', 'iam', invalidRegion],
    ['us-east-1a', 'iam', invalidRegion],
    ['', 'iam', invalidRegion],
    ['us-gov-east-1', 'iam', invalidToken],
    ['cn-northwest-1', 'iam', invalidToken],
  ];
  for (const [region, service, expected] of table) {
    it(`${service} in '${region}'`, () => assert.equal(outcome({ region, service }), expected));
  }
});
