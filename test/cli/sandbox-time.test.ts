// A sandbox whose clock is moved, and the commands that follow it, as real processes.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  type AccessKey,
  addOrganization,
  populate,
  populateWorkloads,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import {
  runAwsCli,
  runPython,
  skipWithoutAwsCli,
  skipWithoutBoto3,
} from '../sandbox/other-clients.ts';
import { administrator } from '../sandbox/sdk.ts';
import { openHome } from './keyctl-home.ts';
import { binOf, finished, run, start } from './process.ts';

const ACCOUNT = '123456789012';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOWHERE = 'http://127.0.0.1:1';

interface Shell {
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly addUser: (name: string, ageDays: number) => AccessKey;
}

/** A sandbox, and the environment that its shell has. */
async function openShell(t: TestContext): Promise<Shell> {
  const sandbox = await startSandbox({ seed: 'time', reportSeconds: 0 });
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-state-'));
  t.after(async () => {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  return {
    sandbox,
    stateDir,
    env: {
      ...sandbox.endpointEnv(),
      KEYTURN_STATE_DIR: stateDir,
      KEYTURN_SANDBOX: sandbox.url,
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    },
    addUser: (name, ageDays) => {
      sandbox.world.addUser(ACCOUNT, { name });
      return sandbox.world.addKey(ACCOUNT, name, { ageDays });
    },
  };
}

const keyturn = (line: string, env: Readonly<Record<string, string>>) =>
  run('keyturn', line.split(' '), env);

describe('keyturn sandbox advance', () => {
  it('moves the clock, says where it is, and tells what the workloads did', async (t) => {
    const { sandbox, env } = await openShell(t);
    const alone = await keyturn('sandbox advance 36h', env);
    assert.equal(alone.code, 0, alone.stderr);
    assert.match(
      alone.stdout,
      /^the sandbox's clock is at \d{4}-\S+Z, 1 day 12 hours ahead of this machine's\n$/,
    );
    assert.equal(sandbox.clock.shiftMs, 1.5 * DAY_MS);
    populate(sandbox.world, ACCOUNT, { users: 5, seed: 1, counts: { due: 5 } });
    populateWorkloads(sandbox, { reads: '20m', calls: '1h' });
    const busy = await keyturn('sandbox advance 10d', env);
    assert.match(busy.stdout, /\n5 workloads made 1,200 calls on the way; none was refused\n$/);
    for (const { keys } of sandbox.world.account(ACCOUNT).users.values()) {
      for (const key of keys) if (key.status === 'Active') key.status = 'Inactive';
    }
    const cutOff = await keyturn('sandbox advance 1h', env);
    assert.match(
      cutOff.stdout,
      / calls on the way; 5 were refused:\n {2}keyturn sandbox workloads\n$/,
    );
    for (const line of ['sandbox clock --json', 'sandbox advance --json']) {
      const told = JSON.parse((await keyturn(line, env)).stdout);
      assert.equal(told.ahead_ms, 11.5 * DAY_MS + HOUR_MS);
      assert.ok(Math.abs(new Date(told.now).getTime() - sandbox.clock.nowMs()) < DAY_MS);
    }
  });

  it('says plainly when there is no sandbox to be moved', async (t) => {
    const other = createServer((_, response) => response.end('{"now":"2026-01-01"}'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const stranger = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['', 3, /error: KEYTURN_SANDBOX is not set, so no sandbox is known \[[a-z-]+\]\n/],
      [
        NOWHERE,
        3,
        /error: no sandbox answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\) \[[a-z-]+\]\n/,
      ],
      [stranger, 3, /error: what answers at http:\S+ is no sandbox of this version \[[a-z-]+\]\n/],
      [
        'https://sts.invalid',
        2,
        /error: KEYTURN_SANDBOX is "https:\/\/sts\.invalid", which is no address/,
      ],
      ['http://192.0.2.1:4599', 2, /is no address of a sandbox on this machine \[bad-value\]\n/],
      [
        'http://user@127.0.0.1:4599',
        2,
        /is no address of a sandbox on this machine \[bad-value\]\n/,
      ],
      ['4599', 2, /is no address of a sandbox on this machine \[bad-value\]\n/],
    ];
    for (const [address, code, message] of cases) {
      const refused = await keyturn('sandbox advance 9d', { KEYTURN_SANDBOX: address });
      assert.equal(refused.code, code, refused.stderr);
      assert.equal(refused.stdout, '');
      assert.match(refused.stderr, message);
      assert.match(refused.stderr, /hint: /);
    }
  });
});

describe('keyturn sandbox --workloads', () => {
  it('prints the environment that its commands need, and its account is at work', async () => {
    const child = start([
      binOf('keyturn'),
      'sandbox',
      '--users',
      '20',
      '--seed',
      'x',
      '--workloads',
    ]);
    const end = finished(child);
    try {
      const env = await new Promise<Record<string, string>>((resolve) => {
        let text = '';
        child.stdout?.on('data', (more: string) => {
          text += more;
          const last = /^export KEYTURN_SANDBOX=.*\n/m.test(text);
          const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
          if (last) resolve(Object.fromEntries(lines.map(([, name, value]) => [name, value])));
        });
      });
      assert.equal(env.KEYTURN_SANDBOX, env.AWS_ENDPOINT_URL);
      const { stdout } = await keyturn('sandbox advance 9d', env);
      assert.match(stdout, /\n\d+ workloads made [\d,]+ calls on the way; none was refused\n$/);
      const deliver = [
        '--deliver',
        'secrets-manager=app/{user}',
        '--dry-run',
        '--log-level',
        'error',
      ];
      const foretold = await run('rotate-iam-keys', deliver, env);
      assert.equal(foretold.code, 0, foretold.stderr);
      assert.match(foretold.stdout, /^Would rotate \d+ keys$/m);
      assert.doesNotMatch(foretold.stdout, /not-deliverable/);
    } finally {
      child.kill('SIGTERM');
      const { stderr } = await end;
      assert.match(stderr, /\n\d+ workloads use its keys, and \d+ secrets app\/USER hold them\n/);
    }
  });
});

describe('keyturn sandbox workloads', () => {
  it('tells who holds which key, starts and restarts some, and says what the sandbox refuses', async (t) => {
    const { sandbox, env } = await openShell(t);
    const none = await keyturn('sandbox workloads', env);
    assert.match(none.stdout, /^no workloads; /);
    const counts = { due: 3 };
    const { users } = populate(sandbox.world, ACCOUNT, { users: 3, seed: 1, counts });
    populateWorkloads(sandbox, { reads: 'never', calls: '1h' });
    const [{ name } = { name: '' }] = users;
    const more = `name=more,place=secrets-manager=app/${name},reads=each-call,calls=1d,service=s3`;
    const added = await keyturn(
      `sandbox workloads --json --add ${more} --restart ${name},more`,
      env,
    );
    assert.equal(added.code, 0, added.stderr);
    const document = JSON.parse(added.stdout);
    assert.deepEqual(document.totals, { workloads: 4, reads: 6, calls: 0, refused: 0 });
    const told = document.workloads.find((each: { name: string }) => each.name === 'more');
    const [key] = sandbox.world.user(ACCOUNT, name).keys;
    assert.deepEqual([told.key_id, told.service, told.reads], [key?.id, 's3', 'each-call']);
    await keyturn('sandbox advance 2d', env);
    const page = (await keyturn('sandbox workloads', env)).stdout;
    assert.match(page, /^workload +place +.*\n/);
    assert.match(page, new RegExp(`^${name} .* ${key?.id} +48 +0$`, 'm'));
    assert.match(page, /\n\n4 workloads at \S+Z: 146 calls, 0 refused\n$/);
    for (const flags of [`--add ${more}`, '--add name=x,place=vault=x', '--restart nobody']) {
      const refused = await keyturn(`sandbox workloads ${flags}`, env);
      assert.equal(refused.code, 2, refused.stdout);
      assert.match(refused.stderr, /error: the sandbox refuses that: workload: /);
    }
  });
});

describe('the commands of its shell', () => {
  it("rotate by the sandbox's time, while signatures keep the machine's", async (t) => {
    const { sandbox, env, stateDir, addUser } = await openShell(t);
    const key = addUser('svc-shop', 85);
    const rotate = async () => {
      const args = ['--output-format', 'json', '--log-level', 'error'];
      const { stdout } = await run('rotate-iam-keys', args, env);
      return JSON.parse(stdout);
    };
    assert.deepEqual((await rotate()).rotated_keys, []);
    sandbox.advance(9 * DAY_MS);
    const report = await rotate();
    assert.equal(report.rotated_keys[0].old_key_id, key.id);
    assert.equal(report.rotated_keys[0].success, true);
    assert.equal(report.rotated_keys[0].age_days, 94);
    const aheadMs = new Date(report.execution_time).getTime() - Date.now();
    assert.ok(Math.abs(aheadMs - 9 * DAY_MS) < DAY_MS, String(aheadMs));
    const journal = readFileSync(join(stateDir, ACCOUNT, 'journal.jsonl'), 'utf8');
    const first = journal.split('\n').find((line) => line !== '');
    const at = new Date(JSON.parse(first ?? '').at).getTime();
    assert.ok(Math.abs(at - sandbox.clock.nowMs()) < DAY_MS);
  });

  it('delete a replaced key once its hold is over in the sandbox', async (t) => {
    const { sandbox, env, addUser } = await openShell(t);
    const key = addUser('svc-shop', 100);
    const rotate = (more: readonly string[]) =>
      run('rotate-iam-keys', ['--log-level', 'error', '--cleanup-inactive', ...more], env);
    assert.equal((await rotate([])).code, 0);
    const statusOf = () =>
      sandbox.world.user(ACCOUNT, 'svc-shop').keys.find(({ id }) => id === key.id)?.status;
    // Whatever else a rotation waits for, it is over after a year; a day more than the hold later it may go.
    sandbox.advance(29 * DAY_MS);
    assert.equal((await rotate([])).code, 0);
    assert.equal(statusOf(), 'Inactive');
    sandbox.advance(31 * DAY_MS);
    assert.equal((await rotate([])).code, 0);
    assert.equal(statusOf(), undefined);
  });

  it('edit a credentials file whose backup is named by the machine', async (t) => {
    const { sandbox, env, addUser, backups, keyIn } = await openHome(t);
    const key = addUser('work');
    sandbox.advance(400 * DAY_MS);
    const followed = { ...env, KEYTURN_SANDBOX: sandbox.url };
    const { code, stderr } = await run('keyctl', ['work', '--yes'], followed);
    assert.equal(code, 0, stderr);
    assert.notEqual(keyIn('work'), key.id);
    const [backup = ''] = backups();
    const year = /backup\.(\d{4})/.exec(backup)?.[1];
    assert.ok(Math.abs(Number(year) - new Date().getFullYear()) < 1, backup);
  });

  it('enter the accounts of an organization after the clock was moved', async (t) => {
    const { sandbox, env } = await openShell(t);
    addOrganization(sandbox.world, { seed: 1, members: 3, users: 4 });
    sandbox.advance(30 * DAY_MS);
    const args = ['--organization', '--dry-run', '--output-format', 'json', '--log-level', 'error'];
    const { code, stdout, stderr } = await run('rotate-iam-keys', args, env);
    assert.equal(code, 0, stderr);
    const { accounts_examined, accounts_failed } = JSON.parse(stdout).summary;
    assert.deepEqual([accounts_examined, accounts_failed], [4, 0]);
    // A session that was opened by the moved clock ends within an hour by the clock that signs.
    const sessions = [...sandbox.world.sessions.values()];
    assert.equal(sessions.length, 3);
  });

  it('refuse every other endpoint, with no guard set, before anything is sent', async (t) => {
    const { sandbox, env } = await openShell(t);
    sandbox.advance(400 * DAY_MS);
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-config-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, 'config');
    writeFileSync(
      config,
      '[profile real]\nregion = us-east-1\nendpoint_url = https://iam.invalid\n' +
        `[profile mixed]\nservices = mixed\nendpoint_url = ${sandbox.url}\n` +
        '[services mixed]\niam =\n  endpoint_url = https://iam.invalid\n',
    );
    const free: Record<string, string> = { ...env, KEYTURN_ENDPOINT_GUARD: '' };
    const { AWS_ENDPOINT_URL: url = '', ...elsewhere } = free;
    const attempts: readonly (readonly [string[], Record<string, string>])[] = [
      // Only here AWS itself would be asked, so a test keeps the guard.
      [[], { ...elsewhere, KEYTURN_ENDPOINT_GUARD: 'loopback' }],
      [[], { ...elsewhere, AWS_ENDPOINT_URL: 'https://iam.invalid' }],
      [[], { ...elsewhere, AWS_ENDPOINT_URL: NOWHERE }],
      [[], { ...free, AWS_ENDPOINT_URL_STS: 'https://sts.invalid' }],
      [
        [],
        { ...env, KEYTURN_ENDPOINT_GUARD: 'loopback', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      ],
      [['--profile', 'real'], { ...elsewhere, AWS_CONFIG_FILE: config }],
      [['--profile', 'mixed'], { ...elsewhere, AWS_CONFIG_FILE: config }],
    ];
    for (const [flags, given] of attempts) {
      const args = [...flags, '--dry-run', '--output-format', 'json'];
      const { code, stdout, stderr } = await run('rotate-iam-keys', args, given);
      assert.equal(code, 3, stderr);
      const [error] = JSON.parse(stdout).errors;
      assert.equal(error.code, 'endpoint-guard');
      assert.match(error.message, new RegExp(`^KEYTURN_SANDBOX=${url} gives this command`));
    }
    assert.deepEqual(sandbox.requests.list(), []);
  });

  it('do nothing without the sandbox that they belong to, but help and lists work', async (t) => {
    const { env } = await openShell(t);
    const lost = { ...env, KEYTURN_SANDBOX: NOWHERE };
    const { code, stdout } = await run('rotate-iam-keys', ['--output-format', 'json'], lost);
    assert.equal(code, 3);
    assert.equal(JSON.parse(stdout).errors[0].code, 'no-sandbox');
    const { folder, env: home } = await openHome(t);
    const laptop = { ...home, KEYTURN_SANDBOX: NOWHERE, HOME: folder };
    mkdirSync(join(folder, 'state'), { mode: 0o700, recursive: true });
    assert.equal((await run('keyctl', ['work', '--yes'], laptop)).code, 3);
    const free: readonly (readonly ['keyturn' | 'keyctl' | 'rotate-iam-keys', string[]])[] = [
      ['keyturn', ['--help']],
      ['keyturn', ['status', '--help']],
      ['keyturn', ['policy', 'admin']],
      ['keyturn', ['compact']],
      ['rotate-iam-keys', ['--version']],
      ['keyctl', ['--help']],
      ['keyctl', ['--list']],
    ];
    for (const [program, args] of free) {
      const { code, stderr } = await run(program, args, laptop);
      assert.equal(code, 0, `${program} ${args.join(' ')}: ${stderr}`);
    }
  });
});

describe('other clients of a sandbox that was moved ahead', () => {
  it('the AWS CLI signs by the real time, and is accepted', {
    skip: skipWithoutAwsCli(),
  }, async (t) => {
    const { sandbox } = await openShell(t);
    sandbox.advance(400 * DAY_MS);
    const credentials = administrator(sandbox);
    const probe = { sandbox, service: 'iam', operation: '', credentials } as const;
    const made = await runAwsCli(probe, ['iam', 'create-user', '--user-name', 'svc-cli']);
    assert.equal(made.exitCode, 0, made.stderr);
    const date = new Date(JSON.parse(made.stdout).User.CreateDate).getTime();
    assert.ok(Math.abs(date - sandbox.clock.nowMs()) < DAY_MS);
  });

  it('boto3 too, and a session that it opens ends when it believes so', {
    skip: skipWithoutBoto3(),
  }, async (t) => {
    const { sandbox } = await openShell(t);
    sandbox.world.addRole(ACCOUNT, { name: 'Reader', administrator: true });
    sandbox.advance(400 * DAY_MS);
    const told = (await runPython(SESSION_SCRIPT, {
      url: sandbox.url,
      key: administrator(sandbox),
      role: `arn:aws:iam::${ACCOUNT}:role/Reader`,
    })) as { readonly arn: string; readonly leftSeconds: number };
    assert.match(told.arn, /assumed-role\/Reader\/test$/);
    assert.ok(told.leftSeconds > 3000 && told.leftSeconds <= 3601, String(told.leftSeconds));
  });
});

const SESSION_SCRIPT = `
import boto3, json, sys, datetime
given = json.load(sys.stdin)
def client(service, id, secret, token=None):
    return boto3.client(service, endpoint_url=given['url'], region_name='us-east-1',
        aws_access_key_id=id, aws_secret_access_key=secret, aws_session_token=token)
sts = client('sts', given['key']['accessKeyId'], given['key']['secretAccessKey'])
session = sts.assume_role(RoleArn=given['role'], RoleSessionName='test')['Credentials']
own = client('sts', session['AccessKeyId'], session['SecretAccessKey'], session['SessionToken'])
left = session['Expiration'] - datetime.datetime.now(datetime.timezone.utc)
json.dump({'arn': own.get_caller_identity()['Arn'], 'leftSeconds': left.total_seconds()}, sys.stdout)
`;
