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

test('the demo shows a month, proves its claims and leaves nothing behind', async () => {
  const demo = startDemo();
  try {
    const [code] = await once(demo.child, 'close');
    const text = demo.stdout();
    assert.equal(code, 0, text);
    for (const part of [
      'Would rotate 5 keys',
      'reads, 0 writes',
      'Rotated 4 keys',
      '4 old keys are in use, and stay Active',
      'all of them in app/svc-search; no key was made',
      'and was refused 6 times',
      'and AWS accepts every one',
      'was never touched',
      'node bin/rotate-iam-keys.mjs --dry-run --profile NAME',
    ]) {
      assert.ok(text.replaceAll(/\s+/g, ' ').includes(part), `${part} is missing in:\n${text}`);
    }
    // The picture of the month, and what the request log tells.
    assert.match(text, /^ {2}svc-shop +█+░+·{20} +read the new key in minutes$/m);
    assert.match(text, /^ {2}svc-legacy +█{32} +not restarted: never cut off$/m);
    assert.match(text, /^ {2}svc-shop +day 0 +day 8 +day 28 +20 days +0 of [\d,]+$/m);
    assert.match(text, /^ {2}svc-legacy +day 0 +still Active +- +- +0 of [\d,]+$/m);
    assert.match(text, /^ {2}svc-deploy +day 10 +day 10 +day 30 +20 days +\d of [\d,]+$/m);
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
