// `rotate-iam-keys` as a real process over real HTTP: what stdout, stderr, the disk and the exit
// code hold when the reader goes away, the disk is full, or somebody stops the run.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { eventually } from '../sandbox/wait.ts';
import { binOf, finished, run, shell, start } from './process.ts';

interface Stage {
  readonly sandbox: Sandbox;
  readonly env: Record<string, string>;
  /** Every file that holds a new secret, as parsed JSON. */
  readonly handoffs: () => Record<string, unknown>[];
}

/** A sandbox with users who each have one key that is 100 days old. */
async function stage(context: TestContext, users: readonly string[]): Promise<Stage> {
  const sandbox = await startSandbox({ seed: 'cli', reportSeconds: 0 });
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-cli-'));
  for (const name of users) {
    sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name });
    sandbox.world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 100 });
  }
  context.after(async () => {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const folder = join(stateDir, DEFAULT_ACCOUNT_ID, 'handoff');
  return {
    sandbox,
    env: { ...sandbox.endpointEnv(), KEYTURN_STATE_DIR: stateDir },
    handoffs: () =>
      readdirSync(folder).map((name) => {
        assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
        return JSON.parse(readFileSync(join(folder, name), 'utf8'));
      }),
  };
}

const reportOf = (stdout: string): RotationReport => rotationReportSchema.parse(JSON.parse(stdout));
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `svc-${index}`);
const rotate = `"$NODE" ${binOf('rotate-iam-keys')}`;

test('stdout is one JSON document; every secret in it is in a hand-off file too', async (context) => {
  const { env, handoffs } = await stage(context, names(3));
  const { code, stdout } = await run('rotate-iam-keys', ['--output_format=json'], env);
  assert.equal(code, 0);
  const printed = reportOf(stdout).rotated_keys.map((key) => key.new_secret_key);
  assert.equal(printed.length, 3);
  assert.deepEqual(
    printed.sort(),
    handoffs()
      .map((file) => file.secret_access_key)
      .sort(),
  );
});

test('I8: with text no secret is printed, on stdout or on stderr', async (context) => {
  const { env, handoffs } = await stage(context, names(2));
  const { code, stdout, stderr } = await run('rotate-iam-keys', ['--log-level=debug'], env);
  assert.equal(code, 0);
  for (const file of handoffs()) {
    assert(!`${stdout}${stderr}`.includes(String(file.secret_access_key)));
  }
});

test('bad input makes no call', async (context) => {
  const { env, sandbox } = await stage(context, names(1));
  for (const args of [
    ['--dryrun'],
    ['--dry_run=maybe'],
    ['--days_threshold=9e1'],
    ['--target_user=svc', 'app'],
    ['--target_user=svc app'],
    ['word'],
  ]) {
    const { code } = await run('rotate-iam-keys', [...args, '--output_format=json'], env);
    assert.equal(code, 2, args.join(' '));
  }
  assert.equal(sandbox.requests.list().length, 0);
});

for (const [what, redirection] of [
  ['the reader reads 20 bytes', '| head -c 20'],
  ['the reader is gone', '| true'],
  ['the disk is full', '> /dev/full'],
] as const) {
  test(`I3: ${what}: no secret is lost, and stderr says where each is`, async (context) => {
    const { env, handoffs, sandbox } = await stage(context, names(4));
    const { stderr } = await shell(`${rotate} --output-format json ${redirection}`, env);
    const created = sandbox.requests.list('CreateAccessKey').length;
    assert.equal(created, 4);
    assert.equal(handoffs().length, created);
    for (const file of handoffs()) {
      assert(stderr.includes(`${file.access_key_id}.json`), stderr);
      assert(!stderr.includes(String(file.secret_access_key)), 'no secret on stderr (I8)');
    }
    assert(!stderr.includes('    at '), 'no stack trace');
  });
}

test('a full disk exits 1 with output-closed', async (context) => {
  const { env } = await stage(context, names(1));
  const line = `${rotate} --output-format json --log-format json --log-level error > /dev/full`;
  const { code, stderr } = await shell(line, env);
  assert.equal(code, 1);
  const said = stderr
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  assert.equal(said[0].code, 'output-closed');
  assert.match(said.at(-1).message, /^the new secret of svc-0 \(\w+\) is in \//);
});

for (const [signal, exit] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} while a key is waited for: result printed, secret kept, exit ${exit}`, async (context) => {
    const { env, sandbox, handoffs } = await stage(context, names(1));
    sandbox.settings.keyLagSeconds = 3600;
    const child = start([binOf('rotate-iam-keys'), '--output-format=json'], env);
    const end = finished(child);
    await eventually(() => sandbox.requests.list('GetCallerIdentity').length > 2);
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    assert.equal(code, exit, stderr);
    const report = reportOf(stdout);
    assert.equal(report.rotated_keys[0]?.success, false);
    assert.equal(handoffs().length, 1);
    assert.equal(sandbox.requests.list('UpdateAccessKey').length, 0, 'old key untouched (I4)');
  });
}

test('a second signal ends a run at once that hangs in a step, with one document', async (context) => {
  const { env, sandbox } = await stage(context, names(1));
  sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'hang' } });
  const child = start([binOf('rotate-iam-keys'), '--output-format=json'], env);
  const end = finished(child);
  let stderr = '';
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  await eventually(() => sandbox.requests.list('CreateAccessKey').length > 0);
  child.kill('SIGINT');
  await eventually(() => stderr.includes('SIGINT: finishing'));
  child.kill('SIGINT');
  const { code, stdout } = await end;
  assert.equal(code, 130);
  assert.equal(reportOf(stdout).errors[0]?.code, 'interrupted');
});
