import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  type StatusType,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf, refusalOf } from './clients.ts';
import { daysAgo } from './times.ts';

const UNKNOWN_KEY = 'AKIAIOSFODNN7EXAMPLE';

behaviours('access keys', (behave) => {
  behave(
    'a new key is Active, dated now, and has an id and a secret of the right form',
    async (account) => {
      await account.seedUser({ name: 'svc-new' });
      const before = daysAgo(0);
      const { AccessKey: key } = await iamOf(account).send(
        new CreateAccessKeyCommand({ UserName: 'svc-new' }),
      );
      assert.equal(key?.UserName, 'svc-new');
      assert.equal(key?.Status, 'Active');
      assert.match(key?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/);
      assert.match(key?.SecretAccessKey ?? '', /^[A-Za-z0-9+/]{40}$/);
      assert.ok(key?.CreateDate !== undefined && key.CreateDate >= before);
    },
  );

  behave(
    'listing shows id, status and creation time of every key, and no secret',
    async (account) => {
      const seeds = [
        { createDate: daysAgo(400), status: 'Inactive' },
        { createDate: daysAgo(91), status: 'Active' },
      ] as const;
      const keys = await account.seedUser({ name: 'svc-list', keys: seeds });
      const { AccessKeyMetadata: listed } = await iamOf(account).send(
        new ListAccessKeysCommand({ UserName: 'svc-list' }),
      );
      const expected = seeds.map((seed, index) => ({
        UserName: 'svc-list',
        AccessKeyId: keys[index]?.accessKeyId,
        Status: seed.status,
        CreateDate: seed.createDate,
      }));
      assert.deepEqual(byId(listed), byId(expected));
    },
  );

  behave('listing without a user name lists the keys of the caller', async (account) => {
    const keys = [{ createDate: daysAgo(3) }];
    const [own] = await account.seedUser({ name: 'svc-self', administrator: true, keys });
    const { AccessKeyMetadata: listed } = await iamOf(account, own).send(
      new ListAccessKeysCommand({}),
    );
    assert.deepEqual(
      listed?.map(({ UserName, AccessKeyId }) => ({ UserName, AccessKeyId })),
      [{ UserName: 'svc-self', AccessKeyId: own?.accessKeyId }],
    );
  });

  behave('a user without keys has an empty list, which is no error', async (account) => {
    await account.seedUser({ name: 'svc-bare' });
    const { AccessKeyMetadata: listed } = await iamOf(account).send(
      new ListAccessKeysCommand({ UserName: 'svc-bare' }),
    );
    assert.deepEqual(listed, []);
  });

  behave(
    'a list says whether it is complete',
    async (account) => {
      const command = new ListAccessKeysCommand({ UserName: account.administrator.name });
      assert.equal((await iamOf(account).send(command)).IsTruncated, false);
    },
    {
      quirk: 'key-list-without-end',
      check: async (account) => {
        const command = new ListAccessKeysCommand({ UserName: account.administrator.name });
        assert.equal((await iamOf(account).send(command)).IsTruncated, undefined);
      },
    },
  );

  behave(
    'a key can be made Inactive and Active again, keeping its creation time',
    async (account) => {
      const createDate = daysAgo(120);
      const [key] = await account.seedUser({ name: 'svc-toggle', keys: [{ createDate }] });
      const iam = iamOf(account);
      const UserName = 'svc-toggle';
      for (const Status of ['Inactive', 'Inactive', 'Active'] as const) {
        await iam.send(
          new UpdateAccessKeyCommand({ UserName, AccessKeyId: key?.accessKeyId, Status }),
        );
        const { AccessKeyMetadata: listed } = await iam.send(
          new ListAccessKeysCommand({ UserName }),
        );
        assert.deepEqual(
          listed?.map((each) => [each.Status, each.CreateDate]),
          [[Status, createDate]],
        );
      }
    },
  );

  behave(
    'a status that does not exist is refused',
    async (account) => {
      const keys = [{ createDate: daysAgo(1) }];
      const [key] = await account.seedUser({ name: 'svc-status', keys });
      await assertRefused(iamOf(account).send(pause(key?.accessKeyId)), 'ValidationError', 400);
    },
    {
      quirk: 'status-unchecked',
      check: async (account) => {
        const keys = [{ createDate: daysAgo(1) }];
        const [key] = await account.seedUser({ name: 'svc-status', keys });
        await iamOf(account).send(pause(key?.accessKeyId));
      },
    },
  );

  behave(
    'a deleted key is gone from the list, and deleting it again is NoSuchEntity',
    async (account) => {
      const keys = [{ createDate: daysAgo(200), status: 'Inactive' }] as const;
      const [key] = await account.seedUser({ name: 'svc-delete', keys });
      const iam = iamOf(account);
      const command = () =>
        new DeleteAccessKeyCommand({ UserName: 'svc-delete', AccessKeyId: key?.accessKeyId });
      await iam.send(command());
      const { AccessKeyMetadata: listed } = await iam.send(
        new ListAccessKeysCommand({ UserName: 'svc-delete' }),
      );
      assert.deepEqual(listed, []);
      await assertRefused(iam.send(command()), 'NoSuchEntity', 404);
    },
  );

  behave('a third key is refused, also when an Inactive key takes a slot', async (account) => {
    const iam = iamOf(account);
    for (const [name, status] of [
      ['svc-both-active', 'Active'],
      ['svc-one-inactive', 'Inactive'],
    ] as const) {
      const keys = [{ createDate: daysAgo(90) }, { createDate: daysAgo(300), status }];
      await account.seedUser({ name, keys });
      const refusal = await refusalOf(iam.send(new CreateAccessKeyCommand({ UserName: name })));
      assert.equal(refusal.code, 'LimitExceeded');
      assert.equal(refusal.status, 409);
      assert.match(refusal.message, /^Cannot exceed quota for AccessKeysPerUser: 2/);
      const { AccessKeyMetadata: left } = await iam.send(
        new ListAccessKeysCommand({ UserName: name }),
      );
      assert.equal(left?.length, 2);
    }
  });

  behave('every call about an unknown user is NoSuchEntity', async (account) => {
    const iam = iamOf(account);
    const UserName = 'nobody';
    const AccessKeyId = UNKNOWN_KEY;
    const calls = [
      iam.send(new ListAccessKeysCommand({ UserName })),
      iam.send(new CreateAccessKeyCommand({ UserName })),
      iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' })),
      iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })),
    ];
    for (const call of await Promise.all(calls.map(refusalOf))) {
      assert.deepEqual([call.code, call.status], ['NoSuchEntity', 404]);
    }
  });

  behave(
    'a key of one user cannot be changed or deleted in the name of another',
    async (account) => {
      const keys = [{ createDate: daysAgo(100) }];
      const [victim] = await account.seedUser({ name: 'svc-victim', keys });
      await account.seedUser({ name: 'svc-other', keys });
      const iam = iamOf(account);
      const UserName = 'svc-other';
      for (const AccessKeyId of [victim?.accessKeyId, UNKNOWN_KEY]) {
        const update = new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' });
        await assertRefused(iam.send(update), 'NoSuchEntity', 404);
        const remove = new DeleteAccessKeyCommand({ UserName, AccessKeyId });
        await assertRefused(iam.send(remove), 'NoSuchEntity', 404);
      }
      const { AccessKeyMetadata: left } = await iam.send(
        new ListAccessKeysCommand({ UserName: 'svc-victim' }),
      );
      assert.deepEqual(
        left?.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]),
        [[victim?.accessKeyId, 'Active']],
      );
    },
  );

  behave(
    'keys are listed in pages of the size asked for',
    async (account) => {
      const keys = [{ createDate: daysAgo(1) }, { createDate: daysAgo(2) }];
      const ids = await account.seedUser({ name: 'svc-pages', keys });
      const iam = iamOf(account);
      const ask = { UserName: 'svc-pages', MaxItems: 1 };
      const first = await iam.send(new ListAccessKeysCommand(ask));
      assert.equal(first.AccessKeyMetadata?.length, 1);
      assert.equal(first.IsTruncated, true);
      const second = await iam.send(new ListAccessKeysCommand({ ...ask, Marker: first.Marker }));
      assert.equal(second.IsTruncated, false);
      const seen = [...(first.AccessKeyMetadata ?? []), ...(second.AccessKeyMetadata ?? [])];
      assert.deepEqual(
        seen.map(({ AccessKeyId }) => AccessKeyId).sort(),
        ids.map(({ accessKeyId }) => accessKeyId).sort(),
      );
    },
    {
      quirk: 'keys-in-one-page',
      check: async (account) => {
        const keys = [{ createDate: daysAgo(1) }, { createDate: daysAgo(2) }];
        await account.seedUser({ name: 'svc-pages', keys });
        const ask = { UserName: 'svc-pages', MaxItems: 1 };
        const only = await iamOf(account).send(new ListAccessKeysCommand(ask));
        assert.equal(only.AccessKeyMetadata?.length, 2);
        assert.equal(only.Marker, undefined);
      },
    },
  );
});

function pause(accessKeyId: string | undefined): UpdateAccessKeyCommand {
  const Status = 'Paused' as StatusType;
  return new UpdateAccessKeyCommand({ UserName: 'svc-status', AccessKeyId: accessKeyId, Status });
}

function byId<T extends { readonly AccessKeyId?: string | undefined }>(
  keys: readonly T[] = [],
): T[] {
  return [...keys].sort((a, b) => ((a.AccessKeyId ?? '') < (b.AccessKeyId ?? '') ? -1 : 1));
}
