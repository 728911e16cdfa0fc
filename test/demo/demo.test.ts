// The whole demo, as `npm run demo` runs it after the build.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../scripts/demo.js', import.meta.url));

interface RunningDemo {
  readonly child: ChildProcess;
  /** Everything that it makes on disk is below this folder. */
  readonly temporary: string;
  readonly stdout: () => string;
}

function startDemo(): RunningDemo {
  const temporary = mkdtempSync(join(tmpdir(), 'keyturn-test-demo-'));
  const child = spawn(process.execPath, [DEMO], {
    // A stray profile and stray keys must make no difference.
    env: { ...process.env, TMPDIR: temporary, AWS_PROFILE: 'stray', AWS_ACCESS_KEY_ID: 'stray' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return { child, temporary, stdout: () => stdout };
}

async function sandboxUrl({ child, stdout }: RunningDemo): Promise<string> {
  while (true) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout())?.[0];
    if (url !== undefined) return url;
    await once(child.stdout as NodeJS.ReadableStream, 'data');
  }
}

test('the demo shows dry run, real run and second run, proves its claims and leaves nothing behind', async () => {
  const demo = startDemo();
  try {
    const [code] = await once(demo.child, 'close');
    const text = demo.stdout();
    assert.equal(code, 0, text);
    for (const part of [
      'Would rotate 12 keys',
      'Rotated 12 keys',
      'reads, 0 writes',
      'AWS accepts every one',
      'AWS refuses every one',
      'node bin/rotate-iam-keys.mjs --dry-run --profile NAME',
    ]) {
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
    }
    assert.match(text, /^ {2}writes +0 +24 +0$/m);
    assert.deepEqual(readdirSync(demo.temporary), []);
  } finally {
    rmSync(demo.temporary, { recursive: true, force: true });
  }
});

test('a demo that is stopped in the middle ends its sandbox and removes its files', async () => {
  const demo = startDemo();
  try {
    const url = await sandboxUrl(demo);
    demo.child.kill('SIGINT');
    const [code] = await once(demo.child, 'close');
    assert.equal(code, 130);
    await assert.rejects(fetch(`${url}/_sandbox/state`));
    assert.deepEqual(readdirSync(demo.temporary), []);
  } finally {
    rmSync(demo.temporary, { recursive: true, force: true });
  }
});
