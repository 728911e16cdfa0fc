// `keyturn sandbox --credentials-file`: the commands of docs/keyctl.md, as typed, against it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { binOf, finished, run, start } from './process.ts';

const FIRST_LINE = '# Made by keyturn sandbox';

interface Served {
  readonly env: Readonly<Record<string, string>>;
  readonly file: string;
  readonly stop: () => Promise<string>;
}

/** What a person has set for real accounts, which practice must neither write to nor be governed by. */
const REAL = {
  AWS_PROFILE: 'real',
  KEYTURN_STATE: '/real/state',
  KEYTURN_STATE_DIR: '/real/state',
  KEYTURN_CONFIG: '/real/keyturn.yaml',
  KEYTURN_METRICS: '/real/keyturn.prom',
  KEYTURN_CUSTODY: 'kms',
  OTEL_METRICS_EXPORTER: 'otlp',
};

/** What a shell has after `. ./sandbox.env`. */
function sourced(lines: string): Record<string, string> {
  const { stdout } = spawnSync('/bin/sh', ['-c', `${lines}\nenv -0`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...REAL },
  });
  const pairs = stdout.split('\0').filter((pair) => /^(AWS|KEYTURN|OTEL)_/.test(pair));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
}

async function serve(t: TestContext, folder: string): Promise<Served> {
  const file = join(folder, 'practice file');
  const flags = ['--users', '3', '--seed', 'people', '--credentials-file', file];
  const child = start([binOf('keyturn'), 'sandbox', ...flags]);
  const ended = finished(child);
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: string) => {
      printed += text;
      if (/^export AWS_CONFIG_FILE=.*\n/m.test(printed)) resolve();
    });
    void ended.then(() => resolve());
  });
  return {
    file,
    env: {
      ...sourced(printed),
      HOME: folder,
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    },
    stop: async () => {
      child.kill('SIGINT');
      return (await ended).stderr;
    },
  };
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-people-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the commands of docs/keyctl.md work as typed against the sandbox's credentials file", async (t) => {
  const { env, file, stop } = await serve(t, folderFor(t));
  assert.equal(env.AWS_SHARED_CREDENTIALS_FILE, file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const before = readFileSync(file, 'utf8');
  const keyctl = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('keyctl', args, env);
    assert.equal(code, 0, `keyctl ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };
  assert.match(await keyctl('-l'), /4 profiles[\s\S]*production +access key/);
  assert.match(await keyctl('production'), /^Rotated: production, IAM user john\.doe$/m);
  assert.match(await keyctl('undo', '-t', 'production'), /^Undone: production/m);
  assert.match(await keyctl('-k', '-t', 'production'), /CURRENT/);
  assert.match(await keyctl('-a', 'admin', '-t', 'dev'), /^Rotated: dev, IAM user dev\.doe$/m);
  assert.match(await keyctl('finish', '-t', 'dev', '--now'), /dev/);
  // jane.roe has a second key, which makes room only when somebody says so.
  const full = await run('keyctl', ['staging'], env);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /\[no-free-slot\]/);
  assert.match(await keyctl('staging', '--yes'), /^Rotated: staging/m);
  assert.notEqual(readFileSync(file, 'utf8'), before);
  await stop();
  assert.equal(existsSync(file), false);
});

test('what a shell has set for real accounts neither governs practice nor is written to by it', async (t) => {
  const { env, stop } = await serve(t, folderFor(t));
  assert.match(env.KEYTURN_STATE ?? '', /keyturn-sandbox-/);
  const kept = Object.entries(REAL).filter(([name, value]) => env[name] === value);
  assert.deepEqual(kept, [['KEYTURN_STATE_DIR', '/real/state']]);
  const { code, stderr } = await run('keyctl', ['production'], env);
  assert.equal(code, 0, stderr);
  assert.equal(existsSync(join(env.KEYTURN_STATE ?? '', '123456789012', 'journal.jsonl')), true);
  await stop();
});

test('a file that is there stays, and one that another sandbox has left is written anew', async (t) => {
  const folder = folderFor(t);
  const file = join(folder, 'practice file');
  writeFileSync(file, '[default]\n');
  const refused = await run('keyturn', ['sandbox', '--credentials-file', file]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /practice file is there already \[bad-value\]/);
  assert.equal(readFileSync(file, 'utf8'), '[default]\n');
  writeFileSync(file, `${FIRST_LINE}: keys of a practice account.\n`);
  const { stop } = await serve(t, folder);
  assert.match(readFileSync(file, 'utf8'), /^\[production\]$/m);
  // Whatever somebody has put in its place is theirs.
  writeFileSync(file, '[mine]\n');
  await stop();
  assert.equal(readFileSync(file, 'utf8'), '[mine]\n');
  const nowhere = await run('keyturn', [
    'sandbox',
    '--credentials-file',
    join(folder, 'none', 'practice'),
  ]);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /cannot be written: ENOENT \[bad-value\]/);
});
