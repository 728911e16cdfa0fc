import assert from 'node:assert/strict';
import { behaviours } from './behaviours.ts';
import { behaveDenied, jsonClient } from './json-clients.ts';
import type { TargetAccount } from './target.ts';

const ONE = '11111111-0000-4000-8000-000000000000';
const TWO = '22222222-0000-4000-8000-000000000000';
const THREE = '33333333-0000-4000-8000-000000000000';
const SecretId = 'prod/db';
/** What is not there has another status at one target: `missing-secret-404`. */
const NOT_FOUND = [400, 404];

behaviours('a secret', (behave) => {
  behave('is found by name and by ARN', async (account) => {
    const { ARN } = await create(account);
    assert.match(
      ARN,
      new RegExp(`^arn:aws:secretsmanager:us-east-1:${account.id}:secret:prod/db-`),
    );
    for (const id of [SecretId, ARN]) {
      const read = await secretsOf(account).done('GetSecretValue', { SecretId: id });
      assert.equal(read.SecretString, 'first');
      assert.equal(read.VersionId, ONE);
      assert.deepEqual(read.VersionStages, ['AWSCURRENT']);
      assert.equal(typeof read.CreatedDate, 'number');
    }
  });

  behave('is listed page by page, and not once it is marked for deletion', async (account) => {
    const client = secretsOf(account);
    const create = (Name: string, SecretString: string, ClientRequestToken: string) =>
      client.done('CreateSecret', { Name, SecretString, ClientRequestToken });
    await create('app/a', 'one', ONE);
    await create('app/b', 'two', TWO);
    await create('other', 'three', THREE);
    const first = await client.done('ListSecrets', { MaxResults: 2 });
    assert.equal(first.SecretList.length, 2);
    const rest = await client.done('ListSecrets', { MaxResults: 2, NextToken: first.NextToken });
    assert.deepEqual([rest.SecretList.length, rest.NextToken ?? undefined], [1, undefined]);
    const Filters = [{ Key: 'name', Values: ['app/'] }];
    const below = await client.done('ListSecrets', { Filters });
    const namesOf = (list: { Name: string }[]) => list.map(({ Name }) => Name).sort();
    assert.deepEqual(namesOf(below.SecretList), ['app/a', 'app/b']);
    await client.done('DeleteSecret', { SecretId: 'app/b' });
    const left = await client.done('ListSecrets', {});
    assert.deepEqual(namesOf(left.SecretList), ['app/a', 'other']);
  });

  behave(
    'is read together with others; one that is not there is told beside them',
    async (account) => {
      const client = secretsOf(account);
      await create(account);
      const input = { SecretIdList: [SecretId, 'nobody'] };
      const { SecretValues, Errors } = await client.done('BatchGetSecretValue', input);
      assert.deepEqual(
        SecretValues.map((each: { Name: string; SecretString: string }) => [
          each.Name,
          each.SecretString,
        ]),
        [[SecretId, 'first']],
      );
      assert.deepEqual(
        Errors.map((each: { SecretId: string; ErrorCode: string }) => [
          each.SecretId,
          each.ErrorCode,
        ]),
        [['nobody', 'ResourceNotFoundException']],
      );
    },
  );

  behave('is refused when it is not there, and when its name is taken', async (account) => {
    const client = secretsOf(account);
    await client.refused('GetSecretValue', { SecretId }, 'ResourceNotFoundException', NOT_FOUND);
    await client.refused('DescribeSecret', { SecretId }, 'ResourceNotFoundException', NOT_FOUND);
    await create(account);
    const other = { Name: SecretId, SecretString: 'other', ClientRequestToken: TWO };
    await client.refused('CreateSecret', other, 'ResourceExistsException');
  });

  behave(
    'is refused with 400 when it is not there',
    async (account) => {
      const { status } = await secretsOf(account).ask('GetSecretValue', { SecretId });
      assert.equal(status, 400);
    },
    {
      quirk: 'missing-secret-404',
      check: async (account) => {
        const { status } = await secretsOf(account).ask('GetSecretValue', { SecretId });
        assert.equal(status, 404);
      },
    },
  );

  behave('without a value has no current version', async (account) => {
    const client = secretsOf(account);
    await client.done('CreateSecret', { Name: SecretId, ClientRequestToken: ONE });
    await client.refused('GetSecretValue', { SecretId }, 'ResourceNotFoundException', NOT_FOUND);
  });

  behave('is written once per token', async (account) => {
    await create(account);
    await put(account, 'second', TWO);
    await put(account, 'second', TWO);
    assert.deepEqual(await stages(account), { [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
    const other = { SecretId, SecretString: 'other', ClientRequestToken: TWO };
    await secretsOf(account).refused('PutSecretValue', other, 'ResourceExistsException');
  });

  behave('is not changed by an older token that comes again', async (account) => {
    await create(account);
    await put(account, 'second', TWO);
    await put(account, 'third', THREE);
    await put(account, 'second', TWO);
    assert.deepEqual(await stages(account), { [TWO]: ['AWSPREVIOUS'], [THREE]: ['AWSCURRENT'] });
  });

  behave(
    'needs a token from who speaks HTTP',
    async (account) => {
      const input = { Name: SecretId, SecretString: 'first' };
      await secretsOf(account).refused('CreateSecret', input, 'InvalidRequestException');
    },
    {
      quirk: 'token-made-up',
      check: async (account) => {
        const input = { Name: SecretId, SecretString: 'first' };
        assert.match((await secretsOf(account).done('CreateSecret', input)).VersionId, /./);
      },
    },
  );

  behave('can be read as it was before', async (account) => {
    await create(account);
    await put(account, 'second', TWO);
    const client = secretsOf(account);
    for (const which of [{ VersionStage: 'AWSPREVIOUS' }, { VersionId: ONE }]) {
      const read = await client.done('GetSecretValue', { SecretId, ...which });
      assert.equal(read.SecretString, 'first');
    }
    const none = { SecretId, VersionId: THREE };
    await client.refused('GetSecretValue', none, 'ResourceNotFoundException', NOT_FOUND);
    const both = { SecretId, VersionId: ONE, VersionStage: 'AWSCURRENT' };
    await client.refused('GetSecretValue', both, 'InvalidRequestException', NOT_FOUND);
  });

  behave('that is marked for deletion refuses its value until it is restored', async (account) => {
    const client = secretsOf(account);
    await create(account);
    await client.done('DeleteSecret', { SecretId });
    await client.refused('GetSecretValue', { SecretId }, 'InvalidRequestException');
    assert.equal(typeof (await client.done('DescribeSecret', { SecretId })).DeletedDate, 'number');
    await client.done('RestoreSecret', { SecretId });
    assert.equal((await client.done('GetSecretValue', { SecretId })).SecretString, 'first');
  });

  behave(
    'that is marked for deletion takes no new value',
    async (account) => {
      await create(account);
      const client = secretsOf(account);
      await client.done('DeleteSecret', { SecretId });
      const value = { SecretId, SecretString: 'second', ClientRequestToken: TWO };
      await client.refused('PutSecretValue', value, 'InvalidRequestException');
    },
    {
      quirk: 'deleted-secret-written',
      check: async (account) => {
        await create(account);
        await secretsOf(account).done('DeleteSecret', { SecretId });
        await put(account, 'second', TWO);
      },
    },
  );

  behaveDenied(behave, 'secretsmanager', 'GetSecretValue', { SecretId });
});

behaviours('the labels of a secret', (behave) => {
  behave('stay where they are while a version waits with AWSPENDING', async (account) => {
    await create(account);
    await put(account, 'second', TWO, ['AWSPENDING']);
    assert.deepEqual(await stages(account), { [ONE]: ['AWSCURRENT'], [TWO]: ['AWSPENDING'] });
    const read = await secretsOf(account).done('GetSecretValue', { SecretId });
    assert.equal(read.SecretString, 'first');
  });

  behave('move, and leave AWSPREVIOUS behind', async (account) => {
    await create(account);
    await put(account, 'second', TWO, ['AWSPENDING']);
    await secretsOf(account).done('UpdateSecretVersionStage', move('AWSCURRENT', ONE, TWO));
    assert.deepEqual(await stages(account), {
      [ONE]: ['AWSPREVIOUS'],
      [TWO]: ['AWSCURRENT', 'AWSPENDING'],
    });
    const remove = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: TWO };
    await secretsOf(account).done('UpdateSecretVersionStage', remove);
    assert.deepEqual(await stages(account), { [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
  });

  behave('move only when the caller knows where AWSCURRENT is', async (account) => {
    await create(account);
    await put(account, 'second', TWO, ['AWSPENDING']);
    await put(account, 'third', THREE, ['AWSOTHER']);
    const client = secretsOf(account);
    for (const from of [undefined, THREE]) {
      const input = move('AWSCURRENT', from, TWO);
      await client.refused('UpdateSecretVersionStage', input, 'InvalidParameterException');
    }
    const unknown = move('AWSCURRENT', ONE, '44444444-0000-4000-8000-000000000000');
    await client.refused('UpdateSecretVersionStage', unknown, 'InvalidParameterException');
    const read = await client.done('GetSecretValue', { SecretId });
    assert.equal(read.SecretString, 'first');
  });

  behave(
    'move only when the caller knows where any of them is',
    async (account) => {
      await create(account);
      await put(account, 'second', TWO, ['AWSPENDING']);
      const input = move('AWSPENDING', undefined, ONE);
      const client = secretsOf(account);
      await client.refused('UpdateSecretVersionStage', input, 'InvalidParameterException');
    },
    {
      quirk: 'label-on-two-versions',
      check: async (account) => {
        await create(account);
        await put(account, 'second', TWO, ['AWSPENDING']);
        const input = move('AWSPENDING', undefined, ONE);
        await secretsOf(account).done('UpdateSecretVersionStage', input);
        assert.deepEqual(await stages(account), {
          [ONE]: ['AWSCURRENT', 'AWSPENDING'],
          [TWO]: ['AWSPENDING'],
        });
      },
    },
  );

  behave(
    'leave AWSCURRENT on some version always',
    async (account) => {
      await create(account);
      const remove = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: ONE };
      const client = secretsOf(account);
      await client.refused('UpdateSecretVersionStage', remove, 'InvalidParameterException');
    },
    {
      quirk: 'current-removed',
      check: async (account) => {
        await create(account);
        const remove = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: ONE };
        await secretsOf(account).done('UpdateSecretVersionStage', remove);
        assert.deepEqual((await stages(account))[ONE], ['AWSPREVIOUS']);
      },
    },
  );
});

function secretsOf(account: TargetAccount) {
  return jsonClient(account, 'secretsmanager');
}

function create(account: TargetAccount): Promise<{ ARN: string }> {
  const input = { Name: SecretId, SecretString: 'first', ClientRequestToken: ONE };
  return secretsOf(account).done('CreateSecret', input);
}

function put(account: TargetAccount, SecretString: string, token: string, labels?: string[]) {
  const more = labels === undefined ? {} : { VersionStages: labels };
  const input = { SecretId, SecretString, ClientRequestToken: token, ...more };
  return secretsOf(account).done('PutSecretValue', input);
}

function move(VersionStage: string, from: string | undefined, to: string): object {
  const more = from === undefined ? {} : { RemoveFromVersionId: from };
  return { SecretId, VersionStage, MoveToVersionId: to, ...more };
}

/** Labels by version, those without any left out. */
async function stages(account: TargetAccount): Promise<Record<string, string[]>> {
  const { VersionIdsToStages } = await secretsOf(account).done('DescribeSecret', { SecretId });
  return Object.fromEntries(
    Object.entries<string[]>(VersionIdsToStages)
      .filter(([, labels]) => labels.length > 0)
      .map(([version, labels]) => [version, labels.sort()]),
  );
}
