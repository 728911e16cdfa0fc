// Every command line of the document that the fleet rotator's users know, typed as it is written there.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { type Gateway, gateway } from './stage.ts';

const HOUR_MS = 3_600_000;
const IN_USE = 'john.doe';
/** With a key of 100 days that nobody uses, and with one of 70 days. */
const [IDLE, YOUNG] = ['svc.app', 'svc.web'];
const DOCUMENTED_RESULT = {
  execution_time: 'string',
  dry_run: 'boolean',
  days_threshold: 'number',
  rotated_keys: 'object',
  cleanup_results: 'object',
  errors: 'object',
  summary: 'object',
};
const DOCUMENTED_KEY = ['username', 'old_key_id', 'new_key_id', 'success', 'error', 'dry_run'];
const DOCUMENTED_SUMMARY = [
  'total_keys_processed',
  'successful_rotations',
  'failed_rotations',
  'cleanup_operations',
];

interface Line {
  readonly line: string;
  readonly days?: number;
  readonly isDry?: true;
  readonly users: readonly string[];
  /** How many Inactive keys are deleted. */
  readonly deleted?: number;
}

const LINES: readonly Line[] = [
  { line: 'python rotate_iam_keys.py --dry-run', isDry: true, users: [IN_USE, IDLE] },
  {
    line: 'python rotate_iam_keys.py --days-threshold 60',
    days: 60,
    users: [IN_USE, IDLE, YOUNG],
  },
  { line: 'python rotate_iam_keys.py --user john.doe', users: [IN_USE] },
  { line: 'python rotate_iam_keys.py --cleanup-inactive', users: [IN_USE, IDLE], deleted: 1 },
  { line: 'python rotate_iam_keys.py --output-format json', users: [IN_USE, IDLE] },
  {
    line: 'python rotate_iam_keys.py --profile production --region us-west-2',
    users: [IN_USE, IDLE],
  },
  {
    line: 'python rotate_iam_keys.py --days-threshold 90 --cleanup-inactive --output-format json',
    users: [IN_USE, IDLE],
    deleted: 1,
  },
  {
    line: 'python rotate_iam_keys.py --dry-run --days-threshold 1',
    days: 1,
    isDry: true,
    // The fourth user has no room for another key.
    users: [IN_USE, IDLE, YOUNG],
  },
];

/** What the document's account may have: a key in use, an idle one, a young one, and an Inactive one. */
async function documentedAccount(context: TestContext): Promise<Gateway> {
  const open = await gateway(context);
  const { world, clock } = open.sandbox;
  const lastUsed = { at: new Date(clock.nowMs() - HOUR_MS), service: 's3' };
  world.addUser(DEFAULT_ACCOUNT_ID, { name: IN_USE });
  world.addKey(DEFAULT_ACCOUNT_ID, IN_USE, { ageDays: 100, lastUsed });
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'svc.tidy' });
  world.addKey(DEFAULT_ACCOUNT_ID, 'svc.tidy', { ageDays: 45, lastUsed });
  world.addKey(DEFAULT_ACCOUNT_ID, 'svc.tidy', { ageDays: 400, status: 'Inactive' });
  return open;
}

function withProfile(context: TestContext, { sandbox }: Gateway): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-document-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { id, secret } = sandbox.world.administratorKey();
  const file = join(folder, 'credentials');
  const pair = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
  writeFileSync(file, `[production]\n${pair}`, { mode: 0o600 });
  return { AWS_SHARED_CREDENTIALS_FILE: file };
}

/** The words after `python rotate_iam_keys.py`, as a shell splits them. */
async function type(context: TestContext, account: Gateway, line: string) {
  const [python, script, ...args] = line.split(' ');
  assert.deepEqual([python, script], ['python', 'rotate_iam_keys.py']);
  const { code, stdout, stderr } = await account.run(args, withProfile(context, account));
  assert.equal(code, 0, stderr);
  const report: RotationReport = JSON.parse(stdout);
  rotationReportSchema.parse(report);
  return report;
}

const statusOf = ({ sandbox }: Gateway, name: string) =>
  sandbox.world.user(DEFAULT_ACCOUNT_ID, name).keys.map(({ status }) => status);

for (const { line, days = 90, isDry = false, users, deleted = 0 } of LINES) {
  test(line, async (context) => {
    const account = await documentedAccount(context);
    const report = await type(context, account, line);
    for (const [name, kind] of Object.entries(DOCUMENTED_RESULT)) {
      assert.equal(typeof report[name as keyof RotationReport], kind, name);
    }
    assert.deepEqual([report.days_threshold, report.dry_run], [days, isDry]);
    for (const name of DOCUMENTED_SUMMARY) assert(name in report.summary, name);
    assert.equal(report.summary.successful_rotations, users.length);
    assert.equal(report.summary.cleanup_operations, deleted);
    const rotated = report.rotated_keys.filter(({ success }) => success);
    assert.deepEqual(rotated.map(({ username }) => username).toSorted(), users.toSorted());
    for (const key of report.rotated_keys) {
      for (const name of DOCUMENTED_KEY) assert(name in key, name);
      assert.equal(typeof key.new_secret_key, isDry ? 'undefined' : 'string');
    }
    // Nobody is cut off: what changed from the document (I15).
    assert.deepEqual(statusOf(account, IN_USE), isDry ? ['Active'] : ['Active', 'Active']);
    assert(report.retirements.some(({ username }) => username === IN_USE));
    if (isDry) assert.deepEqual(account.writes(), []);
  });
}

test('with --retire now each of them is the literal sequence of the document', async (context) => {
  const account = await documentedAccount(context);
  const report = await type(context, account, 'python rotate_iam_keys.py --retire now');
  assert.deepEqual(report.retirements, []);
  assert.deepEqual(
    report.rotated_keys.map(({ old_key_status: status }) => status),
    ['Inactive', 'Inactive'],
  );
  assert.deepEqual(statusOf(account, IN_USE), ['Inactive', 'Active']);
});
