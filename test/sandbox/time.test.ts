// What takes time: new keys, deactivated keys, last uses, sessions, rates. Tests move the data
// clock instead of waiting.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { administrator, type Credentials, credentialsOf, errorName, iamOf, stsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const DAY_MS = 24 * 60 * 60 * 1000;
const UserName = 'svc-time';
/** As long as each lag, so that no machine is too slow to see what comes before its end. */
const HOUR_MS = 3_600_000;

describe('time', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'time' });
    sandbox.world.addUser(ACCOUNT, { name: UserName, administrator: true });
  });
  afterEach(() => sandbox.close());

  async function newKey(): Promise<Credentials> {
    const { AccessKey } = await iamOf(sandbox).send(new CreateAccessKeyCommand({ UserName }));
    return {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
  }

  async function answers(key: Credentials): Promise<{ iam: string; sts: string }> {
    const name = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'ok',
        (thrown: Error) => thrown.name,
      );
    return {
      iam: await name(iamOf(sandbox, key).send(new ListUsersCommand({}))),
      sts: await name(stsOf(sandbox, key).send(new GetCallerIdentityCommand({}))),
    };
  }

  it('refuses a new key until the lag is over', async () => {
    sandbox.settings.keyLagSeconds = 3600;
    const key = await newKey();
    assert.equal((await answers(key)).sts, 'InvalidClientTokenId');
    sandbox.clock.advance(HOUR_MS);
    assert.deepEqual(await answers(key), { iam: 'ok', sts: 'ok' });
  });

  it('lists a new key at once, lag or not', async () => {
    sandbox.settings.keyLagSeconds = 3600;
    const key = await newKey();
    const listed = await iamOf(sandbox).send(new ListAccessKeysCommand({ UserName }));
    assert.equal(listed.AccessKeyMetadata?.[0]?.AccessKeyId, key.accessKeyId);
  });

  it('may let one service know a new key before another', async () => {
    sandbox.settings.keyLagSeconds = { sts: 0, iam: 3600 };
    const key = await newKey();
    assert.deepEqual(await answers(key), { iam: 'InvalidClientTokenId', sts: 'ok' });
  });

  it('lets deactivated and deleted keys work on for their lag', async () => {
    sandbox.settings.deactivationLagSeconds = 3600;
    const inactive = await newKey();
    const deleted = await newKey();
    const keys = [inactive, deleted];
    const iam = iamOf(sandbox);
    const deactivation = {
      UserName,
      AccessKeyId: inactive.accessKeyId,
      Status: 'Inactive',
    } as const;
    await iam.send(new UpdateAccessKeyCommand(deactivation));
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: deleted.accessKeyId }));
    for (const key of keys) assert.equal((await answers(key)).sts, 'ok');
    sandbox.clock.advance(HOUR_MS);
    for (const key of keys) assert.equal((await answers(key)).sts, 'InvalidClientTokenId');
  });

  it('a re-activated key is new again to the services', async () => {
    const key = sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 100, status: 'Inactive' });
    sandbox.settings.keyLagSeconds = 3600;
    const change = { UserName, AccessKeyId: key.id, Status: 'Active' } as const;
    await iamOf(sandbox).send(new UpdateAccessKeyCommand(change));
    assert.equal((await answers(credentialsOf(key))).sts, 'InvalidClientTokenId');
    sandbox.clock.advance(HOUR_MS);
    assert.equal((await answers(credentialsOf(key))).sts, 'ok');
  });

  it('keeps the first use in any fifteen minutes', async () => {
    sandbox.settings.lastUsedLagSeconds = 0;
    const key = sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 100 });
    const use = () => stsOf(sandbox, credentialsOf(key)).send(new GetCallerIdentityCommand({}));
    const lastUsed = async (): Promise<number> => {
      const asked = new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id });
      return Number((await iamOf(sandbox).send(asked)).AccessKeyLastUsed?.LastUsedDate);
    };
    await use();
    const first = await lastUsed();
    sandbox.clock.advance(10 * 60_000);
    await use();
    assert.equal(await lastUsed(), first);
    sandbox.clock.advance(6 * 60_000);
    await use();
    assert.ok((await lastUsed()) > first);
  });

  it('records the use of a key whose call is denied', async () => {
    sandbox.settings.lastUsedLagSeconds = 0;
    sandbox.world.addUser(ACCOUNT, { name: 'svc-denied' });
    const key = sandbox.world.addKey(ACCOUNT, 'svc-denied');
    const denied = iamOf(sandbox, credentialsOf(key)).send(new ListUsersCommand({}));
    assert.equal(await errorName(denied), 'AccessDenied');
    const asked = new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id });
    const { AccessKeyLastUsed } = await iamOf(sandbox).send(asked);
    assert.equal(AccessKeyLastUsed?.ServiceName, 'iam');
  });

  it('ages keys by the data clock without breaking signatures', async () => {
    const key = sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 10 });
    sandbox.clock.advance(365 * DAY_MS);
    const created = await newKey();
    const iam = iamOf(sandbox, credentialsOf(key));
    const listed = await iam.send(new ListAccessKeysCommand({ UserName }));
    const dateOf = (id: string): number =>
      Number(listed.AccessKeyMetadata?.find((item) => item.AccessKeyId === id)?.CreateDate);
    const ageDays = (dateOf(created.accessKeyId) - dateOf(key.id)) / DAY_MS;
    assert.equal(Math.round(ageDays), 375);
  });

  it('tells its own time, by which the SDK corrects its skew and tries again', async () => {
    sandbox.clock.signatureSkewMs = 60 * 60 * 1000;
    const once = stsOf(sandbox).send(new GetCallerIdentityCommand({}));
    assert.equal(await errorName(once), 'SignatureDoesNotMatch');
    const patient = stsOf(sandbox, administrator(sandbox), { maxAttempts: 2 });
    await patient.send(new GetCallerIdentityCommand({}));
  });

  it('refuses what exceeds the rate of an account, and of that account only', async () => {
    const other = sandbox.world.addAccount({});
    sandbox.settings.rate = { perSecond: 0.001, burst: 3 };
    const sts = stsOf(sandbox);
    const results = await Promise.allSettled(
      [1, 2, 3, 4, 5].map(() => sts.send(new GetCallerIdentityCommand({}))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3);
    const names = results.flatMap((each) => (each.status === 'rejected' ? [each.reason.name] : []));
    assert.deepEqual(names, ['Throttling', 'Throttling']);
    const elsewhere = stsOf(sandbox, administrator(sandbox, other.id));
    await elsewhere.send(new GetCallerIdentityCommand({}));
  });
});
