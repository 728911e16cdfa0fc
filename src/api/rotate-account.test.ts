import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

const RULES = [
  { name: 'none', match: { user: 'nobody-here' }, days_threshold: 1, deliver: ['handoff'] },
  { name: 'rest', match: 'all', days_threshold: 3650, deliver: ['handoff'] },
];

test('a run by a configuration, as a file or as a value; options win in every rule', async (t) => {
  const sandbox = await startSandbox({ users: 12, seed: 'api-config' });
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-test-api-'));
  t.after(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });
  const config = { version: 1, rules: RULES };
  const path = join(folder, 'keyturn.yaml');
  await writeFile(path, JSON.stringify(config));
  const run = async (options: Partial<RotateOptions>) => {
    const fixed = { stateDir: folder, dryRun: true, acceptVolatileState: true, env: sandbox.env };
    return (await rotateAccount({ ...fixed, ...options })).report;
  };
  assert.ok((await run({})).rotated_keys.length > 0);
  for (const given of [config, path]) {
    const report = await run({ config: given });
    assert.deepEqual([report.rotated_keys, report.days_threshold], [[], 1]);
    const won = await run({ config: given, daysThreshold: 60, deliver: ['ssm:base64=/x/{user}'] });
    assert.ok(won.rotated_keys.length > 0);
  }
});

const BAD: readonly (readonly [
  config: string | Readonly<Record<string, unknown>>,
  says: RegExp,
])[] = [
  [
    '/nonexistent/keyturn.yaml',
    /keyturn\.yaml:1:1: the file cannot be read: there is no such file/,
  ],
  [
    { version: 1, rules: [{ ...RULES[1], match: {} }] },
    /^config\.rules\[0\]\.match: an empty selection/,
  ],
  [
    { version: 1, rules: RULES, exemptions_file: 'x.yaml' },
    /^config\.exemptions_file: .* is absolute$/,
  ],
  [{ version: 1, rulez: RULES }, /^config\.rulez: unknown key "rulez"; did you mean "rules"\?$/],
];

for (const [config, message] of BAD) {
  test(`a configuration that is refused: ${JSON.stringify(config)}`, async () => {
    const running = rotateAccount({ stateDir: '/nonexistent/keyturn', env: {}, config });
    await assert.rejects(running, { name: 'KeyturnError', code: 'bad-config', message });
  });
}

test('createMissing beside a configuration needs places of its own', async () => {
  const config = { version: 1, rules: RULES };
  await assert.rejects(
    rotateAccount({ stateDir: '/nonexistent/keyturn', env: {}, config, createMissing: {} }),
    { code: 'bad-value', message: /createMissing says of all places/ },
  );
});
