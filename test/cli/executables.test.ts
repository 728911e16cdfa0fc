// The three executables as real processes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { binOf, finished, type Program, run, shell, start } from './process.ts';

const SAYS: readonly (readonly [
  program: Program,
  args: readonly string[],
  code: number,
  stderr: RegExp,
])[] = [
  [
    'rotate-iam-keys',
    ['--dryrun'],
    2,
    /^rotate-iam-keys: error: unknown flag --dryrun \[[a-z-]+\]\n/,
  ],
  ['rotate-iam-keys', ['--target_user=svc', 'app'], 2, /hint: .*--target_user="svc app"\n$/],
  ['keyturn', [], 2, /^keyturn: error: no command given \[[a-z-]+\]\nkeyturn: hint: .*sandbox/],
  ['keyturn', ['sandbx'], 2, /hint: did you mean:\n {4}keyturn sandbox\n$/],
  ['keyturn', ['--frobnicate'], 2, /^keyturn: error: unknown flag --frobnicate \[[a-z-]+\]\n/],
  ['keyturn', ['sandbox', '--port', '99999'], 2, /error: --port takes a whole number from 0 to/],
  [
    'keyturn',
    ['sandbox', '--burst', '3'],
    2,
    /error: --burst 3 has no effect without --rate \[[a-z-]+\]\n/,
  ],
  [
    'keyturn',
    ['sandbox', '--without-role', '3'],
    2,
    /error: --without-role 3 has no effect without --accounts \[[a-z-]+\]\n/,
  ],
  [
    'keyturn',
    ['sandbox', '--accounts', '3', '--suspended', '2', '--without-role', '2'],
    2,
    /error: --suspended and --without-role make 4 accounts, but --accounts is 3 \[[a-z-]+\]\n/,
  ],
  ['keyctl', ['-t'], 2, /^keyctl: error: -t is missing its value \[[a-z-]+\]\n/],
  ['keyctl', ['undo'], 2, /^keyctl: error: keyctl undo needs a profile \[[a-z-]+\]\n/],
  ['keyturn', ['policy', 'admn'], 2, /hint: did you mean keyturn policy admin\?\n$/],
];

for (const [program, args, code, stderr] of SAYS) {
  test(`${program} ${args.join(' ')} exits ${code} and says why in two lines, a command aside`, async () => {
    const result = await run(program, args);
    assert.equal(result.code, code);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, stderr);
    const spoken = result.stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('    '));
    assert.equal(spoken.length, 2);
  });
}

for (const program of ['rotate-iam-keys', 'keyturn', 'keyctl'] as const) {
  test(`${program} --version and --help print on stdout and exit 0`, async () => {
    const version = await run(program, ['--version']);
    assert.match(version.stdout, new RegExp(`^${program} \\d+\\.\\d+\\.\\d+\\n$`));
    const help = await run(program, ['--help']);
    assert.match(help.stdout, new RegExp(`^${program}: `));
    assert.deepEqual([version.code, help.code, version.stderr, help.stderr], [0, 0, '', '']);
  });

  test(`${program} in a checkout that was not built says how to build it`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-unbuilt-'));
    mkdirSync(join(folder, 'bin'));
    cpSync(dirname(binOf(program)), join(folder, 'bin'), { recursive: true });
    const result = await finished(start([join(folder, 'bin', `${program}.mjs`)]));
    rmSync(folder, { recursive: true });
    assert.equal(result.code, 3);
    assert.match(result.stderr, /hint: run npm ci && npm run build\n$/);
  });
}

test('keyctl alone behind a pipe that stays open: the usage, exit 2, and no waiting', async () => {
  const child = spawn(process.execPath, [binOf('keyctl')], { stdio: 'pipe' });
  const { code, stderr } = await finished(child);
  child.stdin.end();
  assert.equal(code, 2);
  assert.match(stderr, /^Usage:\n {2}keyctl \[flags\]/);
});

test('bad input with JSON asked for: stdout is one document, the log is on stderr', async () => {
  const { code, stdout } = await run('rotate-iam-keys', ['--output_format', 'json', '--dryrun']);
  assert.equal(code, 2);
  assert.equal(rotationReportSchema.parse(JSON.parse(stdout)).errors[0]?.code, 'unknown-flag');
});

test('what is longer than the buffer of a pipe arrives whole at a reader that is slow', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-long-'));
  const credentials = join(folder, 'credentials');
  const names = Array.from({ length: 3_000 }, (_, index) => `größe-${index}`);
  writeFileSync(
    credentials,
    names.map((name) => `[${name}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n`).join(''),
  );
  const list = `"$NODE" ${binOf('keyctl')} -l --json -c ${credentials}`;
  const env = { AWS_CONFIG_FILE: join(folder, 'none') };
  const { code, stdout } = await shell(`${list} | (sleep 0.2; cat)`, env);
  rmSync(folder, { recursive: true });
  assert.equal(code, 0);
  const listed = (JSON.parse(stdout) as { profiles: { name: string }[] }).profiles;
  assert.deepEqual(
    listed.map(({ name }) => name),
    names,
  );
});

test('a reader that goes away, and a full disk, make no stack trace', async () => {
  const bin = `"$NODE" ${binOf('rotate-iam-keys')}`;
  for (const line of [
    `${bin} --help | head -c 20`,
    `${bin} --output-format json --dryrun | true`,
    `${bin} --help > /dev/full`,
    `${bin} --output-format json --dryrun > /dev/full`,
    `${bin} --dryrun 2> /dev/full`,
    `${bin} --dryrun 2>&-`,
  ]) {
    const { stderr } = await shell(line);
    assert(!stderr.includes('    at '), `${line}: ${stderr}`);
  }
});

test('a full disk is told by exit code 1 and a line that names the cause', async () => {
  const { code, stderr } = await shell(`"$NODE" ${binOf('rotate-iam-keys')} --help > /dev/full`);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /error: stdout closed before the whole result was written \(ENOSPC\) \[[a-z-]+\]\n/,
  );
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`keyturn sandbox prints what to export, serves, and exits 0 on ${signal}`, async () => {
    const child = start([binOf('keyturn'), 'sandbox', '--users', '5', '--seed', 'demo']);
    const end = finished(child);
    const address = await new Promise<URL>((resolve) => {
      let text = '';
      child.stdout?.on('data', (more: string) => {
        text += more;
        const url = /AWS_ENDPOINT_URL=(http:\/\/127\.0\.0\.1:\d+)\n/.exec(text)?.[1];
        if (url !== undefined) resolve(new URL(url));
      });
    });
    await new Promise((resolve, reject) => {
      const socket = connect(Number(address.port), address.hostname, () => {
        socket.destroy();
        resolve(undefined);
      });
      socket.on('error', reject);
    });
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    assert.equal(code, 0);
    for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^(?:export|unset) /);
    assert.match(stderr, /rotate-iam-keys --dry-run/);
  });
}

test('keyturn sandbox on a port in use says so', async () => {
  const first = start([binOf('keyturn'), 'sandbox', '--users', '1']);
  const end = finished(first);
  const port = await new Promise<string>((resolve) => {
    first.stdout?.on('data', (text: string) => {
      const found = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const second = await run('keyturn', ['sandbox', '--port', port]);
  first.kill('SIGTERM');
  await end;
  assert.equal(second.code, 2);
  assert.match(
    second.stderr,
    new RegExp(`error: port ${port} on 127.0.0.1 is in use \\[[a-z-]+\\]\n`),
  );
});
