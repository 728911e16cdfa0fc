// What nobody should be able to do with the commands: read a secret on its way, speak to the terminal
// through a text of theirs, or have state and log written where they like.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { openHome } from './keyctl-home.ts';
import { type Program, run } from './process.ts';

const HOSTILE = '\x1b]0;owned\x07\x1b[2J\x9b2J\u202Egnp\u200B\u2066';
/** Everything that is no plain text, but the newline. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const isRoot = process.getuid?.() === 0;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-security-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A sandbox with one due key, and a state directory. */
async function stage(t: TestContext) {
  const sandbox = await startSandbox({ reportSeconds: 0 });
  const folder = folderOf(t);
  t.after(() => sandbox.close());
  sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name: 'alice' });
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'alice', { ageDays: 400 });
  const env = {
    ...sandbox.endpointEnv(),
    HOME: folder,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const rotate = (args: string, more: Readonly<Record<string, string>> = {}) =>
    run('rotate-iam-keys', args.split(' ').filter(Boolean), { ...env, ...more });
  return { sandbox, folder, env, rotate, state: join(folder, 'state') };
}

describe('no secret over http off loopback', () => {
  for (const [name, args] of [
    ['AWS_ENDPOINT_URL', ''],
    ['AWS_ENDPOINT_URL_IAM', ''],
    ['AWS_ENDPOINT_URL_STS', ''],
    ['AWS_ENDPOINT_URL_SECRETS_MANAGER', '--deliver secrets-manager=app/{user}'],
    ['AWS_ENDPOINT_URL_SSM', '--deliver ssm=/app/{user}'],
  ] as const) {
    test(`${name} is refused before any call`, async (t) => {
      const { sandbox, rotate } = await stage(t);
      for (const host of ['sandbox.internal:4566', '127.0.0.1@sandbox.internal', '[2001:db8::1]']) {
        const { code, stdout, stderr } = await rotate(`${args} --output-format json`, {
          [name]: `http://${host}`,
        });
        assert.equal(code, 3, stderr);
        const { errors } = JSON.parse(stdout);
        assert.equal(errors[0].code, 'endpoint-insecure');
        assert.match(errors[0].hint, new RegExp(`into ${name},`));
      }
      assert.deepEqual(sandbox.requests.list(), []);
    });
  }

  test('a profile and a services section are refused too, for keyctl as well', async (t) => {
    const home = await openHome(t);
    home.addUser('prod');
    const { AWS_ENDPOINT_URL: _, ...env } = home.env;
    const config = join(home.folder, '.aws', 'config');
    for (const [text, where] of [
      ['[profile prod]\nendpoint_url = http://10.0.0.7\n', 'endpoint_url of profile prod'],
      [
        '[profile prod]\nservices = mine\n[services mine]\niam =\n  endpoint_url = http://10.0.0.7\n',
        'the services section mine',
      ],
    ] as const) {
      writeFileSync(config, text);
      const { code, stderr } = await run('keyctl', ['prod'], env);
      assert.equal(code, 3, stderr);
      assert.match(stderr, new RegExp(`error: ${where} is http://10\\.0\\.0\\.7`));
      const fleet = await run('rotate-iam-keys', ['--profile', 'prod'], env);
      assert.equal(fleet.code, 3, fleet.stderr);
      assert.match(fleet.stderr, /in clear/);
    }
    assert.deepEqual(home.sandbox.requests.list(), []);
  });
});

