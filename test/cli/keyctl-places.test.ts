// Where a credentials file can lie, and what can stand in its place: each is told in one line before a
// key is made, in a dry run too, and nothing hangs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Home, openHome } from './keyctl-home.ts';
import { binOf, type Finished, run, shell } from './process.ts';

const KEYCTL = `"$NODE" ${binOf('keyctl')}`;
const ROOT = dirname(dirname(binOf('keyctl')));

async function homeWithUser(t: TestContext): Promise<Home & { readonly before: string }> {
  const home = await openHome(t);
  const { id: before } = home.addUser('production');
  return { ...home, before };
}

/** One error in one line, a hint, and nothing changed: neither the user's keys nor the file. */
function assertRefused(
  home: Home & { readonly before: string },
  { code, stderr }: Finished,
  says: RegExp,
  exitCode = 3,
): void {
  assert.equal(code, exitCode, stderr);
  assert.match(stderr, says);
  assert.equal(stderr.match(/^keyctl: error: /gm)?.length, 1, stderr);
  assert.deepEqual(home.keysOf('production'), [{ id: home.before, status: 'Active' }]);
}

function assertNothingBeside(home: Home, names: readonly string[]): void {
  assert.deepEqual(readdirSync(dirname(home.credentials)).sort(), [...names].sort());
}

const isRoot = process.getuid?.() === 0;
const NOT_ROOT = 'only root can do that';

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

const noMounts =
  isRoot && succeeds('unshare', '-m', 'true') ? false : 'mounts are not permitted here';

describe('keyctl takes regular files only', () => {
  for (const flag of ['-t', '-l', 'undo -t', 'finish -t', '-k -t']) {
    it(`a pipe without a writer: keyctl ${flag}`, async (t) => {
      const home = await homeWithUser(t);
      const pipe = join(home.folder, 'pipe');
      assert.ok(succeeds('mkfifo', pipe));
      const args = [...flag.split(' '), ...(flag === '-l' ? [] : ['production']), '-c', pipe];
      assertRefused(home, await run('keyctl', args, home.env), /pipe cannot be read: it is a pipe/);
    });
  }

  it('standard input', async (t) => {
    const home = await homeWithUser(t);
    const line = `cat ${home.credentials} | AWS_SHARED_CREDENTIALS_FILE=/dev/stdin ${KEYCTL} production`;
    assertRefused(home, await shell(line, home.env), /\/dev\/stdin cannot be read: it is a pipe/);
  });

  it('a directory', async (t) => {
    const home = await homeWithUser(t);
    const args = ['production', '-c', dirname(home.credentials)];
    assertRefused(home, await run('keyctl', args, home.env), /\.aws cannot be read: it is a dir/);
  });

  it('a socket', async (t) => {
    const home = await homeWithUser(t);
    const path = join(home.folder, 's');
    const server = createServer().listen(path);
    t.after(() => server.close());
    const args = ['production', '-c', path];
    assertRefused(home, await run('keyctl', args, home.env), /cannot be read: it is a socket/);
  });

  it('a device', async (t) => {
    const home = await homeWithUser(t);
    const args = ['production', '-c', '/dev/zero'];
    assertRefused(home, await run('keyctl', args, home.env), /\/dev\/zero .*it is a device/);
  });

  it('a pipe as the config file', async (t) => {
    const home = await homeWithUser(t);
    const pipe = join(home.folder, 'pipe');
    assert.ok(succeeds('mkfifo', pipe));
    const env = { ...home.env, AWS_CONFIG_FILE: pipe };
    assertRefused(
      home,
      await run('keyctl', ['production'], env),
      /pipe cannot be read: it is a pi/,
    );
  });

  for (const [what, extra] of [
    ['AWS_CA_BUNDLE', {}],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r' }],
    [
      'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' },
    ],
  ] as const) {
    it(`a pipe without a writer as ${what}`, async (t) => {
      const home = await homeWithUser(t);
      const pipe = join(home.folder, 'pipe');
      assert.ok(succeeds('mkfifo', pipe));
      const env = { ...home.env, ...extra, [what]: pipe };
      const args = ['--auth-environment', '-t', 'production'];
      const says = new RegExp(`${what} names \\S+pipe, which is not a regular file`);
      // A setting that cannot be used is bad input; credentials that cannot be read keep a run from its start.
      const exitCode = what === 'AWS_CA_BUNDLE' ? 2 : 3;
      assertRefused(home, await run('keyctl', args, env), says, exitCode);
    });
  }

  it('/dev/null is the word for no config file', async (t) => {
    const home = await homeWithUser(t);
    const env = { ...home.env, AWS_CONFIG_FILE: '/dev/null' };
    const { code, stderr } = await run('keyctl', ['production'], env);
    assert.equal(code, 0, stderr);
  });

  it('a home that is no folder has no config file', async (t) => {
    const home = await homeWithUser(t);
    const { AWS_CONFIG_FILE: _, ...env } = home.env;
    const finished = await run('keyctl', ['production', '--dry-run', '-c', home.credentials], {
      ...env,
      HOME: '/dev/null',
    });
    assert.equal(finished.code, 0, finished.stderr);
  });

  it('and so does rotate-iam-keys, which only reads profiles', async (t) => {
    const home = await homeWithUser(t);
    const pipe = join(home.folder, 'pipe');
    assert.ok(succeeds('mkfifo', pipe));
    const env = { ...home.env, AWS_CONFIG_FILE: pipe };
    const { code, stderr } = await run('rotate-iam-keys', ['--dry-run'], env);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /pipe cannot be read: it is a pipe/);
  });
});

