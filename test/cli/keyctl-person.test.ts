// keyctl as somebody at a laptop meets it, from the command line to a sandbox: policies that demand MFA, keys
// that are dead, several profiles at once, and commands that are pasted as they were printed.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import { keyctlReportSchema } from '../../src/reports/keyctl-report.ts';
import { DEFAULT_ACCOUNT_ID, type PolicyDocument } from '../../src/sandbox/index.ts';
import { type Home, openHome } from './keyctl-home.ts';
import { binOf, run, shell } from './process.ts';
import { KEY, sit, skipWithoutTerminal } from './terminal.ts';

const skip = skipWithoutTerminal();
const DEVICE = `arn:aws:iam::${DEFAULT_ACCOUNT_ID}:mfa/ada`;
const ADA = `arn:aws:iam::${DEFAULT_ACCOUNT_ID}:user/ada`;

/** As AWS's documentation advises for users who manage themselves. */
function demandsMfa(...free: readonly string[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iam:*', Resource: [ADA, '*'] },
      {
        Effect: 'Deny',
        NotAction: [...free, 'sts:GetSessionToken'],
        Resource: '*',
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      },
    ],
  };
}

/** Ada, who may do nothing with her keys unless she signed in with a code. */
function addAda(home: Home, policy: PolicyDocument, extra = '') {
  const { world } = home.sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada', policies: { own: policy }, mfaSerial: DEVICE });
  const key = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 200 });
  writeProfile(home, 'ada', key, extra);
  return key;
}

function writeProfile(
  home: Home,
  profile: string,
  { id, secret }: { readonly id: string; readonly secret: string },
  extra = '',
): void {
  const text = `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n${extra}`;
  appendFileSync(home.credentials, text);
}

/** The commands that a page or a hint prints, each on a line of its own. */
function printedCommands(text: string): string[] {
  return [...text.matchAll(/^ +((?:env \S+ )?(?:keyctl|keyturn|aws) .*)$/gm)].map(
    ([, line = '']) => line,
  );
}

/** Runs a printed command as a shell does. */
function paste(line: string, home: Home, program = '/bin/sh') {
  const words = line.replaceAll(/(^|\s)(keyctl|keyturn)(?= )/g, (_, before, program) => {
    return `${before}"$NODE" ${binOf(program)}`;
  });
  const script = join(home.folder, 'pasted');
  writeFileSync(script, words);
  return shell(`exec ${program} ${script}`, home.env);
}

async function json(home: Home, args: readonly string[], env = home.env) {
  const { stdout, stderr, code } = await run('keyctl', [...args, '--json'], env);
  return { code, stderr, report: keyctlReportSchema.parse(JSON.parse(stdout)) };
}

