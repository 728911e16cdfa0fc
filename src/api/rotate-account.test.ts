import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type RotateOptions, rotateAccount, startSandbox } from './index.ts';

const REFUSED: readonly (readonly [options: Partial<RotateOptions>, message: RegExp])[] = [
  [{ stateDir: 'relative' }, /^stateDir is not an absolute path$/],
  [{ daysThreshold: 0 }, /^daysThreshold takes 1 to 3650, not 0$/],
  [{ inactiveDays: 1.5 }, /^inactiveDays takes 1 to 3650, not 1\.5$/],
  [{ maxParallel: 65 }, /^maxParallel takes 1 to 64, not 65$/],
  [{ timeoutMs: Number.NaN }, /^timeoutMs takes 1 to 86400000, not NaN$/],
  // Taken for "all users" it would do the opposite of what was meant.
  [{ user: '' }, /^user "" is no IAM user name$/],
];

for (const [options, message] of REFUSED) {
  test(`rotateAccount(${JSON.stringify(options)}) is refused before anything is done`, async () => {
    const heard: string[] = [];
    const running = rotateAccount({
      stateDir: '/nonexistent/keyturn',
      env: {},
      onEvent: ({ code }) => heard.push(code),
      ...options,
    });
    await assert.rejects(running, { name: 'KeyturnError', code: 'bad-value', message });
    assert.deepEqual(heard, []);
  });
}

test('a run takes the time of the sandbox that its environment names, and asks nobody else', async (t) => {
  const sandbox = await startSandbox({ users: 12, seed: 'api' });
  const stateDir = await mkdtemp(join(tmpdir(), 'keyturn-test-api-'));
  t.after(async () => {
    await sandbox.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  const run = async (env: Readonly<Record<string, string>>) =>
    (await rotateAccount({ stateDir, dryRun: true, acceptVolatileState: true, env })).report;
  const due = async () => (await run(sandbox.env)).rotated_keys.length;
  const before = await due();
  sandbox.advance(90 * 86_400_000);
  assert.ok((await due()) > before);
  const elsewhere = await run({ ...sandbox.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
  assert.equal(elsewhere.errors[0]?.code, 'endpoint-guard');
  const lost = { ...sandbox.env, KEYTURN_SANDBOX: 'http://127.0.0.1:1' };
  await assert.rejects(run(lost), { name: 'KeyturnError', code: 'no-sandbox' });
});