describe('what cannot be written is told before a key is made, in a dry run too', () => {
  for (const dryRun of [[], ['--dry-run']]) {
    const name = dryRun.length === 0 ? 'a run' : 'a dry run';

    for (const flag of ['i', 'a']) {
      it(`${name}: chattr +${flag}`, { skip: isRoot ? false : NOT_ROOT }, async (t) => {
        const home = await homeWithUser(t);
        if (!succeeds('chattr', `+${flag}`, home.credentials)) return t.skip('no chattr here');
        t.after(() => succeeds('chattr', `-${flag}`, home.credentials));
        const finished = await run('keyctl', ['production', ...dryRun], home.env);
        assertRefused(home, finished, /immutable or append-only.*\(EPERM\)/);
        const [, mend = ''] = /^\s+sudo (chattr .*)$/m.exec(finished.stderr) ?? [];
        assert.equal((await shell(mend, home.env)).code, 0, finished.stderr);
        assert.equal((await run('keyctl', ['production', ...dryRun], home.env)).code, 0);
      });
    }

    it(`${name}: a folder in which no name may change`, {
      skip: isRoot ? false : NOT_ROOT,
    }, async (t) => {
      const home = await homeWithUser(t);
      const folder = dirname(home.credentials);
      if (!succeeds('chattr', '+i', folder)) return t.skip('no chattr here');
      const finished = await run('keyctl', ['production', ...dryRun], home.env);
      succeeds('chattr', '-i', folder);
      assertRefused(home, finished, /\.aws takes no lock file: operation not permitted \(EPERM\)/);
      assert.match(finished.stderr, /hint: .*a lock and a backup are made in that folder/);
    });

    it(`${name}: a file that is mounted read-only`, { skip: noMounts }, async (t) => {
      const home = await homeWithUser(t);
      const finished = await inMount(home, `production ${dryRun.join(' ')}`, ',ro');
      assertRefused(home, finished, /something is mounted on it.*read-only \(EROFS\)/);
      assertNothingBeside(home, ['credentials', 'elsewhere']);
    });

    it(`${name}: a file system that is read-only`, { skip: noMounts }, async (t) => {
      const home = await homeWithUser(t);
      const folder = dirname(home.credentials);
      const line = `mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder} && exec ${KEYCTL} production ${dryRun.join(' ')}`;
      assertRefused(home, await privately(line, home), /read-only \(EROFS\)/);
    });

    it(`${name}: a full disk`, { skip: noMounts }, async (t) => {
      const home = await homeWithUser(t);
      const folder = dirname(home.credentials);
      const line = `text=$(cat ${home.credentials}) && mount -t tmpfs -o size=12k tmpfs ${folder} && echo "$text" > ${home.credentials} && exec ${KEYCTL} production ${dryRun.join(' ')}`;
      assertRefused(home, await privately(line, home), /takes no such file: no space left/);
    });

    it(`${name}: a mounted file on a full disk`, { skip: noMounts }, async (t) => {
      const home = await homeWithUser(t);
      const small = join(home.folder, 'small');
      mkdirSync(small);
      const line = `mount -t tmpfs -o size=4k tmpfs ${small} && cp -p ${home.credentials} ${small}/c && mount --bind ${small}/c ${home.credentials} && exec ${KEYCTL} production ${dryRun.join(' ')}`;
      assertRefused(home, await privately(line, home), /no space is left on its disk/);
    });
  }

  it('a key that is shown only needs no file that can be written', {
    skip: noMounts,
  }, async (t) => {
    const home = await homeWithUser(t);
    const { code, stderr } = await inMount(home, '-k -t production', ',ro');
    assert.equal(code, 0, stderr);
  });
});