describe('no text of others speaks to the terminal', () => {
  const LINES: readonly (readonly [Program, readonly string[]])[] = [
    ['rotate-iam-keys', ['--user', HOSTILE]],
    ['rotate-iam-keys', ['--user', HOSTILE, '--output-format', 'json', '--log-format', 'json']],
    ['rotate-iam-keys', [`--${HOSTILE}`]],
    ['rotate-iam-keys', [HOSTILE]],
    ['rotate-iam-keys', ['--profile', `p${HOSTILE.replaceAll(/\p{Cc}/gu, '')}`]],
    ['rotate-iam-keys', ['--log-file', `/nowhere/${HOSTILE}`]],
    ['rotate-iam-keys', ['--state-dir', `/proc/${HOSTILE}`]],
    ['keyctl', [HOSTILE]],
    ['keyctl', ['-t', `p\u202E\u200B`]],
    ['keyctl', ['-l', '-c', `/nowhere/${HOSTILE}`]],
    ['keyctl', ['undo', '-t', 'p\u202E', '--json']],
    ['keyturn', [HOSTILE]],
    ['keyturn', ['undo', HOSTILE]],
    ['keyturn', ['completion', HOSTILE]],
    ['keyturn', ['policy', HOSTILE]],
    ['keyturn', ['status', '--state-dir', `/nowhere/${HOSTILE}`]],
    ['keyturn', ['status', '--json', '--state-dir', `/nowhere/${HOSTILE}`]],
    ['keyturn', ['compact', '--state-dir', `/nowhere/${HOSTILE}`]],
    ['keyturn', ['recover', '--orphan', HOSTILE]],
  ];

  for (const [index, [program, args]] of LINES.entries()) {
    test(`on the command line of ${program} (${index + 1})`, async (t) => {
      const { env } = await stage(t);
      const { stdout, stderr } = await run(program, args, env);
      for (const text of [stdout, stderr]) assert.doesNotMatch(text, UNPRINTABLE);
    });
  }

  test('in an answer of AWS', async (t) => {
    const body = `<ErrorResponse><Error><Code>Odd${HOSTILE}</Code><Message>no ${HOSTILE}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
    const server = createServer((_, response) => {
      response.writeHead(400, { 'content-type': 'text/xml' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { rotate } = await stage(t);
    for (const args of ['', '--output-format json --log-format json', '--log-level debug']) {
      const { stdout, stderr } = await rotate(args, {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      });
      assert.match(stdout + stderr, /no /);
      for (const text of [stdout, stderr]) assert.doesNotMatch(text, UNPRINTABLE);
    }
  });

  test('in the profiles of a file', async (t) => {
    const home = await openHome(t);
    const name = 'a\u202Eb\u200B';
    writeFileSync(home.credentials, `[${name}]\naws_access_key_id = A\u202E\nregion = \u200B\n`);
    for (const args of [['-l'], ['-k'], ['-l', '--json'], [name], ['-t', name, '--dry-run']]) {
      const { stdout, stderr } = await run('keyctl', args, home.env);
      for (const text of [stdout, stderr]) assert.doesNotMatch(text, UNPRINTABLE);
    }
  });
});

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

describe('state is where nobody else can put something in its place', () => {
  async function refused(t: TestContext, spoil: (state: string, folder: string) => void) {
    const { sandbox, rotate, env, folder, state } = await stage(t);
    mkdirSync(join(state, DEFAULT_ACCOUNT_ID), { recursive: true, mode: 0o700 });
    spoil(state, folder);
    const before = readdirSync(folder, { recursive: true });
    const told = async (args: string) => {
      const { code, stdout } = await rotate(`${args} --output-format json`);
      const errors = JSON.parse(stdout).errors.map(({ code, message, hint }: Told) => {
        return { code, message, hint };
      });
      return { code, errors };
    };
    // I12: a dry run is told what the run is told.
    for (const where of ['', '--accounts 123456789012']) {
      assert.deepEqual(await told(`--dry-run ${where}`), await told(where));
    }
    const { code, errors } = await told('');
    const [error, ...others] = errors;
    assert.deepEqual([code, error.code, others], [3, 'state-dir', []]);
    // I10: nor does anybody believe what others could have written.
    for (const line of ['status', 'status --json', 'compact', 'recover', 'recover --dry-run']) {
      const { code, stdout, stderr } = await run('keyturn', line.split(' '), env);
      assert.equal(code, 3, `${line}: ${stdout}${stderr}`);
      assert.ok((stdout + stderr).replaceAll(/\s+/g, ' ').includes(error.message), stdout + stderr);
    }
    assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    assert.deepEqual(
      sandbox.requests.list().filter(({ access }) => access === 'write'),
      [],
    );
    return error as Told;
  }

  test('a hand-off folder that is a symbolic link', async (t) => {
    const { message } = await refused(t, (state, folder) => {
      mkdirSync(join(folder, 'loot'), { mode: 0o700 });
      symlinkSync(join(folder, 'loot'), join(state, DEFAULT_ACCOUNT_ID, 'handoff'));
    });
    assert.match(message, /handoff cannot be used: it is a symbolic link/);
  });

  test('below a folder that everybody may write', async (t) => {
    const { hint } = await refused(t, (_, folder) => chmodSync(folder, 0o777));
    assert.match(hint, /^ {2}chmod go-w \//m);
  });

  test('of another user, for root too', { skip: !isRoot }, async (t) => {
    const { message, hint } = await refused(t, (state) => chownSync(state, 4242, 4242));
    assert.match(message, /belongs to another user \(uid 4242, not 0\)/);
    assert.match(hint, /^ {2}chown -R 0 \//m);
  });

  test('keyctl is refused too, before and in a rotation', async (t) => {
    const { env, folder, addUser, sandbox } = await openHome(t);
    addUser('work');
    chmodSync(folder, 0o777);
    const lines = [
      ['-t', 'work', '--dry-run'],
      ['-k', '-t', 'work'],
      ['-t', 'work', '--yes'],
    ];
    for (const line of lines) {
      const { code, stdout } = await run('keyctl', [...line, '--json'], env);
      const { error } = JSON.parse(stdout);
      assert.deepEqual([code, error?.code], [3, 'state-dir'], line.join(' '));
      assert.match(error.message, /others can write the folder above it/);
    }
    assert.deepEqual(sandbox.requests.writes(), []);
  });

  test('below a folder of another user, whoever may write it', { skip: !isRoot }, async (t) => {
    for (const mode of [0o755, 0o1777]) {
      const { message } = await refused(t, (_, folder) => {
        chmodSync(folder, mode);
        chownSync(folder, 4242, 4242);
      });
      assert.match(message, /the folder above it, .*, belongs to another user \(uid 4242, not 0\)/);
    }
  });

  test('with a journal that everybody may write', async (t) => {
    const { hint } = await refused(t, (state) => {
      const account = join(state, DEFAULT_ACCOUNT_ID);
      writeFileSync(join(account, 'journal.jsonl'), '');
      chmodSync(join(account, 'journal.jsonl'), 0o666);
      chmodSync(account, 0o755);
    });
    assert.match(hint, /^ {2}chmod 600 \/.*journal\.jsonl$/m);
  });

  test('below /tmp, where nobody renames what is of another, it works', async (t) => {
    const { rotate, folder } = await stage(t);
    chmodSync(folder, 0o1777);
    const { code, stderr } = await rotate('--output-format json');
    assert.equal(code, 0, stderr);
  });

  test('a link that the operator made to a directory of theirs works', async (t) => {
    const { rotate, folder, state } = await stage(t);
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), state);
    const { code, stderr } = await rotate('--output-format json');
    assert.equal(code, 0, stderr);
  });
});

describe('the log goes where the operator said', () => {
  test('a link of somebody else is not followed', { skip: !isRoot }, async (t) => {
    const { rotate, folder, sandbox } = await stage(t);
    const [victim, link] = [join(folder, 'victim'), join(folder, 'log')];
    writeFileSync(victim, 'as it was');
    symlinkSync(victim, link);
    lchownSync(link, 4242, 4242);
    const { code, stderr } = await rotate(`--log-file ${link}`);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /symbolic link of another user \(uid 4242\)/);
    assert.equal(readFileSync(victim, 'utf8'), 'as it was');
    assert.deepEqual(sandbox.requests.list(), []);
  });

  test('a link of the operator is, and a new log is for its owner alone', async (t) => {
    const { rotate, folder } = await stage(t);
    const [real, link] = [join(folder, 'real.log'), join(folder, 'log')];
    assert.equal((await rotate(`--log-file ${real}`)).code, 0);
    assert.equal(statSync(real).mode & 0o777, 0o600);
    symlinkSync(real, link);
    const before = statSync(real).size;
    assert.equal((await rotate(`--log-file ${link}`)).code, 0);
    assert.ok(statSync(real).size > before);
    assert.equal((await rotate('--log-file /dev/null')).code, 0);
  });

  test('a pipe with a reader takes the log', async (t) => {
    const { rotate, folder } = await stage(t);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('cat', [pipe]);
    let text = '';
    reader.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    const ended = once(reader, 'close');
    assert.equal((await rotate(`--log-file ${pipe}`)).code, 0);
    await ended;
    assert.match(text, /run done/);
  });

  test('a pipe without a reader does not hold the run, and a folder is none', async (t) => {
    const { rotate, folder } = await stage(t);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder]) {
      const { code, stderr } = await rotate(`--log-file ${path}`);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /cannot open the log file/);
    }
  });
});