describe('a policy that demands MFA', { concurrency: 2 }, () => {
  for (const [what, policy, extra] of [
    ['the profile names the device', demandsMfa(), `mfa_serial = ${DEVICE}\n`],
    ['IAM tells the device', demandsMfa('iam:ListMFADevices'), ''],
    // Reading is free, and changing is not.
    ['only CreateAccessKey is denied', demandsMfa('iam:List*', 'iam:Get*'), ''],
  ] as const) {
    test(`${what}: a terminal asks for the code, and rotates`, { skip }, async (t) => {
      const home = await openHome(t);
      const old = addAda(home, policy, extra);
      const sitting = await sit(
        [process.execPath, binOf('keyctl'), 'ada'],
        [[`${DEVICE}:`, `123456${KEY.enter}`]],
        home.env,
      );
      assert.equal(sitting.missing, null, sitting.text);
      assert.equal(sitting.code, 0, sitting.text);
      assert.match(sitting.text, /AWS denied that; it may allow it with MFA/);
      assert.notEqual(home.keyIn('ada'), old.id);
    });

    test(`${what}: without a terminal --mfa-code is named, and works`, async (t) => {
      const home = await openHome(t);
      const old = addAda(home, policy, extra);
      const denied = await json(home, ['ada']);
      assert.notEqual(denied.code, 0);
      assert.match(denied.report.error?.hint ?? '', new RegExp(`add --mfa-code .* ${DEVICE}`));
      const done = await json(home, ['ada', '--mfa-code', '654321']);
      assert.equal(done.code, 0, done.stderr);
      assert.notEqual(home.keyIn('ada'), old.id);
    });
  }

  test('nothing names a device: the profile should', async (t) => {
    const home = await openHome(t);
    addAda(home, demandsMfa());
    const { report } = await json(home, ['ada']);
    assert.match(report.error?.hint ?? '', /if that policy demands MFA, add mfa_serial = ARN/);
    const { report: coded } = await json(home, ['ada', '--mfa-code', '123456']);
    assert.equal(coded.error?.code, 'bad-value');
    assert.match(coded.error?.message ?? '', /names no mfa_serial, and AWS lists no device/);
  });

  test('leaving the question tells what was denied', { skip }, async (t) => {
    const home = await openHome(t);
    addAda(home, demandsMfa('iam:ListMFADevices'));
    const sitting = await sit(
      [process.execPath, binOf('keyctl'), 'ada'],
      [[`${DEVICE}:`, KEY.ctrlC]],
      home.env,
    );
    assert.match(sitting.text.replaceAll(/\s+/g, ' '), /error: .*explicit deny/);
    assert.match(sitting.text, /hint: if a policy demands MFA, add --mfa-code/);
    assert.match(sitting.text, /keyctl: nothing was changed/);
    assert.equal(sitting.code, 130);
  });

  test('leaving the question about one of several profiles leaves all', { skip }, async (t) => {
    const home = await openHome(t);
    const key = addAda(home, demandsMfa('iam:ListMFADevices'));
    writeProfile(home, 'again', key);
    const sitting = await sit(
      [process.execPath, binOf('keyctl'), 'ada', 'again'],
      [[`${DEVICE}:`, KEY.ctrlC]],
      home.env,
    );
    assert.equal(sitting.code, 130);
  });

  test('a code that was used is refused as what it is', async (t) => {
    const home = await openHome(t);
    addAda(home, demandsMfa(), `mfa_serial = ${DEVICE}\n`);
    home.sandbox.world.spentCodes.add(`${DEVICE} 123456`);
    const { report, code } = await json(home, ['ada', '--mfa-code', '123456']);
    assert.deepEqual([code, report.error?.code], [3, 'mfa-refused']);
    assert.match(report.error?.hint ?? '', /each code is taken once: wait for the next one/);
    assert.doesNotMatch(report.error?.hint ?? '', /grant/);
  });

  test('every command that is printed asks for the next code, and works', { skip }, async (t) => {
    const home = await openHome(t);
    const old = addAda(home, demandsMfa('iam:ListMFADevices'));
    const { stdout } = await run('keyctl', ['ada', '--mfa-code', '111111'], home.env);
    const [undo = ''] = printedCommands(stdout);
    const words = undo.split(' ').slice(1);
    const sitting = await sit(
      [process.execPath, binOf('keyctl'), ...words],
      [[`${DEVICE}:`, `222222${KEY.enter}`]],
      home.env,
    );
    assert.equal(sitting.code, 0, sitting.text);
    assert.equal(home.keyIn('ada'), old.id);
  });

  test('several profiles of one user take one code', async (t) => {
    const home = await openHome(t);
    const key = addAda(home, demandsMfa(), `mfa_serial = ${DEVICE}\n`);
    home.addUser('bob');
    writeProfile(home, 'copy', key, `mfa_serial = ${DEVICE}\n`);
    const args = ['-a', 'ada', '-k', 'ada', 'copy', '--mfa-code', '123456'];
    const { code, report } = await json(home, args);
    assert.equal(code, 0);
    assert.deepEqual(
      report.results?.map(({ success }) => success),
      [true, true],
    );
  });
});

