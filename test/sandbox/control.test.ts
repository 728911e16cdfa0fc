// The control interface, the request log, and the sandbox as a person starts it.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CreateAccessKeyCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import {
  DEFAULT_ACCOUNT_ID,
  type LoggedRequest,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { administrator, credentialsOf, errorName, iamOf, stsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
  readonly json: any;
}

describe('the control interface', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'control' });
  });
  afterEach(() => sandbox.close());

  async function control(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: await response.json() };
  }

  it('seeds accounts, users, keys and roles, and shows them with their secrets', async () => {
    const keys = [
      { createDate: '2025-01-02T03:04:05Z', lastUsed: { at: '2026-01-01T00:00:00Z' } },
      { ageDays: 3, status: 'Inactive' },
    ];
    const seeded = await control('POST', 'seed', {
      accounts: [
        { id: ACCOUNT, users: [{ name: 'svc-seeded', path: '/service/', keys }] },
        { id: '210987654321', roles: [{ name: 'Rotation' }], populate: { users: 10, seed: 1 } },
      ],
    });
    assert.equal(seeded.status, 200);
    const { json: state } = await control('GET', 'state');
    const account = state.accounts.find((each: { id: string }) => each.id === ACCOUNT);
    const user = account.users.find((each: { name: string }) => each.name === 'svc-seeded');
    assert.equal(user.arn, `arn:aws:iam::${ACCOUNT}:user/service/svc-seeded`);
    assert.equal(user.keys[0].createDate, '2025-01-02T03:04:05.000Z');
    assert.equal(user.keys[0].lastUsed, '2026-01-01T00:00:00.000Z');
    assert.equal(user.keys[1].status, 'Inactive');
    const member = state.accounts.find((each: { id: string }) => each.id === '210987654321');
    assert.equal(member.users.length, 11);
    assert.equal(member.roles[0].name, 'Rotation');
    const denied = iamOf(sandbox, credentialsOf(user.keys[0])).send(new ListUsersCommand({}));
    assert.equal(await errorName(denied), 'AccessDenied');
  });

  it('seeds an organization, and shows one account of it', async () => {
    const seeded = await control('POST', 'seed', {
      organization: { members: 3, suspended: 1, users: 5, accounts: [{ id: '210987654321' }] },
    });
    assert.equal(seeded.status, 200);
    assert.equal(seeded.json.organizations[0].managementAccountId, ACCOUNT);
    assert.equal(seeded.json.organizations[0].members.length, 5);
    const { json: state } = await control('GET', 'state?account=210987654321');
    assert.equal(state.accounts.length, 1);
    assert.equal(state.accounts[0].roles[0].name, 'OrganizationAccountAccessRole');
  });

  it('moves the clock, changes settings and scripts faults', async () => {
    const moved = await control('POST', 'clock', { now: '2030-01-01T00:00:00Z' });
    assert.match(moved.json.now, /^2030-01-01T00:00:0/);
    await control('POST', 'clock', { advanceMs: 86_400_000 });
    assert.equal(sandbox.clock.now().toISOString().slice(0, 10), '2030-01-02');
    await control('POST', 'settings', { keyLagSeconds: 9 });
    assert.equal(sandbox.settings.keyLagSeconds, 9);
    await control('POST', 'faults', { operation: 'ListUsers', effect: { kind: 'throttle' } });
    const list = () => iamOf(sandbox).send(new ListUsersCommand({}));
    assert.equal(await errorName(list()), 'Throttling');
    const { json: faults } = await control('GET', 'faults');
    assert.equal(faults[0].matchedCount, 1);
    await control('DELETE', 'faults');
    await list();
  });

  it('shows the requests and forgets them when told to', async () => {
    await iamOf(sandbox).send(new ListUsersCommand({ MaxItems: 5 }));
    const { json } = await control('GET', 'requests');
    const [entry] = json as LoggedRequest[];
    assert.equal(json.length, 1);
    assert.equal(entry?.operation, 'ListUsers');
    assert.equal(entry?.params.MaxItems, '5');
    assert.equal(entry?.status, 200);
    await control('DELETE', 'requests');
    assert.deepEqual(sandbox.requests.list(), []);
  });

  it('refuses what it does not know, and bad input', async () => {
    assert.equal((await control('GET', 'nothing')).status, 404);
    const refused: [string, unknown][] = [
      ['clock', { now: 'soon' }],
      ['clock', { later: 1 }],
      ['settings', { latency: 5 }],
      ['faults', { operation: 'ListUsers', effect: { kind: 'explode' } }],
      [
        'seed',
        { accounts: [{ id: ACCOUNT, users: [{ name: 'a', keys: [{ createDate: 'x' }] }] }] },
      ],
      ['seed', { accounts: [{ id: '12' }] }],
      ['seed', { organization: { members: 1, suspended: 2 } }],
      ['seed', { organization: { accounts: [{ state: 'GONE' }] } }],
      ['settings', { serviceRates: { organizations: { perSecond: 1 } } }],
    ];
    for (const [path, body] of refused) {
      const { status, json } = await control('POST', path, body);
      assert.equal(status, 400, `${path} ${JSON.stringify(body)}`);
      assert.ok(json.error.length > 0);
    }
  });

  it('answers to loopback names only, and never to a web page', async () => {
    const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const url = `${sandbox.url}/_sandbox/state`;
        const outgoing = httpRequest(url, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        outgoing.on('error', reject).end();
      });
    assert.equal(await statusWith({ host: 'rebound.example' }), 403);
    assert.equal(await statusWith({ origin: 'https://page.example' }), 403);
    assert.equal(await statusWith({ host: 'localhost:1' }), 200);
  });
});

