// AWS JSON 1.1, as every service that speaks it answers: who may sign, refusals, rates, faults.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import {
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  type FaultEffect,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { callJson, type JsonAnswer, type JsonCall } from './json-call.ts';
import { administrator, credentialsOf, iamOf } from './sdk.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'json' });
  addOrganization(sandbox.world, { members: 3 });
});
afterEach(() => sandbox.close());

function ask(call: Partial<JsonCall> = {}): Promise<JsonAnswer> {
  return callJson({
    endpoint: sandbox.url,
    credentials: administrator(sandbox),
    service: 'organizations',
    operation: 'ListAccounts',
    ...call,
  });
}

async function refusal(call: Partial<JsonCall>): Promise<[number, string | undefined]> {
  const { status, errorType, json } = await ask(call);
  assert.equal(json.__type, errorType);
  return [status, errorType];
}

describe('AWS JSON', () => {
  it('refuses signers in its own words, always with 400', async () => {
    const own = administrator(sandbox);
    const unknown = { ...own, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    const wrong = { ...own, secretAccessKey: 'not-the-secret' };
    assert.deepEqual(await refusal({ credentials: unknown }), [400, 'UnrecognizedClientException']);
    assert.deepEqual(await refusal({ credentials: wrong }), [400, 'InvalidSignatureException']);
    const { world } = sandbox;
    world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
    const denied = await ask({
      credentials: credentialsOf(world.addKey(DEFAULT_ACCOUNT_ID, 'ada')),
    });
    assert.equal(denied.errorType, 'AccessDeniedException');
    assert.match(
      denied.json.Message,
      /user\/ada is not authorized to perform: organizations:ListAccounts on resource: \* because no identity-based policy allows/,
    );
    const unsigned = await fetch(sandbox.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSOrganizationsV20161128.ListAccounts' },
      body: '{}',
    });
    assert.equal(unsigned.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
  });

  it('refuses operations and bodies that it does not understand', async () => {
    const unknown = [400, 'UnknownOperationException'];
    assert.deepEqual(await refusal({ operation: 'ListPolicies' }), unknown);
    assert.deepEqual(await refusal({ scope: 'iam' }), [400, 'InvalidSignatureException']);
    for (const input of ['{', '[]', '7', '']) {
      assert.deepEqual(await refusal({ input }), [400, 'SerializationException'], input);
    }
    const text = { MaxResults: '5' };
    assert.deepEqual(await refusal({ input: text }), [400, 'SerializationException']);
    for (const MaxResults of [0, 21]) {
      assert.deepEqual(await refusal({ input: { MaxResults } }), [400, 'InvalidInputException']);
    }
    const token = { NextToken: 'made-up' };
    assert.deepEqual(await refusal({ input: token }), [400, 'InvalidInputException']);
    const operation = 'DescribeAccount';
    assert.deepEqual(await refusal({ operation }), [400, 'ValidationException']);
    const nobody = { AccountId: '999999999999' };
    assert.deepEqual(await refusal({ operation, input: nobody }), [
      400,
      'AccountNotFoundException',
    ]);
    const short = { AccountId: '12' };
    assert.deepEqual(await refusal({ operation, input: short }), [400, 'InvalidInputException']);
  });

  it('has a rate of its own for each service', async () => {
    sandbox.settings.rate = { perSecond: 0, burst: 2 };
    sandbox.settings.serviceRates = { organizations: { perSecond: 0, burst: 1 } };
    assert.equal((await ask()).status, 200);
    assert.deepEqual(await refusal({}), [400, 'TooManyRequestsException']);
    await iamOf(sandbox).send(new ListUsersCommand({}));
    await iamOf(sandbox).send(new ListUsersCommand({}));
  });

  it('has the same faults as other services', async () => {
    const told: [FaultEffect, number, string][] = [
      [{ kind: 'throttle' }, 400, 'TooManyRequestsException'],
      [{ kind: 'error' }, 500, 'ServiceException'],
      [{ kind: 'error', code: 'ServiceUnavailable', status: 503 }, 503, 'ServiceUnavailable'],
      [{ kind: 'access-denied' }, 400, 'AccessDeniedException'],
      [{ kind: 'error-after-commit' }, 500, 'ServiceException'],
    ];
    for (const [effect, status, code] of told) {
      sandbox.faults.clear();
      sandbox.faults.add({ operation: 'ListAccounts', effect });
      assert.deepEqual(await refusal({}), [status, code]);
      assert.equal(sandbox.requests.list().at(-1)?.errorCode, code);
    }
    for (const kind of ['reset', 'drop-reply', 'truncate-body'] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ effect: { kind } });
      await assert.rejects(ask(), TypeError);
    }
    for (const kind of ['slow-body', 'delay', 'delay-reply'] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ effect: { kind, durationMs: 10 } });
      assert.equal((await ask()).json.Accounts.length, 4);
    }
  });

  it('is logged like other calls', async () => {
    await ask({ input: { MaxResults: 2 } });
    const [entry] = sandbox.requests.list('ListAccounts');
    assert.equal(entry?.service, 'organizations');
    assert.equal(entry?.access, 'read');
    assert.equal(entry?.account, DEFAULT_ACCOUNT_ID);
    assert.deepEqual(entry?.params, { MaxResults: '2' });
    assert.equal(entry?.done, true);
  });
});
