// keyctl as a user runs it: a real process, the command lines of its documentation as they are
// written there, a file in a home directory, and a sandbox as AWS. Every user has the shipped
// policies and nothing else.

import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import { keyctlReportSchema } from '../../src/reports/keyctl-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { type Home, openHome } from './keyctl-home.ts';
import { binOf, hoursLater, run, shell } from './process.ts';
import { KEY, sit, skipWithoutTerminal } from './terminal.ts';

/** An administrator, and a user whose profile is called like them. */
function people(home: Home): { readonly before: string } {
  home.addUser('admin', { policy: policyDocument('admin') });
  return { before: home.addUser('production').id };
}

function assertRotated(home: Home, before: string, file = home.credentials): void {
  const after = home.keyIn('production', file);
  assert.notEqual(after, before);
  assert.equal(home.keyIn('production-previous', file), before);
  assert.deepEqual(home.keysOf('production'), [
    { id: before, status: 'Active' },
    { id: after, status: 'Active' },
  ]);
}

for (const line of [
  'keyctl production',
  'keyctl -t production',
  'keyctl -a production -t production',
  'keyctl -a admin -t production',
]) {
  test(`as documented: ${line}`, async (t) => {
    const home = await openHome(t);
    const { before } = people(home);
    const { code, stdout, stderr } = await run('keyctl', line.split(' ').slice(1), home.env);
    assert.equal(code, 0, stderr);
    assertRotated(home, before);
    assert.equal(home.backups().length, 1);
    assert.match(stdout, /^Rotated: production, IAM user production\n/);
    const secret = /aws_secret_access_key = (\S+)/.exec(
      readFileSync(home.credentials, 'utf8'),
    )?.[1];
    assert(
      secret !== undefined && !`${stdout}${stderr}`.includes(secret),
      'no secret is said (I8)',
    );
  });
}

test('as documented: keyctl --credentials /path/to/credentials -a admin -t production', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const file = join(home.folder, 'elsewhere');
  renameSync(home.credentials, file);
  const args = ['--credentials', file, '-a', 'admin', '-t', 'production'];
  const { code, stdout, stderr } = await run('keyctl', args, home.env);
  assert.equal(code, 0, stderr);
  assertRotated(home, before, file);
  assert.deepEqual(home.backups(), []);
  assert.match(stdout, new RegExp(`keyctl undo -a admin -t production -c ${file}\n`));
});

test('as documented: a loop over users, signed by the administrator', async (t) => {
  const home = await openHome(t);
  home.addUser('admin', { policy: policyDocument('admin') });
  for (const user of ['dev1', 'dev2', 'dev3']) home.addUser(user);
  const keyctl = `"$NODE" ${binOf('keyctl')}`;
  const line = `for user in dev1 dev2 dev3; do\n    ${keyctl} -a admin -t $user || exit\ndone`;
  const { code, stderr } = await shell(line, home.env);
  assert.equal(code, 0, stderr);
  for (const user of ['dev1', 'dev2', 'dev3']) {
    assert.equal(home.keysOf(user).at(-1)?.id, home.keyIn(user));
    assert.equal(home.keysOf(user).length, 2);
  }
});

test('as documented: keyctl --list, and -k, ask AWS nothing', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  for (const flag of ['--list', '-l', '-k', '--list-keys']) {
    const { code, stdout } = await run('keyctl', [flag], home.env);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^2 profiles, credentials file ${home.credentials}\n`));
    assert.match(stdout, new RegExp(`\n {2}production .*${before}`));
  }
  assert.deepEqual(home.sandbox.requests.list(), []);
});

test('as documented: keyctl alone, two steps in a terminal', {
  skip: skipWithoutTerminal(),
}, async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const sitting = await sit(
    [process.execPath, binOf('keyctl')],
    [
      ['Step 1 of 2', KEY.enter],
      // Age and last use are there while choosing, read with the profile that was chosen first.
      ['production    ', ''],
      ['200 d old, never used', KEY.down + KEY.enter],
      ['Rotate', KEY.enter],
    ],
    home.env,
  );
  assert.equal(sitting.missing, null, sitting.text);
  assert.equal(sitting.code, 0, sitting.text);
  assertRotated(home, before);
});

test('finish makes the old key Inactive, undo brings it back, with the shipped policy', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  await run('keyctl', ['production'], home.env);
  const after = home.keyIn('production');
  const early = await run('keyctl', ['finish', '-t', 'production', '--json'], home.env);
  assert.equal(early.code, 1);
  const refusal = keyctlReportSchema.parse(JSON.parse(early.stdout));
  assert.deepEqual([refusal.command, refusal.error?.code], ['finish', 'still-in-use']);
  const finish = await run('keyctl', ['finish', '-t', 'production', '--now'], home.env);
  assert.equal(finish.code, 0, finish.stderr);
  assert.match(
    finish.stdout,
    new RegExp(`^Made Inactive: ${before} of IAM user production; it can`),
  );
  assert.deepEqual(home.keysOf('production'), [
    { id: before, status: 'Inactive' },
    { id: after, status: 'Active' },
  ]);
  const held = await run('keyctl', ['finish', '-t', 'production'], home.env);
  assert.match(held.stdout, new RegExp(`^Kept: ${before} `));
  const undo = await run('keyctl', ['undo', '-t', 'production'], home.env);
  assert.equal(undo.code, 0, undo.stderr);
  assert.equal(home.keyIn('production'), before);
  assert.equal(home.keyIn('production-previous'), after);
  assert.deepEqual(home.keysOf('production'), [
    { id: before, status: 'Active' },
    { id: after, status: 'Active' },
  ]);
});

test('finish --delete ends the hold: the key, and the profile that kept it, are gone', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  await run('keyctl', ['production'], home.env);
  await run('keyctl', ['finish', 'production', '--now'], home.env);
  const { code, stdout, stderr } = await run(
    'keyctl',
    ['finish', 'production', '--delete'],
    home.env,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^Deleted: ${before} of IAM user production\\.\n`));
  assert.match(stdout, /\[production-previous\] was taken out of the file\.\n/);
  assert.equal(home.keyIn('production-previous'), undefined);
});

