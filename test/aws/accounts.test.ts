// Other accounts, entered through a role: who signs there, for how long, and where calls go.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAccounts } from '../../src/aws/accounts.ts';
import type { AccountsOptions } from '../../src/aws/accounts-gateway.ts';
import { organizationsRegion, partitionOf } from '../../src/aws/partition.ts';
import { addOrganization } from '../../src/sandbox/index.ts';
import { ACCOUNT, failureOf, GUARD, gatewayOptions, openSandbox } from './support.ts';

const MEMBER = '011111111111';
const MINUTE_MS = 60_000;

function optionsOf(env: Record<string, string>): AccountsOptions {
  return {
    ...gatewayOptions({ ...env, ...GUARD }),
    roleName: 'OrganizationAccountAccessRole',
    externalId: undefined,
    sessionName: 'keyturn-test',
  };
}

describe('a member account', () => {
  it('is entered again before its session expires, and not earlier', async (test) => {
    const sandbox = await openSandbox(test);
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER }] });
    sandbox.world.addUser(MEMBER, { name: 'svc-app' });
    const accounts = await openAccounts(optionsOf(sandbox.endpointEnv()));
    test.after(() => accounts.close());
    const sessions = () => sandbox.requests.list('AssumeRole').length;
    // A session is for an hour of the sandbox's calendar, so these have six and four minutes left.
    sandbox.clock.advance(-54 * MINUTE_MS);
    const fresh = await accounts.enter(MEMBER);
    await fresh.reader.listAccessKeys('svc-app');
    await fresh.reader.listAccessKeys('svc-app');
    assert.equal(sessions(), 1);
    sandbox.clock.advance(-2 * MINUTE_MS);
    const stale = await accounts.enter(MEMBER);
    await stale.reader.listAccessKeys('svc-app');
    sandbox.clock.advance(56 * MINUTE_MS);
    await stale.reader.listAccessKeys('svc-app');
    const entered = sessions();
    await stale.reader.listAccessKeys('svc-app');
    assert.ok(entered > 2, 'the session that was about to expire was not used on');
    assert.equal(sessions(), entered, 'the one after it was');
  });

  it('depends on the key that opens its sessions (I7)', async (test) => {
    const sandbox = await openSandbox(test);
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER }] });
    const accounts = await openAccounts(optionsOf(sandbox.endpointEnv()));
    test.after(() => accounts.close());
    const { caller } = await accounts.enter(MEMBER);
    assert.match(caller.arn, /^arn:aws:sts::011111111111:assumed-role\/.*\/keyturn-test$/);
    assert.equal(caller.account, MEMBER);
    assert.equal(caller.accessKeyId, sandbox.world.administratorKey(ACCOUNT).id);
  });

  it('is not entered without the role, and the hint names it', async (test) => {
    const sandbox = await openSandbox(test);
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER, hasRole: false }] });
    const accounts = await openAccounts(optionsOf(sandbox.endpointEnv()));
    test.after(() => accounts.close());
    const refused = await failureOf(accounts.enter(MEMBER));
    assert.equal(refused.code, 'cannot-enter-account');
    assert.match(
      refused.hint ?? '',
      /arn:aws:iam::011111111111:role\/OrganizationAccountAccessRole/,
    );
    assert.match(refused.hint ?? '', /--role-name names another role/);
  });
});

describe('the list of accounts', () => {
  it('is asked at its own endpoint, and is never empty for lack of an answer (I11)', async (test) => {
    const sandbox = await openSandbox(test);
    const other = await openSandbox(test, { seed: 'other' });
    const env = {
      ...sandbox.endpointEnv(),
      AWS_ENDPOINT_URL_ORGANIZATIONS: `${other.url}/nowhere`,
    };
    const accounts = await openAccounts(optionsOf(env));
    test.after(() => accounts.close());
    await failureOf(accounts.list()[Symbol.asyncIterator]().next());
    assert.equal(sandbox.requests.list('ListAccounts').length, 0);
  });

  it('is refused under the guard when it would leave this machine', async (test) => {
    const sandbox = await openSandbox(test);
    const { AWS_ENDPOINT_URL: url = '', ...env } = sandbox.endpointEnv();
    const own = { AWS_ENDPOINT_URL_IAM: url, AWS_ENDPOINT_URL_STS: url };
    const accounts = await openAccounts(optionsOf({ ...env, ...own }));
    test.after(() => accounts.close());
    const refused = await failureOf(accounts.list()[Symbol.asyncIterator]().next());
    assert.equal(refused.code, 'endpoint-guard');
  });

  it('lives in one region of each partition', () => {
    const regions = ['aws', 'aws-us-gov', 'aws-cn', 'aws-iso'].map(organizationsRegion);
    assert.deepEqual(regions, ['us-east-1', 'us-gov-west-1', 'cn-northwest-1', undefined]);
    assert.equal(partitionOf('arn:aws-cn:sts::011111111111:assumed-role/a/b'), 'aws-cn');
  });
});