describe('the request log', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'log' });
  });
  afterEach(() => sandbox.close());

  it('tells reads from writes, done from not done', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-log' });
    const iam = iamOf(sandbox);
    await iam.send(new ListUsersCommand({}));
    assert.deepEqual(sandbox.requests.writes(), []);
    await iam.send(new CreateAccessKeyCommand({ UserName: 'svc-log' }));
    await errorName(iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' })));
    const [made, refused] = sandbox.requests.writes();
    assert.equal(made?.done, true);
    assert.equal(made?.account, ACCOUNT);
    assert.equal(made?.accessKeyId, administrator(sandbox).accessKeyId);
    assert.equal(refused?.done, false);
    assert.equal(refused?.errorCode, 'NoSuchEntity');
    assert.equal(refused?.status, 404);
    assert.ok(made?.durationMs !== undefined && made.durationMs >= 0);
  });

  it('holds no secrets', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'ada', mfaSerial: 'arn:aws:iam::1:mfa/ada' });
    const key = sandbox.world.addKey(ACCOUNT, 'ada');
    await stsOf(sandbox, credentialsOf(key)).send(
      new GetSessionTokenCommand({ SerialNumber: 'arn:aws:iam::1:mfa/ada', TokenCode: '271828' }),
    );
    await iamOf(sandbox).send(new CreateAccessKeyCommand({ UserName: 'ada' }));
    const text = JSON.stringify(sandbox.requests.list());
    const secrets = ['271828', ...sandbox.world.user(ACCOUNT, 'ada').keys.map((k) => k.secret)];
    for (const secret of secrets) assert.ok(!text.includes(secret));
    assert.ok(text.includes('SerialNumber'));
  });
});

describe('serveSandbox', () => {
  it('populates an account and prints how to reach it', async () => {
    const { sandbox, environment, summary } = await serveSandbox({ users: 30, seed: 'x' });
    try {
      const listed = await iamOf(sandbox).send(new ListUsersCommand({}));
      assert.equal(listed.Users?.length, 31);
      const env = sandbox.endpointEnv();
      for (const [name, value] of Object.entries(env)) {
        assert.ok(environment.split('\n').includes(`export ${name}=${value}`));
      }
      assert.match(summary, /account 123456789012, seed x/);
      assert.match(summary, /30 users: \d+ with an Active key older than 90 days/);
    } finally {
      await sandbox.close();
    }
  });

  it('makes the account manage an organization', async () => {
    const organization = { members: 5, suspended: 2, withoutRole: 1, roleName: 'Rotation' };
    const { sandbox, summary } = await serveSandbox({ users: 8, seed: 'x', organization });
    try {
      assert.equal(sandbox.world.organizations.get(ACCOUNT)?.members.size, 6);
      assert.match(summary, /organization: 5 member accounts .*, 2 of them suspended,/);
      assert.match(summary, /, 1 without the role Rotation$/);
    } finally {
      await sandbox.close();
    }
  });

  it('gives the same account for the same seed, down to the secrets', async () => {
    const [first, second] = await Promise.all([
      serveSandbox({ users: 20, seed: 'same' }),
      serveSandbox({ users: 20, seed: 'same' }),
    ]);
    const secrets = ({ sandbox }: { sandbox: Sandbox }): string[] =>
      [...sandbox.world.keys.values()].map((key) => `${key.userName} ${key.id} ${key.secret}`);
    assert.deepEqual(secrets(first), secrets(second));
    await Promise.all([first.sandbox.close(), second.sandbox.close()]);
  });
});
