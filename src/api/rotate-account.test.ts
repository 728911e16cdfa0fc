import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RotateOptions, rotateAccount } from './index.ts';

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
