// What an administrator fixes in `runtime.env`, whoever calls the service and with what.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { gateway } from './stage.ts';

const reportOf = (stdout: string) => rotationReportSchema.parse(JSON.parse(stdout));

for (const args of [['--dry_run=false'], ['--dry_run', 'false'], [], ['--dry_run']]) {
  test(`the audit service only reads with ${JSON.stringify(args)}`, async (context) => {
    const { run, writes } = await gateway(context);
    const { code, stdout } = await run(args, { KEYTURN_FORCE_DRY_RUN: 'true' });
    assert.equal(code, 0);
    assert.equal(reportOf(stdout).dry_run, true);
    assert.deepEqual(writes(), []);
  });
}

const REFUSED: readonly (readonly [env: Record<string, string>, code: string, exit: number])[] = [
  // A limit that cannot be read must not be taken for none.
  [{ KEYTURN_FORCE_DRY_RUN: 'yes' }, 'bad-value', 2],
  [{ KEYTURN_REQUIRE_USER: 'true' }, 'bad-value', 2],
  [{ KEYTURN_STATE_DIR: 'state' }, 'state-dir', 3],
  [{ KEYTURN_GATEWAY_FLAGS: '--state-dir state' }, 'state-dir', 3],
  // Caller and administrator: neither wins quietly.
  [{ KEYTURN_GATEWAY_FLAGS: '--days-threshold 30' }, 'repeated-flag', 2],
  [{ KEYTURN_GATEWAY_FLAGS: '--no-such-flag' }, 'unknown-flag', 2],
  [{ KEYTURN_GATEWAY_FLAGS: "--deliver 'command=/put {user}" }, 'bad-value', 2],
];

for (const [env, errorCode, exit] of REFUSED) {
  test(`${JSON.stringify(env)} is refused, and nothing is asked of AWS`, async (context) => {
    const { run, sandbox } = await gateway(context);
    const { code, stdout } = await run(['--days_threshold=60', '--target_user='], env);
    assert.equal(code, exit);
    assert.deepEqual(
      reportOf(stdout).errors.map((error) => error.code),
      [errorCode],
    );
    assert.deepEqual(sandbox.requests.list(), []);
  });
}

test('KEYTURN_REQUIRE_USER is content with a named user', async (context) => {
  const { run } = await gateway(context);
  const env = { KEYTURN_REQUIRE_USER: 'true' };
  const { code, stdout } = await run(['--target_user=svc.web', '--dry_run'], env);
  assert.equal(code, 0);
  assert.deepEqual(reportOf(stdout).rotated_keys, []);
});

test('flags of the administrator count: a time limit ends the run', async (context) => {
  const { run, sandbox } = await gateway(context);
  sandbox.faults.add({ operation: 'ListUsers', effect: { kind: 'hang' } });
  const { code, stdout } = await run([], { KEYTURN_GATEWAY_FLAGS: '  --timeout 1  ' });
  assert.equal(code, 1);
  assert.deepEqual(
    reportOf(stdout).errors.map((error) => error.code),
    ['time-limit'],
  );
});

test('a destination of several words is quoted in the flags of the administrator', async (context) => {
  const { run } = await gateway(context);
  const { code, stdout } = await run(['--dry_run'], {
    KEYTURN_GATEWAY_FLAGS: "--timeout 60 --deliver 'command=/no/such/program {user}'",
  });
  assert.equal(code, 0, stdout);
  const [blocked] = reportOf(stdout).rotated_keys;
  assert.match(blocked?.error ?? '', /\/no\/such\/program is not run: it does not exist/);
});