/** In mounts of its own, which end with it. */
async function privately(line: string, { env }: Home): Promise<Finished> {
  return await shell(`exec unshare -m sh -c '${line}'`, env);
}

/** As Docker does with one file: it lies elsewhere, and is mounted on its name. */
async function inMount(home: Home, args: string, option = ''): Promise<Finished> {
  const elsewhere = join(dirname(home.credentials), 'elsewhere');
  if (!existsSync(elsewhere)) {
    renameSync(home.credentials, elsewhere);
    writeFileSync(home.credentials, '');
  }
  const remount = option === '' ? '' : `mount -o remount,bind${option} ${home.credentials} && `;
  return await privately(
    `mount --bind ${elsewhere} ${home.credentials} && ${remount}exec ${KEYCTL} ${args}`,
    home,
  );
}

describe('a file that is mounted by itself', { skip: noMounts }, () => {
  it('is written in place, with a backup, and both are said', async (t) => {
    const home = await homeWithUser(t);
    const foretold = await inMount(home, 'production --dry-run');
    assert.equal(foretold.code, 0, foretold.stderr);
    assert.match(foretold.stdout, /something is mounted on .*written in place/s);
    const elsewhere = join(dirname(home.credentials), 'elsewhere');
    const old = readFileSync(elsewhere);
    const { ino } = statSync(elsewhere);
    const { code, stdout, stderr } = await inMount(home, 'production');
    assert.equal(code, 0, stderr);
    assert.match(`${stdout}${stderr}`, /written in place/);
    const after = home.keyIn('production', elsewhere);
    assert.notEqual(after, home.before);
    assert.equal(home.keyIn('production-previous', elsewhere), home.before);
    assert.equal(statSync(elsewhere).ino, ino, 'the same file, which others have mounted too');
    const [backup = ''] = home.backups();
    assert.deepEqual(readFileSync(join(dirname(home.credentials), backup)), old);

    const undone = await inMount(home, 'undo -t production');
    assert.equal(undone.code, 0, undone.stderr);
    assert.equal(home.keyIn('production', elsewhere), home.before);
  });
});

/** Nobody in particular, who may not write everywhere as root may. */
const STRANGER = 65_534;
const noStranger =
  noMounts === false && succeeds('setpriv', `--reuid=${STRANGER}`, '--clear-groups', 'true')
    ? false
    : 'only root can be somebody else';