test('a session of the same user signs where AWS does not say whose key it is', async (t) => {
  const home = await openHome(t);
  const user = 'ada';
  const policy = policyDocument('self-service');
  const noLastUse: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [
      ...policy.Statement,
      { Effect: 'Deny', Action: 'iam:GetAccessKeyLastUsed', Resource: '*' },
    ],
  };
  const old = addAda(home, noLastUse, `mfa_serial = ${DEVICE}\n`);
  const { code, report } = await json(home, ['ada', '--mfa-code', '123456']);
  assert.equal(code, 0, report.error?.message);
  assert.deepEqual([report.user_name, report.current_key_id], [user, old.id]);
});

describe('where AWS does not say whose key it is, the user who signs is asked for', {
  concurrency: 2,
}, () => {
  const withoutLastUse: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iam:CreateAccessKey', 'iam:ListAccessKeys', 'iam:DeleteAccessKey'],
        Resource: '*',
      },
    ],
  };

  test('by a session that another profile holds', async (t) => {
    const home = await openHome(t);
    const old = home.addUser('work', { user: 'ada', policy: withoutLastUse });
    const { world } = home.sandbox;
    const user = world.user(DEFAULT_ACCOUNT_ID, 'ada');
    const session = world.openSession(DEFAULT_ACCOUNT_ID, 3600, { principal: { user }, mfa: true });
    const token = `aws_session_token = ${session.token}\n`;
    writeProfile(home, 'session', { id: session.accessKeyId, secret: session.secret }, token);
    const { code, report } = await json(home, ['-a', 'session', '-t', 'work']);
    assert.equal(code, 0, report.error?.message);
    assert.deepEqual([report.user_name, report.current_key_id], ['ada', old.id]);
  });

  test('by another key of the user', async (t) => {
    const home = await openHome(t);
    const first = home.addUser('work', { user: 'ada', policy: withoutLastUse });
    const second = home.sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 100 });
    writeProfile(home, 'home', second);
    const { code, report } = await json(home, ['-a', 'home', '-k', '-t', 'work']);
    assert.equal(code, 0, report.error?.message);
    assert.deepEqual([report.user_name, report.current_key_id], ['ada', first.id]);
  });

  test('by the new key, when the pair that it replaced is put back', async (t) => {
    const home = await openHome(t);
    const old = home.addUser('work', { user: 'ada', policy: withoutLastUse });
    const rotated = await run('keyctl', ['work'], home.env);
    assert.equal(rotated.code, 0, rotated.stderr);
    const [undo = ''] = printedCommands(rotated.stdout);
    const undone = await paste(undo, home);
    assert.equal(undone.code, 0, undone.stderr);
    assert.equal(home.keyIn('work'), old.id);
  });
});

