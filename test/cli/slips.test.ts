// Slips of the pen: a name that leads nowhere is told as that, before AWS is asked anything.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openHome } from './keyctl-home.ts';
import { type Program, run } from './process.ts';

describe('a credentials file that is named and does not exist', () => {
  for (const words of [
    '-l',
    '-k',
    '--list-all-keys',
    'backups',
    'prod',
    'undo prod',
    'finish prod',
    '',
  ]) {
    it(`keyctl -c typo ${words}`, async (t) => {
      const { folder, env, sandbox } = await openHome(t);
      const path = join(folder, 'typo');
      const args = ['-c', path, ...words.split(' ').filter((word) => word !== '')];
      const { code, stdout, stderr } = await run('keyctl', args, env);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /typo cannot be read: it does not exist \[credentials-file\]/);
      assert.match(stderr, /hint: check the path behind --credentials/);
      assert.equal(stdout, '');
      assert.equal(sandbox.requests.list().length, 0);
    });
  }

  it('is said of the one that the environment names, where a profile is missing', async (t) => {
    const { folder, env } = await openHome(t);
    const named = { ...env, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'typo') };
    for (const [program, ...args] of [
      ['keyctl', 'prod'],
      ['rotate-iam-keys', '--profile', 'prod'],
    ] as const) {
      const { stderr } = await run(program, args, named);
      assert.match(stderr, /typo and \S+config do not exist, and there is no profile elsewhere/);
    }
  });
});

describe('a state directory that is named and does not exist', () => {
  for (const words of ['status', 'status --json', 'history', 'compact']) {
    it(`keyturn ${words}`, async (t) => {
      const { folder, env, sandbox } = await openHome(t);
      const path = join(folder, 'typo');
      const { KEYTURN_STATE_DIR: _, ...others } = env;
      for (const [args, more] of [
        [[...words.split(' '), '--state-dir', path], others],
        [words.split(' '), { ...others, KEYTURN_STATE_DIR: path }],
      ] as const) {
        const { code, stderr } = await run('keyturn', args, more);
        assert.equal(code, 3, stderr);
        assert.match(stderr, /there is no state directory \S+typo \[state-dir\]/);
      }
      assert.equal(existsSync(path), false);
      assert.equal(sandbox.requests.list().length, 0);
    });
  }

  it('is no slip where nobody named it, and nothing was rotated yet', async (t) => {
    const { env, folder } = await openHome(t);
    const { KEYTURN_STATE_DIR: _, ...others } = env;
    const { code, stdout } = await run('keyturn', ['status'], {
      ...others,
      KEYTURN_STATE_DIR: '',
      HOME: folder,
    });
    assert.equal(code, 0);
    assert.match(stdout, /No rotation is open/);
  });
});

it('the beginning of the ID of a run takes six characters, and is refused before AWS is asked', async (t) => {
  const { env, sandbox, folder } = await openHome(t);
  execFileSync('mkdir', ['-m', '700', join(folder, 'state')]);
  const { code, stderr } = await run('keyturn', ['undo', '--run', 'abc12'], env);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /no run has the ID "abc12", and a beginning of one takes 6 characters/);
  assert.match(stderr, /keyturn history/);
  assert.equal(sandbox.requests.list().length, 0);
});

it('a profile that begins with a dash is asked for with "=", and is no call for help', async (t) => {
  const { env } = await openHome(t);
  const { code, stdout, stderr } = await run('keyctl', ['-t', '-dash'], env);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /-t is missing its value .*\n.*begins with "-" needs the "="/);
});

it('AWS_PROFILE that names no profile is told as that', async (t) => {
  const { env, addUser } = await openHome(t);
  addUser('production');
  const named = { ...env, AWS_PROFILE: 'gone' };
  const { code, stderr } = await run('keyctl', [], named);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /AWS_PROFILE names "gone", which is in neither file of profiles/);
  assert.doesNotMatch(stderr, /keyctl -t gone/);
});

describe('a key ID in small letters is the key', () => {
  const COMMANDS: readonly (readonly [Program, string])[] = [
    ['keyturn', 'history KEY'],
    ['keyturn', 'keys deactivate KEY --dry-run'],
    ['keyturn', 'undo KEY --dry-run'],
    ['keyturn', 'rotate KEY --dry-run'],
    ['keyturn', 'recover --orphan KEY --dry-run'],
  ];
  for (const [program, words] of COMMANDS) {
    it(`${program} ${words}`, async (t) => {
      const { env, addUser, sandbox, folder } = await openHome(t);
      execFileSync('mkdir', ['-m', '700', join(folder, 'state')]);
      const key = addUser('production');
      const { id, secret } = sandbox.world.administratorKey();
      const signed = { ...env, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
      const [small, capital] = await Promise.all(
        [key.id.toLowerCase(), key.id].map((word) =>
          run(program, words.replace('KEY', word).split(' '), signed),
        ),
      );
      const plain = (text = '') =>
        text.replaceAll(
          /\S*\d\d:\d\d:\d\d\S*|"?duration.*|\b[\da-f]{8}-[\da-f-]{27}\b|\b(\d+ min )?\d+(\.\d)? s\b/g,
          '',
        );
      assert.equal(small?.code, capital?.code);
      assert.equal(plain(small?.stdout), plain(capital?.stdout));
      assert.equal(plain(small?.stderr), plain(capital?.stderr));
    });
  }
});

it('a pipe as the token file of a profile, or of its source, is refused and not waited for', async (t) => {
  const { env, folder } = await openHome(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const role = 'role_arn = arn:aws:iam::123456789012:role/r\n';
  writeFileSync(
    join(folder, '.aws/config'),
    `[profile w]\n${role}web_identity_token_file = ${pipe}\n[profile v]\n${role}source_profile = w\n`,
  );
  for (const profile of ['w', 'v']) {
    const { code, stderr } = await run('rotate-iam-keys', ['--profile', profile, '--dry-run'], env);
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      /web_identity_token_file of profile w names \S+pipe, which is not a regul/,
    );
  }
});
