// Each fault as a client meets it: what the SDK sees, and what became of the work.

import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import {
  DEFAULT_ACCOUNT_ID,
  type Fault,
  type FaultEffect,
  type LoggedRequest,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { administrator, errorOf, iamOf } from './sdk.ts';
import { eventually } from './wait.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const sandboxes: Sandbox[] = [];
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'faults' });
  sandboxes.push(sandbox);
  sandbox.world.addUser(ACCOUNT, { name: 'svc-a' });
  sandbox.world.addUser(ACCOUNT, { name: 'svc-b' });
});
after(() => Promise.all(sandboxes.map((each) => each.close())));

function keysOf(userName: string): number {
  return sandbox.world.user(ACCOUNT, userName).keys.length;
}

function create(UserName = 'svc-a', maxAttempts = 1, abortSignal?: AbortSignal): Promise<unknown> {
  const iam = iamOf(sandbox, administrator(sandbox), { maxAttempts });
  return iam.send(
    new CreateAccessKeyCommand({ UserName }),
    abortSignal === undefined ? {} : { abortSignal },
  );
}

async function createUnder(effect: FaultEffect): Promise<Error & { $metadata?: object }> {
  sandbox.faults.add({ operation: 'CreateAccessKey', effect });
  return errorOf(create());
}

function lastRequest(): LoggedRequest {
  const entry = sandbox.requests.list('CreateAccessKey').at(-1);
  assert.ok(entry !== undefined, 'CreateAccessKey was never called');
  return entry;
}

describe('faults that do no work', () => {
  const refused: [FaultEffect, string, number][] = [
    [{ kind: 'throttle' }, 'Throttling', 400],
    [{ kind: 'error' }, 'ServiceFailure', 500],
    [{ kind: 'error', code: 'ServiceUnavailable', status: 503 }, 'ServiceUnavailable', 503],
    [{ kind: 'access-denied' }, 'AccessDenied', 403],
  ];
  for (const [effect, code, status] of refused) {
    it(`${effect.kind} answers ${code}`, async () => {
      await createUnder(effect);
      assert.equal(lastRequest().errorCode, code);
      assert.equal(lastRequest().status, status);
      assert.equal(lastRequest().done, false);
      assert.equal(lastRequest().fault, effect.kind);
      assert.equal(keysOf('svc-a'), 0);
    });
  }

  it('access-denied speaks like a missing permission', async () => {
    const { message } = await createUnder({ kind: 'access-denied' });
    assert.match(
      message,
      /iam:CreateAccessKey on resource: user svc-a because no identity-based policy allows the iam:CreateAccessKey action/,
    );
  });

  it('reset cuts the connection', async () => {
    const error = await createUnder({ kind: 'reset' });
    assert.match(error.message, /ECONNRESET|socket hang up/);
    assert.equal(lastRequest().status, undefined);
    assert.equal(keysOf('svc-a'), 0);
  });

  it('hang never answers', async () => {
    sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'hang' } });
    const abort = new AbortController();
    const hanging = errorOf(create('svc-a', 1, abort.signal));
    await eventually(() => sandbox.requests.list('CreateAccessKey').length === 1);
    abort.abort();
    assert.equal((await hanging).name, 'AbortError');
    assert.equal(lastRequest().status, undefined);
    assert.equal(lastRequest().done, false);
    assert.equal(keysOf('svc-a'), 0);
  });
});