describe('a key that cannot be rotated is said as what it is', { concurrency: 4 }, () => {
  test('deleted, after an older copy of the file was put back', async (t) => {
    const home = await openHome(t);
    home.addUser('admin', { policy: policyDocument('admin') });
    const old = home.addUser('prod');
    const before = readFileSync(home.credentials, 'utf8');
    assert.equal((await run('keyctl', ['prod'], home.env)).code, 0);
    const successor = home.keyIn('prod') ?? '';
    await run('keyctl', ['finish', '-t', 'prod', '--now'], home.env);
    const deleted = await run('keyctl', ['finish', '-t', 'prod', '--delete'], home.env);
    assert.equal(deleted.code, 0, deleted.stderr);
    writeFileSync(home.credentials, before);
    for (const args of [['prod'], ['-a', 'admin', '-t', 'prod']]) {
      const { code, report } = await json(home, args);
      assert.equal(code, 3);
      const { message = '', hint } = report.error ?? {};
      assert.match(
        message,
        new RegExp(`^${old.id} of profile prod was replaced by ${successor} and deleted`),
      );
      assert.match(hint ?? '', /an older copy of .* may have been put back/);
      assert.match(
        hint ?? '',
        new RegExp(`credentials\\.backup\\.\\S+ holds the pair of ${successor}`),
      );
      assert.doesNotMatch(hint ?? '', /--user|grant/);
    }
  });

  test('deleted, and nobody knows more', async (t) => {
    const home = await openHome(t);
    home.addUser('admin', { policy: policyDocument('admin') });
    home.addUser('prod');
    const { world } = home.sandbox;
    const text = readFileSync(home.credentials, 'utf8');
    writeFileSync(home.credentials, text.replace(home.keyIn('prod') ?? '', 'AKIAIOSFODNN7EXAMPLE'));
    assert.equal(world.keys.has('AKIAIOSFODNN7EXAMPLE'), false);
    const { report } = await json(home, ['-a', 'admin', '-t', 'prod']);
    assert.equal(report.error?.code, 'unknown-owner');
    assert.match(
      report.error?.hint ?? '',
      /AWS answers alike for a key that is deleted or of another/,
    );
  });

  test('Inactive, and an administrator rotates: that is what is said', async (t) => {
    const home = await openHome(t);
    home.addUser('admin', { policy: policyDocument('admin') });
    const old = home.addUser('prod');
    const [key] = home.sandbox.world.user(DEFAULT_ACCOUNT_ID, 'prod').keys;
    if (key !== undefined) key.status = 'Inactive';
    const dry = await run('keyctl', ['-a', 'admin', '-t', 'prod', '--dry-run'], home.env);
    assert.doesNotMatch(dry.stdout, /stay Active|still Active/);
    assert.match(dry.stdout.replaceAll(/\s+/g, ' '), /The old key is Inactive already/);
    const done = await run('keyctl', ['-a', 'admin', '-t', 'prod'], home.env);
    assert.equal(done.code, 0, done.stderr);
    assert.doesNotMatch(done.stdout, /still Active/);
    assert.match(done.stdout, new RegExp(`${old.id} +Inactive`));
  });

  test('denied by a service control policy: a grant is not the hint', async (t) => {
    const home = await openHome(t);
    home.addUser('prod');
    home.sandbox.world.account(DEFAULT_ACCOUNT_ID).serviceControlPolicies.push({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' },
      ],
    });
    const { report } = await json(home, ['prod']);
    assert.match(report.error?.message ?? '', /explicit deny in a service control policy/);
    assert.match(report.error?.hint ?? '', /whoever administers the organization can/);
    assert.doesNotMatch(report.error?.hint ?? '', /grant iam|MFA/);
  });

  test("the root user's: delete it, and the command works as printed", async (t) => {
    const home = await openHome(t);
    const env = { ...home.env, AWS_ENDPOINT_URL: await rootService(t) };
    writeProfile(home, 'boss', { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'x'.repeat(40) });
    const { code, report } = await json(home, ['boss'], env);
    assert.deepEqual([code, report.error?.code], [3, 'root-key']);
    assert.match(
      report.error?.message ?? '',
      /root user, which is not rotated: it should not exist/,
    );
    assert.match(
      report.error?.hint ?? '',
      /\n {2}aws iam delete-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --profile boss$/,
    );
  });
});

