// Every form in which the gateway is known to hand over parameters, through the Python file and the
// single-file bundle, against a sandbox.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { gateway } from './stage.ts';

interface Run {
  readonly dryRun: boolean;
  readonly days?: number;
  /** Users whose keys were due, in the order of the account. */
  readonly users: readonly string[];
}

const BOTH = ['svc.app', 'svc.web'];

const FORMS: readonly (readonly [args: readonly string[], run: Run])[] = [
  [
    ['--days_threshold=60', '--dry_run', '--aws_profile=', '--target_user=', '--output_format='],
    { dryRun: true, days: 60, users: BOTH },
  ],
  [['--dry_run=true', '--cleanup_inactive=false'], { dryRun: true, users: ['svc.app'] }],
  [['--dry_run=false', '--cleanup_inactive=true'], { dryRun: false, users: ['svc.app'] }],
  [
    ['--days_threshold', '60', '--dry_run', 'true', '--target_user', 'svc.app'],
    { dryRun: true, days: 60, users: ['svc.app'] },
  ],
  // An empty value that was lost when the gateway split its command line.
  [['--target_user', '--dry_run', 'true'], { dryRun: true, users: ['svc.app'] }],
  [['--target_user', '', '--dry_run'], { dryRun: true, users: ['svc.app'] }],
  [['--days-threshold', '30', '--dry-run'], { dryRun: true, days: 30, users: BOTH }],
  // As a decorator with every property sends it.
  [
    [
      '--days_threshold=',
      '--aws_profile=',
      '--aws_region=us-east-1',
      '--target_user=svc.web',
      '--output_format=json',
      '--before_next_run=',
      '--retire=',
      '--quiet_days=',
      '--retire_deadline_days=',
    ],
    { dryRun: false, users: [] },
  ],
  [['--before_next_run=31d', '--quiet_days=14', '--dry_run'], { dryRun: true, users: BOTH }],
  [['--retire=now', '--target_user=svc.app'], { dryRun: false, users: ['svc.app'] }],
  [[], { dryRun: false, users: ['svc.app'] }],
];

for (const [args, expected] of FORMS) {
  test(`argv: ${JSON.stringify(args)}`, async (context) => {
    const { run, writes } = await gateway(context);
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    const report = rotationReportSchema.parse(JSON.parse(stdout));
    assert.equal(report.dry_run, expected.dryRun);
    assert.equal(report.days_threshold, expected.days ?? 90);
    assert.deepEqual(
      report.rotated_keys.map(({ username }) => username),
      expected.users,
    );
    const perKey = ['CreateAccessKey', 'UpdateAccessKey'];
    assert.deepEqual(writes(), expected.dryRun ? [] : expected.users.flatMap(() => perKey));
  });
}

const REFUSED: readonly (readonly [args: readonly string[], code: string])[] = [
  [['--dryrun'], 'unknown-flag'],
  [['--dry_run=yes'], 'bad-value'],
  [['--target_user=svc app'], 'bad-value'],
  [['--target_user=svc', 'app'], 'stray-argument'],
  [['--days_threshold=9e1'], 'bad-value'],
  [['--dry_run', '--dry_run=false'], 'repeated-flag'],
];

for (const [args, errorCode] of REFUSED) {
  test(`argv: ${JSON.stringify(args)} is refused as JSON, and nothing is asked of AWS`, async (context) => {
    const { run, sandbox } = await gateway(context);
    const { code, stdout } = await run(args);
    assert.equal(code, 2);
    const report = rotationReportSchema.parse(JSON.parse(stdout));
    assert.deepEqual(
      report.errors.map((error) => error.code),
      [errorCode],
    );
    assert.deepEqual(sandbox.requests.list(), []);
  });
}

test('output_format=text is a page for people', async (context) => {
  const { run } = await gateway(context);
  const { code, stdout } = await run(['--output_format=text', '--dry_run']);
  assert.equal(code, 0);
  assert.match(stdout, /svc\.app/);
  assert.throws(() => JSON.parse(stdout));
});