describe('somebody who is not root', { skip: noStranger }, () => {
  async function asStranger(home: Home, args: string): Promise<Finished> {
    mkdirSync(join(home.folder, 'state'), { mode: 0o700 });
    chownSync(join(home.folder, 'state'), STRANGER, STRANGER);
    chmodSync(home.folder, 0o755);
    // The build may lie in a folder that its owner alone may enter: it is mounted where a stranger can.
    const tool = join(home.folder, 'tool');
    mkdirSync(tool);
    const keyctl = `"$NODE" ${join(tool, 'bin/keyctl.mjs')} ${args}`;
    const become = `setpriv --reuid=${STRANGER} --regid=${STRANGER} --clear-groups`;
    return await privately(`mount --bind ${ROOT} ${tool} && exec ${become} ${keyctl}`, home);
  }

  /** Who has the folder and the file, and with which access. */
  const PLACES = {
    'a folder that takes no new file': [[STRANGER, 0o555], [STRANGER, 0o600], /\(EACCES\)/],
    'a folder of somebody else': [[0, 0o755], [STRANGER, 0o600], /\(EACCES\)/],
    'a sticky folder of somebody else, and a file that is theirs too': [
      [0, 0o1777],
      [0, 0o666],
      /\.aws lets no other file take its place: operation not permitted \(EPERM\)/,
    ],
    "a file of somebody else in a folder of one's own": [
      [STRANGER, 0o700],
      [0, 0o666],
      /it belongs to another user \(uid 0\)/,
    ],
    'a file that may not be read': [[0, 0o755], [0, 0o600], /cannot be read: permission denied/],
  } as const;

  for (const [name, [folder, file, says]] of Object.entries(PLACES)) {
    for (const dryRun of ['', ' --dry-run']) {
      it(`${name}${dryRun}`, async (t) => {
        const home = await homeWithUser(t);
        for (const [path, [owner, mode]] of [
          [home.credentials, file],
          [dirname(home.credentials), folder],
        ] as const) {
          chownSync(path, owner, owner);
          chmodSync(path, mode);
        }
        assertRefused(home, await asStranger(home, `production${dryRun}`), says);
      });
    }
  }

  it('writes a file that its owner may not write, where the folder is theirs', async (t) => {
    const home = await homeWithUser(t);
    chownSync(dirname(home.credentials), STRANGER, STRANGER);
    chownSync(home.credentials, STRANGER, STRANGER);
    chmodSync(home.credentials, 0o400);
    const { code, stderr } = await asStranger(home, 'production');
    assert.equal(code, 0, stderr);
    assert.equal(statSync(home.credentials).mode & 0o777, 0o400);
  });
});

describe('a link', () => {
  it('in a chain, relative and through folders that are links, is written at its end', async (t) => {
    const home = await homeWithUser(t);
    const store = join(home.folder, 'store');
    mkdirSync(store, { mode: 0o700 });
    renameSync(home.credentials, join(store, 'credentials'));
    symlinkSync('credentials', join(store, 'middle'));
    symlinkSync('store', join(home.folder, 'folder'));
    symlinkSync('../folder/middle', home.credentials);
    const { code, stderr } = await run('keyctl', ['production'], home.env);
    assert.equal(code, 0, stderr);
    assert.equal(lstatSync(home.credentials).isSymbolicLink(), true);
    assert.equal(lstatSync(join(store, 'middle')).isSymbolicLink(), true);
    assert.equal(home.keyIn('production-previous', join(store, 'credentials')), home.before);
  });

  it('in a circle, and to nowhere, is said', async (t) => {
    const home = await homeWithUser(t);
    const [one, other] = [join(home.folder, 'one'), join(home.folder, 'other')];
    symlinkSync(one, other);
    symlinkSync(other, one);
    assertRefused(home, await run('keyctl', ['production', '-c', one], home.env), /circle/);
  });

  it('to a file in a folder that takes no new file is refused with that folder', async (t) => {
    const home = await homeWithUser(t);
    const store = join(home.folder, 'store');
    mkdirSync(store);
    renameSync(home.credentials, join(store, 'credentials'));
    symlinkSync(join(store, 'credentials'), home.credentials);
    chmodSync(store, 0o555);
    if (isRoot && !succeeds('chattr', '+i', store)) return t.skip('root writes everywhere');
    const finished = await run('keyctl', ['production'], home.env);
    if (isRoot) succeeds('chattr', '-i', store);
    chmodSync(store, 0o755);
    assertRefused(home, finished, /store/);
  });
});
