import assert from 'node:assert/strict';
import { behaviours } from './behaviours.ts';
import { behaveDenied, jsonClient } from './json-clients.ts';
import type { TargetAccount } from './target.ts';

const Name = '/prod/db/password';
const LONG = { Name: '/long', Type: 'String', Value: 'a'.repeat(4097) };
const SECURE = { Name, Type: 'SecureString' };

behaviours('a parameter', (behave) => {
  behave('is read by name, by version and by ARN', async (account) => {
    const client = parametersOf(account);
    const made = await client.done('PutParameter', { ...SECURE, Value: 'first' });
    assert.equal(made.Version, 1);
    const second = { ...SECURE, Value: 'second', Overwrite: true };
    assert.equal((await client.done('PutParameter', second)).Version, 2);
    const ARN = `arn:aws:ssm:us-east-1:${account.id}:parameter${Name}`;
    for (const [name, value] of [
      [Name, 'second'],
      [`${Name}:1`, 'first'],
      [ARN, 'second'],
    ]) {
      const { Parameter } = await client.done('GetParameter', { Name: name, WithDecryption: true });
      assert.equal(Parameter.Value, value);
      assert.equal(Parameter.ARN, ARN);
      assert.equal(Parameter.Type, 'SecureString');
    }
  });

  behave('is shown in clear only to who asks for it', async (account) => {
    const client = parametersOf(account);
    await client.done('PutParameter', { ...SECURE, Value: 'first' });
    const { Parameter } = await client.done('GetParameter', { Name });
    assert.notEqual(Parameter.Value, 'first');
  });

  behave('is not overwritten unless that is asked for', async (account) => {
    const client = parametersOf(account);
    await client.done('PutParameter', { ...SECURE, Value: 'first' });
    const again = { ...SECURE, Value: 'second' };
    await client.refused('PutParameter', again, 'ParameterAlreadyExists');
  });

  behave('has a history', async (account) => {
    const client = parametersOf(account);
    for (const Value of ['first', 'second', 'third']) {
      await client.done('PutParameter', { ...SECURE, Value, Overwrite: true });
    }
    const shown = await client.done('GetParameterHistory', { Name, WithDecryption: true });
    const versions = shown.Parameters.map((each: { Version: number; Value: string }) => [
      each.Version,
      each.Value,
    ]);
    assert.deepEqual(versions, [
      [1, 'first'],
      [2, 'second'],
      [3, 'third'],
    ]);
  });

  behave('is described page by page, and read together with others', async (account) => {
    const client = parametersOf(account);
    const names = ['/app/a', '/app/deep/b', '/other/c'];
    for (const each of names) {
      await client.done('PutParameter', { ...SECURE, Name: each, Value: `value of ${each}` });
    }
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = { MaxResults: 2, ...(NextToken !== undefined && { NextToken }) };
      const answer = await client.done('DescribeParameters', page);
      found.push(...answer.Parameters.map((each: { Name: string }) => each.Name));
      ({ NextToken } = answer);
    } while (NextToken);
    assert.deepEqual(found.sort(), names);
    const begins = { Key: 'Name', Option: 'BeginsWith', Values: ['/app/'] };
    const below = await client.done('DescribeParameters', { ParameterFilters: [begins] });
    assert.equal(below.Parameters.length, 2);
    const together = { Names: ['/app/a', '/nobody'], WithDecryption: true };
    const { Parameters, InvalidParameters } = await client.done('GetParameters', together);
    assert.deepEqual(
      Parameters.map((each: { Name: string; Value: string }) => [each.Name, each.Value]),
      [['/app/a', 'value of /app/a']],
    );
    assert.deepEqual(InvalidParameters, ['/nobody']);
    const deep = { Path: '/app', Recursive: true, WithDecryption: true };
    const tree = await client.done('GetParametersByPath', deep);
    assert.equal(tree.Parameters.length, 2);
    const flat = await client.done('GetParametersByPath', { ...deep, Recursive: false });
    assert.equal(flat.Parameters.length, 1);
  });

  behave('is refused when it or its version is not there', async (account) => {
    const client = parametersOf(account);
    for (const operation of ['GetParameter', 'GetParameterHistory', 'DeleteParameter']) {
      await client.refused(operation, { Name }, 'ParameterNotFound');
    }
    await client.done('PutParameter', { ...SECURE, Value: 'first' });
    await client.refused('GetParameter', { Name: `${Name}:7` }, 'ParameterVersionNotFound');
    await client.done('DeleteParameter', { Name });
    await client.refused('GetParameter', { Name }, 'ParameterNotFound');
  });

  behave(
    'holds 4,096 characters, and more in the advanced tier',
    async (account) => {
      const client = parametersOf(account);
      await client.done('PutParameter', { ...SECURE, Value: 'a'.repeat(4096) });
      await client.refused('PutParameter', LONG, 'ValidationException');
      await client.done('PutParameter', { ...LONG, Tier: 'Advanced' });
    },
    {
      quirk: 'parameter-size-unchecked',
      check: async (account) => {
        await parametersOf(account).done('PutParameter', LONG);
      },
    },
  );

  behave('needs a type when it is made', async (account) => {
    const client = parametersOf(account);
    const untyped = { Name, Value: 'first' };
    await client.refused('PutParameter', untyped, 'ValidationException');
    await client.done('PutParameter', { ...SECURE, Value: 'first' });
    await client.done('PutParameter', { ...untyped, Overwrite: true });
  });

  behave('has no name that begins as those of AWS do', async (account) => {
    for (const name of ['aws-mine', '/ssm/mine']) {
      const input = { Name: name, Type: 'String', Value: 'x' };
      await parametersOf(account).refused('PutParameter', input, 'ValidationException');
    }
  });

  behave(
    'has a name without spaces, and a slash before a hierarchy',
    async (account) => {
      for (const name of ['a/b', 'a b']) {
        const input = { Name: name, Type: 'String', Value: 'x' };
        await parametersOf(account).refused('PutParameter', input, 'ValidationException');
      }
    },
    {
      quirk: 'parameter-name-unchecked',
      check: async (account) => {
        for (const name of ['a/b', 'a b']) {
          const input = { Name: name, Type: 'String', Value: 'x' };
          await parametersOf(account).done('PutParameter', input);
        }
      },
    },
  );

  behave('has labels that move', async (account) => {
    const client = parametersOf(account);
    for (const Value of ['first', 'second']) {
      await client.done('PutParameter', { ...SECURE, Value, Overwrite: true });
    }
    for (const [version, value] of [
      [1, 'first'],
      [2, 'second'],
    ] as const) {
      const input = { Name, ParameterVersion: version, Labels: ['live'] };
      await client.done('LabelParameterVersion', input);
      const read = { Name: `${Name}:live`, WithDecryption: true };
      assert.equal((await client.done('GetParameter', read)).Parameter.Value, value);
    }
  });

  behaveDenied(behave, 'ssm', 'GetParameter', { Name });
});

function parametersOf(account: TargetAccount) {
  return jsonClient(account, 'ssm');
}