/** Answers every GetCallerIdentity as for the root user, whom no sandbox has. */
async function rootService(t: TestContext): Promise<string> {
  const body = `<GetCallerIdentityResponse><GetCallerIdentityResult>
    <Arn>arn:aws:iam::${DEFAULT_ACCOUNT_ID}:root</Arn><UserId>${DEFAULT_ACCOUNT_ID}</UserId><Account>${DEFAULT_ACCOUNT_ID}</Account>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('several profiles in one command', { concurrency: 4 }, () => {
  test('each has its result, and one that fails keeps none from its turn', async (t) => {
    const home = await openHome(t);
    for (const name of ['dev1', 'dev2', 'dev3']) home.addUser(name);
    const [key] = home.sandbox.world.user(DEFAULT_ACCOUNT_ID, 'dev2').keys;
    if (key !== undefined) key.status = 'Inactive';
    const before = ['dev1', 'dev2', 'dev3'].map((name) => home.keyIn(name));
    const { code, stdout, stderr } = await run('keyctl', ['dev1', 'dev2', 'dev3'], home.env);
    assert.equal(code, 1);
    assert.match(stdout, /^Rotated: dev1, .*^Rotated: dev3, /ms);
    assert.match(stdout, /\n2 of 3 profiles done; not: dev2\n$/);
    assert.match(stderr, /keyctl: error: dev2: /);
    const after = ['dev1', 'dev2', 'dev3'].map((name) => home.keyIn(name));
    assert.deepEqual(
      after.map((id, index) => id === before[index]),
      [false, true, false],
    );
  });

  test('leaving a question says of which profiles nothing was changed', { skip }, async (t) => {
    const home = await openHome(t);
    for (const name of ['dev1', 'dev2', 'dev3']) home.addUser(name);
    const old = home.keyIn('dev1');
    home.sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'dev2', { ageDays: 300, status: 'Inactive' });
    const sitting = await sit(
      [process.execPath, binOf('keyctl'), 'dev1', 'dev2', 'dev3'],
      [['[y/N]', KEY.enter]],
      home.env,
    );
    assert.equal(sitting.code, 130);
    assert.match(sitting.text, /keyctl: dev2, dev3: nothing was changed\s*$/);
    assert.notEqual(home.keyIn('dev1'), old);
  });

  test('one JSON object holds all, and what was changed once more', async (t) => {
    const home = await openHome(t);
    home.addUser('admin', { policy: policyDocument('admin') });
    for (const name of ['dev1', 'dev2']) home.addUser(name);
    const { code, report } = await json(home, ['-a', 'admin', '-t', 'dev1', '-t', 'dev2']);
    assert.equal(code, 0);
    assert.deepEqual([report.command, report.success, report.profile], ['rotate', true, null]);
    assert.deepEqual(
      report.results?.map(({ profile, auth_profile: auth }) => [profile, auth]),
      [
        ['dev1', 'admin'],
        ['dev2', 'admin'],
      ],
    );
    assert.equal(report.summary.changes.created, 2);
    assert.deepEqual(
      report.changes.map(({ username }) => username),
      ['dev1', 'dev2'],
    );
  });

  test('a name that is not there is told before the first key is changed', async (t) => {
    const home = await openHome(t);
    home.addUser('dev1');
    const { code, stderr } = await run('keyctl', ['dev1', 'dve1'], home.env);
    assert.equal(code, 3);
    assert.match(stderr, /profile "dve1" is in neither .*\n.*did you mean dev1/);
    const { stderr: slip } = await run('keyctl', ['undoo', 'dev1'], home.env);
    assert.match(slip, /did you mean keyctl undo\?/);
    assert.deepEqual(home.sandbox.requests.list(), []);
  });

  for (const [word, meant] of [
    ['rotate', 'keyctl PROFILE'],
    ['list', 'keyctl -l'],
    ['help', 'keyctl --help'],
    ['rollback', 'keyctl undo'],
  ] as const) {
    test(`what another tool calls ${word} is ${meant}`, async (t) => {
      const home = await openHome(t);
      home.addUser('ada');
      const { report, code } = await json(home, [word, 'ada']);
      assert.deepEqual([code, report.error?.hint], [3, `did you mean ${meant}?`]);
    });
  }
});

test('dry runs of undo and finish change nothing, and say what would happen', async (t) => {
  const home = await openHome(t);
  const old = home.addUser('prod');
  await run('keyctl', ['prod'], home.env);
  const file = readFileSync(home.credentials, 'utf8');
  const writes = home.sandbox.requests.writes().length;
  const undo = await run('keyctl', ['undo', '-t', 'prod', '--dry-run'], home.env);
  assert.equal(undo.code, 0, undo.stderr);
  assert.match(undo.stdout, new RegExp(`^Would undo: prod, .*\n${old.id} would go back`));
  const finish = await run('keyctl', ['finish', '-t', 'prod', '--now', '--dry-run'], home.env);
  assert.match(finish.stdout, new RegExp(`^Would make Inactive: ${old.id} of IAM user prod`));
  const early = await json(home, ['finish', '-t', 'prod', '--dry-run']);
  assert.deepEqual([early.code, early.report.error?.code], [1, 'still-in-use']);
  const { report } = await json(home, ['undo', '-t', 'prod', '--dry-run']);
  assert.deepEqual(report.planned_undo?.restored_key_id, old.id);
  assert.equal(report.undo, undefined);
  assert.equal(readFileSync(home.credentials, 'utf8'), file);
  assert.equal(home.sandbox.requests.writes().length, writes);
});

describe('every command that is printed works when it is pasted', { concurrency: 4 }, () => {
  for (const profile of ['-dash', "o'neil team", 'müller', 'undo', '$HOME']) {
    test(`profile ${profile}`, async (t) => {
      const home = await openHome(t);
      const old = home.addUser(profile, { user: 'ada' });
      const { code, stdout, stderr } = await run('keyctl', [`-t=${profile}`], home.env);
      assert.equal(code, 0, stderr);
      const [undo = '', finish = ''] = printedCommands(stdout);
      assert.match(undo, /^keyctl undo /);
      const undone = await paste(undo, home);
      assert.equal(undone.code, 0, undone.stderr);
      assert.equal(home.keyIn(profile), old.id);
      const finished = await paste(`${finish} --now`, home);
      assert.equal(finished.code, 0, finished.stderr);
    });
  }

  test('where ASCII is all that is shown', async (t) => {
    const home = await openHome(t);
    const old = home.addUser('müller', { user: 'ada' });
    const env = { ...home.env, LC_ALL: 'C' };
    const { stdout } = await run('keyctl', ['-t', 'müller'], env);
    assert.match(stdout, /^[ -~\n]*$/);
    const [undo = ''] = printedCommands(stdout);
    // $'...' is how bash, zsh and ksh quote; /bin/sh may be another shell.
    const undone = await paste(undo, home, 'bash');
    assert.equal(undone.code, 0, undone.stderr);
    assert.equal(home.keyIn('müller'), old.id);
  });
});

describe('who signs', { concurrency: 4 }, () => {
  test('AWS_DEFAULT_PROFILE, where AWS_PROFILE is empty, counts like it', async (t) => {
    const home = await openHome(t);
    home.addUser('prod');
    const env = { ...home.env, AWS_PROFILE: '', AWS_DEFAULT_PROFILE: 'prod' };
    const { code, stderr } = await run('keyctl', [], env);
    assert.equal(code, 2);
    assert.match(stderr, /AWS_DEFAULT_PROFILE names prod, .*:\n +keyctl -t prod\n/);
  });

  test('AWS_PROFILE without a terminal: nothing is rotated, and the command is printed', async (t) => {
    const home = await openHome(t);
    const old = home.addUser('prod');
    const { code, stderr } = await run('keyctl', [], { ...home.env, AWS_PROFILE: 'prod' });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /AWS_PROFILE names prod, which is rotated only when you say so:\n +keyctl -t prod\n/,
    );
    assert.equal(home.keyIn('prod'), old.id);
  });

  test('the keys of the environment sign lists and administration', async (t) => {
    const home = await openHome(t);
    const { world } = home.sandbox;
    world.addUser(DEFAULT_ACCOUNT_ID, { name: 'root-ada', administrator: true });
    const admin = world.addKey(DEFAULT_ACCOUNT_ID, 'root-ada');
    const old = home.addUser('dev1');
    const env = {
      ...home.env,
      AWS_ACCESS_KEY_ID: admin.id,
      AWS_SECRET_ACCESS_KEY: admin.secret,
    };
    const list = await json(home, ['--list-all-keys'], env);
    assert.equal(list.code, 0, list.stderr);
    assert.equal(list.report.auth_profile, null);
    const done = await run('keyctl', ['--auth-environment', 'dev1'], env);
    assert.equal(done.code, 0, done.stderr);
    assert.notEqual(home.keyIn('dev1'), old.id);
    assert.match(done.stderr, /signed by +the credentials of the environment/);
    assert.match(done.stdout, /\n {2}keyctl undo --auth-environment -t dev1\n/);
    const undone = await run('keyctl', ['undo', '--auth-environment', '-t', 'dev1'], env);
    assert.equal(undone.code, 0, undone.stderr);
  });
});

describe('keyctl backups', { concurrency: 4 }, () => {
  async function withBackups(t: TestContext): Promise<Home> {
    const home = await openHome(t);
    home.addUser('prod');
    const text = readFileSync(home.credentials, 'utf8');
    for (let day = 10; day < 18; day += 1) {
      writeFileSync(`${home.credentials}.backup.202601${day}_100000`, text, { mode: 0o600 });
    }
    return home;
  }

  test('lists, and deletes nothing', async (t) => {
    const home = await withBackups(t);
    const { code, stdout } = await run('keyctl', ['backups'], home.env);
    assert.equal(code, 0);
    assert.match(stdout, /^8 backups beside .*credentials, with 1 secret\n/);
    assert.match(stdout, /To delete the 3 old ones:\n {2}keyctl backups --prune\n/);
    assert.equal(home.backups().length, 8);
    assert.deepEqual(home.sandbox.requests.list(), []);
  });

  test('prunes only when somebody agrees, and keeps the newest', async (t) => {
    const home = await withBackups(t);
    const unasked = await run('keyctl', ['backups', '--prune'], home.env);
    assert.equal(unasked.code, 2);
    assert.match(
      unasked.stderr,
      /error: there is no terminal to ask in, and no --yes \[not-confirmed\]\n/,
    );
    const { report } = await json(home, ['backups', '--prune', '--dry-run']);
    assert.equal(report.backups?.filter(({ deleted }) => deleted).length, 3);
    assert.equal(home.backups().length, 8);
    const [command = ''] = printedCommands(unasked.stderr);
    const pruned = await paste(command, home);
    assert.equal(pruned.code, 0, pruned.stderr);
    assert.deepEqual(
      home
        .backups()
        .sort()
        .map((name) => name.slice(25, 27)),
      ['13', '14', '15', '16', '17'],
    );
  });

  test('the code of a refusal without a terminal is not-confirmed', async (t) => {
    const home = await withBackups(t);
    const { report } = await json(home, ['backups', '--prune']);
    assert.equal(report.error?.code, 'not-confirmed');
  });

  test('the only copy of a secret that a rotation may need stays, however old', async (t) => {
    const home = await withBackups(t);
    const old = home.keyIn('prod') ?? '';
    assert.equal((await run('keyctl', ['prod'], home.env)).code, 0);
    const text = readFileSync(home.credentials, 'utf8');
    // Somebody took [prod-previous] out, and the backup of the rotation is all that has the pair.
    writeFileSync(home.credentials, text.slice(0, text.indexOf('[prod-previous]')));
    const { report } = await json(home, ['backups', '--keep', '0']);
    const [newest, ...others] = report.backups ?? [];
    assert.match(newest?.why ?? '', new RegExp(`the only copy of the secret of ${old}`));
    assert(others.every(({ deletable }) => deletable));
  });
});