test('two keys, nobody to ask: refused; --yes deletes the Inactive one, never its own (I6, I7)', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const { world } = home.sandbox;
  const old = { ageDays: 900, status: 'Inactive' } as const;
  const other = world.addKey(DEFAULT_ACCOUNT_ID, 'production', old);
  const refused = await run('keyctl', ['production'], home.env);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    new RegExp(`error: production has two keys already, and ${other.id}`),
  );
  assert.equal(home.keyIn('production'), before);
  const agreed = await run('keyctl', ['production', '--yes'], home.env);
  assert.equal(agreed.code, 0, agreed.stderr);
  assertRotated(home, before);
  assert.match(agreed.stdout, new RegExp(`deleted +${other.id}`));
});

test('--yes never deletes an Active key: it is finished first, and makes room 31 days later (I5, I15)', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const key = home.sandbox.world.keys.get(before);
  const at = new Date(Date.now() - 3 * 86_400_000);
  key?.uses.push({ at, service: 's3', region: 'us-east-1' });
  const rotate = ['-a', 'admin', '-t', 'production', '--yes'];
  const first = await run('keyctl', rotate, home.env);
  assert.equal(first.code, 0, first.stderr);
  const after = home.keyIn('production') ?? '';
  const refused = await run('keyctl', rotate, home.env);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    new RegExp(`the second key, ${before}, is Active, and no Active key`),
  );
  assert.match(refused.stderr, new RegExp(`\n {2}.*keyturn keys deactivate ${before}`));
  assertRotated(home, before);
  assert.equal(home.keyIn('production'), after);
  const finish = ['finish', '-a', 'admin', '-t', 'production'];
  const early = await run('keyctl', finish, home.env);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /add --although-in-use/);
  const finished = await run('keyctl', [...finish, '--although-in-use'], home.env);
  assert.equal(finished.code, 0, finished.stderr);

  const later = { ...home.env, ...hoursLater(home.sandbox, 31 * 24) };
  const agreed = await run('keyctl', rotate, later);
  assert.equal(agreed.code, 0, agreed.stderr);
  assert.match(agreed.stdout, new RegExp(`deleted +${before}`));
  assertRotated(home, after);
});

test('a key that was replaced a moment ago stays where the journal is not at hand, too (I6, I11)', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const at = new Date(Date.now() - 3 * 86_400_000);
  home.sandbox.world.keys.get(before)?.uses.push({ at, service: 's3', region: 'us-east-1' });
  const pair = ['-a', 'admin', '-t', 'production'];
  const first = await run('keyctl', pair, home.env);
  assert.equal(first.code, 0, first.stderr);
  // The file was copied to another machine, or the container was made anew.
  const elsewhere = { ...home.env, KEYTURN_STATE_DIR: join(home.folder, 'another-state') };
  const refused = await run('keyctl', [...pair, '--yes'], elsewhere);
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(
    refused.stderr,
    new RegExp(`the second key, ${before}, is Active, and no Active key`),
  );
  const finished = await run('keyctl', ['finish', ...pair], elsewhere);
  assert.equal(finished.code, 1, finished.stdout);
  assert.match(finished.stderr, /add --although-in-use/);
  assertRotated(home, before);
});

test('a dry run only reads (I12), and leaves no trace on disk', async (t) => {
  const home = await openHome(t);
  people(home);
  const bytes = readFileSync(home.credentials, 'utf8');
  const { code, stdout } = await run('keyctl', ['production', '--dry-run', '--json'], home.env);
  assert.equal(code, 0);
  assert.equal(keyctlReportSchema.parse(JSON.parse(stdout)).plan?.possible, true);
  const operations = home.sandbox.requests.list().map(({ operation }) => operation);
  assert.deepEqual(
    operations.filter((operation) => !/^(?:Get|List)/.test(operation)),
    [],
  );
  assert.equal(readFileSync(home.credentials, 'utf8'), bytes);
  assert.deepEqual(home.backups(), []);
});

test('-k -t and --list-all-keys, as the shipped policies allow', async (t) => {
  const home = await openHome(t);
  const { before } = people(home);
  const own = await run('keyctl', ['-k', '-t', 'production'], home.env);
  assert.match(own.stdout, new RegExp(`${before} .*200 days .*CURRENT, over 90 days`));
  const all = await run('keyctl', ['--list-all-keys', '-a', 'admin', '--json'], home.env);
  const report = keyctlReportSchema.parse(JSON.parse(all.stdout));
  assert.deepEqual(report.unreadable, []);
  assert(report.users?.some(({ user_name: user }) => user === 'production'));
  const denied = await run('keyctl', ['--list-all-keys', '-a', 'production'], home.env);
  assert.equal(denied.code, 3);
  assert.match(denied.stderr, /error: .*iam:ListUsers/i);
});

test('a misspelt profile: the near ones, exit 3, and no call', async (t) => {
  const home = await openHome(t);
  people(home);
  const { code, stderr } = await run('keyctl', ['-t', 'prodcution'], home.env);
  assert.equal(code, 3);
  assert.match(stderr, /hint: did you mean production\?/);
  assert.deepEqual(home.sandbox.requests.list(), []);
});
