// The policies that ship: each allows the run that it is for, and nothing beside it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  POLICY_ABOUT,
  type PolicyName,
  policyDocument,
} from '../../src/app/policy/named-policies.ts';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { run } from './process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('rotate-iam-keys rotates and cleans up a whole account with the fleet policy alone', async (t) => {
  const sandbox = await startSandbox({ seed: 3 });
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-policy-'));
  t.after(async () => {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const { world } = sandbox;
  const add = (name: string, path = '/'): void => {
    world.addUser(DEFAULT_ACCOUNT_ID, { name, path });
  };
  for (const [name, path] of [['ada'], ['bob', '/engineering/'], ['cleo']] as const)
    add(name, path);
  world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 200 });
  world.addKey(DEFAULT_ACCOUNT_ID, 'bob', { ageDays: 200 });
  const idle = world.addKey(DEFAULT_ACCOUNT_ID, 'cleo', { ageDays: 400, status: 'Inactive' });
  world.addKey(DEFAULT_ACCOUNT_ID, 'cleo', {
    ageDays: 60,
    lastUsed: { at: new Date(Date.now() - 86_400_000) },
  });
  const policies = { fleet: policyDocument('fleet') };
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'rotator', policies });
  const caller = world.addKey(DEFAULT_ACCOUNT_ID, 'rotator');
  const env = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_ACCESS_KEY_ID: caller.id,
    AWS_SECRET_ACCESS_KEY: caller.secret,
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const args = ['--output-format=json', '--cleanup-inactive', '--state-dir', stateDir];
  const { code, stdout, stderr } = await run('rotate-iam-keys', args, env);
  assert.equal(code, 0, stderr);
  const report = rotationReportSchema.parse(JSON.parse(stdout));
  assert.equal(report.summary.successful_rotations, 2);
  assert.deepEqual(
    report.cleanup_results.flatMap((result) => result.deleted_keys),
    [idle.id],
  );
  // The other way of finding keys.
  const scan = await run('rotate-iam-keys', [...args, '--inventory=scan', '--dry-run'], env);
  assert.equal(scan.code, 0, scan.stderr);
  // And what finds them when AWS makes no report.
  sandbox.faults.add({
    operation: 'GenerateCredentialReport',
    effect: { kind: 'error', code: 'ServiceFailure', status: 500 },
  });
  const doubted = await run('rotate-iam-keys', [...args, '--dry-run'], env);
  assert.equal(doubted.code, 0, doubted.stderr);
  // Not one call was in vain, so nothing is missing; each action was needed, so nothing is spare.
  const called = new Set(
    sandbox.requests.list().map(({ operation, errorCode }) => {
      assert.notEqual(errorCode, 'AccessDenied');
      return `iam:${operation}`;
    }),
  );
  for (const statement of policies.fleet.Statement) {
    for (const action of statement.Action) assert(called.has(action), `${action} was never used`);
  }
});

test('keyturn policy prints each policy; the two of keyctl ship as files, word for word', async () => {
  for (const name of Object.keys(POLICY_ABOUT) as PolicyName[]) {
    // Of a place of state: it has none where none is named.
    if (name === 'state') continue;
    const { code, stdout } = await run('keyturn', ['policy', name]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), policyDocument(name));
    if (!['self-service', 'admin'].includes(name)) continue;
    assert.equal(readFileSync(join(ROOT, `keyctl-${name}-policy.json`), 'utf8'), stdout);
  }
  const china = await run('keyturn', ['policy', 'admin', '--partition', 'aws-cn']);
  assert.match(china.stdout, /"arn:aws-cn:iam::\*:user\/\*"/);
});

test('the self-service policy names its own user only, not one whose name ends alike', () => {
  const [statement] = policyDocument('self-service').Statement;
  const resources = [statement?.Resource ?? []].flat().map((text) => {
    const pattern = text.replace('$' + '{aws:username}', 'ada').replaceAll('*', '.*');
    return new RegExp(`^${pattern}$`);
  });
  const matches = (user: string): boolean =>
    resources.some((each) => each.test(`arn:aws:iam::123456789012:user/${user}`));
  assert(matches('ada'));
  assert(matches('engineering/ada'));
  assert(!matches('canada'));
  assert(!matches('engineering/canada'));
});