describe('faults after the work was done', () => {
  for (const kind of ['drop-reply', 'truncate-body'] as const) {
    it(`${kind} leaves a key that the caller knows nothing of`, async () => {
      const error = await createUnder({ kind });
      assert.match(error.message, /ECONNRESET|socket hang up|aborted/);
      assert.equal(lastRequest().done, true);
      assert.equal(keysOf('svc-a'), 1);
    });
  }

  it('error-after-commit says 500 and leaves the key', async () => {
    await createUnder({ kind: 'error-after-commit' });
    assert.equal(lastRequest().status, 500);
    assert.equal(lastRequest().errorCode, 'ServiceFailure');
    assert.equal(lastRequest().done, true);
    assert.equal(keysOf('svc-a'), 1);
  });

  it('with a dropped reply, retries make a second key', async () => {
    sandbox.faults.add({
      operation: 'CreateAccessKey',
      calls: { first: 1 },
      effect: { kind: 'drop-reply' },
    });
    await create('svc-a', 3);
    assert.equal(keysOf('svc-a'), 2);
  });

  it('slow-body and the delays end well', async () => {
    for (const kind of ['slow-body', 'delay-reply', 'delay'] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ operation: 'ListUsers', effect: { kind, durationMs: 40 } });
      const listed = await iamOf(sandbox).send(new ListUsersCommand({}));
      assert.equal(listed.Users?.length, 3);
      assert.equal(sandbox.requests.list('ListUsers').at(-1)?.fault, kind);
    }
  });

  it('late-commit cuts now and writes later', async () => {
    await createUnder({ kind: 'late-commit', afterMs: 30 });
    await eventually(() => keysOf('svc-a') === 1);
    assert.equal(lastRequest().done, true);
    assert.equal(lastRequest().status, undefined);
  });

  for (const isClosed of [false, true]) {
    it(`a sandbox that is ${isClosed ? '' : 'not '}closed writes ${isClosed ? 'nothing ' : ''}late`, async (test) => {
      const afterMs = 60_000;
      test.mock.timers.enable({ apis: ['setTimeout'] });
      await createUnder({ kind: 'late-commit', afterMs });
      if (isClosed) await sandbox.close();
      test.mock.timers.tick(afterMs);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(keysOf('svc-a'), isClosed ? 0 : 1);
    });
  }
});

describe('which calls a fault hits', () => {
  const throttle: FaultEffect = { kind: 'throttle' };

  async function outcomes(fault: Fault, users: readonly string[]): Promise<boolean[]> {
    sandbox.faults.add(fault);
    const results: boolean[] = [];
    for (const user of users) {
      results.push(
        await create(user).then(
          () => true,
          () => false,
        ),
      );
    }
    return results;
  }

  it('the nth', async () => {
    const fault = { calls: { nth: 2 }, effect: throttle };
    assert.deepEqual(await outcomes(fault, ['svc-a', 'svc-a', 'svc-a']), [true, false, true]);
  });

  it('the first few', async () => {
    const fault = { calls: { first: 2 }, effect: throttle };
    assert.deepEqual(await outcomes(fault, ['svc-a', 'svc-a', 'svc-a']), [false, false, true]);
  });

  it('those of one user, whatever the case of the name', async () => {
    const fault = { user: 'SVC-B', effect: throttle };
    assert.deepEqual(await outcomes(fault, ['svc-a', 'svc-b', 'svc-a']), [true, false, true]);
  });

  it('those about a key of one user', async () => {
    const key = sandbox.world.addKey(ACCOUNT, 'svc-b');
    const ask = (AccessKeyId: string) =>
      iamOf(sandbox).send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    sandbox.faults.add({ operation: 'GetAccessKeyLastUsed', user: 'svc-b', effect: throttle });
    assert.equal((await errorOf(ask(key.id))).name, 'Throttling');
    await ask(administrator(sandbox).accessKeyId);
  });

  it('those of one operation or account, until cleared', async () => {
    assert.deepEqual(await outcomes({ operation: 'ListUsers', effect: throttle }, ['svc-a']), [
      true,
    ]);
    assert.deepEqual(await outcomes({ account: ACCOUNT, effect: throttle }, ['svc-a']), [false]);
    assert.deepEqual(
      sandbox.faults.list().map(({ matchedCount }) => matchedCount),
      [0, 1],
    );
    sandbox.faults.clear();
    await create('svc-a');
    assert.equal(keysOf('svc-a'), 2);
  });
});
