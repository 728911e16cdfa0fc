// The company of three accounts of the examples, as it stands there: overrides, exemptions, windows and a freeze, on a
// Tuesday morning and in the days between the years.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FleetStage, MANAGEMENT } from '../organization/fleet-stage.ts';
import { callJson } from '../sandbox/json-call.ts';
import { ROOT } from '../support/structured-files.ts';

const [PROD, DEV, VENDORS] = ['111122223333', '444455556666', '777788889999'] as const;
const DAY_MS = 86_400_000;
/** A Tuesday after the files were written; they are moved by whole weeks to the Tuesday that comes next. */
const TUESDAY = Date.parse('2026-12-01T09:30:00Z');

async function company(t: TestContext) {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [PROD, DEV, VENDORS].map((id) => ({ id, hasRole: false })),
    },
  });
  const { sandbox, folder } = stage;
  const { world } = sandbox;
  const administrators = new Map<string, { readonly id: string; readonly secret: string }>();
  for (const id of [PROD, DEV, VENDORS]) {
    const trustedArns = [`arn:aws:iam::${MANAGEMENT}:root`];
    world.addRole(id, { name: 'KeyRotation', trustedArns, administrator: true });
    world.addUser(id, { name: 'admin', path: '/vendor/', administrator: true });
    administrators.set(id, world.addKey(id, 'admin', { ageDays: 1 }));
  }
  const nowMs = sandbox.clock.nowMs();
  const weeks = Math.ceil((nowMs - TUESDAY) / (7 * DAY_MS));
  const atMs = TUESDAY + weeks * 7 * DAY_MS;
  sandbox.advance(atMs - nowMs);
  mkdirSync(join(folder, 'company'));
  for (const name of ['keyturn.yaml', 'exemptions.yaml']) {
    const text = readFileSync(`${ROOT}examples/config/three-accounts/${name}`, 'utf8');
    const moved = text.replaceAll(/\b20\d\d-\d\d-\d\d\b/g, (day) =>
      new Date(Date.parse(`${day}T00:00:00Z`) + weeks * 7 * DAY_MS).toISOString().slice(0, 10),
    );
    writeFileSync(join(folder, 'company', name), moved, { mode: 0o644 });
  }
  Object.assign(stage.env, { KEYTURN_SANDBOX: sandbox.url });
  const put = async (account: string, operation: string, input: Record<string, unknown>) => {
    const { id, secret } = administrators.get(account) ?? world.administratorKey();
    const { status } = await callJson({
      endpoint: sandbox.url,
      credentials: { accessKeyId: id, secretAccessKey: secret },
      service: operation === 'CreateSecret' ? 'secretsmanager' : 'ssm',
      ...{ operation, input },
    });
    assert.equal(status, 200);
  };
  const secretOf = (account: string, name: string) =>
    put(account, 'CreateSecret', {
      Name: name,
      SecretString: '{}',
      ClientRequestToken: '0'.repeat(32),
    });
  const parameterOf = (account: string, name: string) =>
    put(account, 'PutParameter', { Name: name, Value: '{}', Type: 'SecureString' });
  const rotate = (...words: string[]) =>
    stage.rotate('--config', join(folder, 'company', 'keyturn.yaml'), ...words);
  return { stage, world, sandbox, secretOf, parameterOf, rotate };
}

test('three accounts: overrides, exemptions, places by rule, windows and a freeze', async (t) => {
  const { stage, world, sandbox, secretOf, parameterOf, rotate } = await company(t);
  const idle = { ageDays: 100 };
  const add = (account: string, seed: Parameters<typeof world.addUser>[1], key = idle) => {
    world.addUser(account, seed);
    world.addKey(account, seed.name, key);
  };
  add(PROD, { name: 'svc-billing', tags: { team: 'billing' } });
  add(PROD, { name: 'svc-billing-old', tags: { team: 'billing' } }, { ageDays: 50 });
  add(DEV, { name: 'ci-web', tags: { repo: 'web' } });
  add(DEV, { name: 'temp', tags: { team: 'billing' }, groups: ['contractors'] });
  add(VENDORS, { name: 'plc', path: '/vendor/plc/' });
  await secretOf(PROD, 'billing/svc-billing');
  await parameterOf(PROD, '/billing/svc-billing');
  for (const account of [PROD, DEV, VENDORS]) await secretOf(account, `app/${account}/svc-app`);
  await secretOf(DEV, `app/${DEV}/temp`);
  const outcomes = (report: Awaited<ReturnType<typeof rotate>>['report']) =>
    Object.fromEntries([
      ...(report.held_back ?? []).map(({ account_id: id, username, reason }) => [
        `${id} ${username}`,
        reason,
      ]),
      ...report.rotated_keys.map(
        ({ account_id: id, username, success, error_code: code, delivered_to: to }) => [
          `${id} ${username}`,
          success ? to.map(({ place }) => place).join(' ') || 'rotated' : code,
        ],
      ),
    ]);
  const { code, report, stderr } = await rotate();
  assert.equal(code, 0, stderr);
  assert.deepEqual(outcomes(report), {
    [`${PROD} svc-app`]: `us-east-1:app/${PROD}/svc-app`,
    // 120 days in prod are the promise, so it begins at 38; the old one is promised 300 days.
    [`${PROD} svc-billing`]: 'us-east-1:billing/svc-billing us-east-1:/billing/svc-billing',
    [`${DEV} svc-app`]: `us-east-1:app/${DEV}/svc-app`,
    [`${DEV} ci-web`]:
      'eu-central-1:/ci/web/ci-web#id=AWS_ACCESS_KEY_ID,secret=AWS_SECRET_ACCESS_KEY',
    [`${DEV} temp`]: `us-east-1:app/${DEV}/temp`,
    [`${VENDORS} svc-app`]: `us-east-1:app/${VENDORS}/svc-app`,
    [`${VENDORS} plc`]: 'exempt',
  });
  const statuses = (account: string, user: string) =>
    world.user(account, user).keys.map(({ status }) => status);
  assert.deepEqual(statuses(PROD, 'svc-billing'), ['Inactive', 'Active']);
  assert.deepEqual(statuses(PROD, 'svc-billing-old'), ['Active']);
  assert.deepEqual(statuses(VENDORS, 'plc'), ['Active']);
  // Twenty days later it is frozen: holds are over, a key is due, and nothing is done.
  sandbox.advance(21 * DAY_MS);
  sandbox.requests.clear();
  stage.addKey(DEV, 'late', { ageDays: 200 });
  const frozen = await rotate();
  assert.equal(frozen.code, 0, frozen.stderr);
  assert.deepEqual(frozen.report.changes, []);
  assert.equal(outcomes(frozen.report)[`${DEV} late`], 'frozen');
  // And then what was held 20 days in prod goes, in its window.
  sandbox.advance(21 * DAY_MS);
  const [first] = world.user(PROD, 'svc-billing').keys;
  const { report: last } = await rotate();
  const deleted = last.cleanup_results.flatMap(({ deleted_keys: ids }) => ids);
  assert.ok(first !== undefined && deleted.includes(first.id));
});
