// keyturn status, recover and undo, as real processes against the sandbox.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import { localTimes } from '../../src/base/local-time.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { statusReportSchema } from '../../src/reports/status-report.ts';
import { undoReportSchema } from '../../src/reports/undo-report.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import { hold } from '../sandbox/hold.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator } from '../sandbox/sdk.ts';
import { eventually } from '../sandbox/wait.ts';
import { binOf, finished, hoursLater, run, start } from './process.ts';

const ACCOUNT = '123456789012';
const key = (name: string) => accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`);

async function openAccount(t: TestContext) {
  const sandbox = await startSandbox({ seed: 3, reportSeconds: 0 });
  const stateDir = await mkdtemp(join(tmpdir(), 'keyturn-state-'));
  t.after(async () => {
    await sandbox.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  const env = {
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: stateDir,
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const addUser = (name: string) => {
    sandbox.world.addUser(ACCOUNT, { name });
    return sandbox.world.addKey(ACCOUNT, name, { ageDays: 200 });
  };
  const keyturn = (line: string) => run('keyturn', line.split(' '), env);
  const rotate = (line = '') =>
    run('rotate-iam-keys', ['--log-level', 'error', ...line.split(' ').filter(Boolean)], env);
  const statuses = (name: string) =>
    sandbox.world.user(ACCOUNT, name).keys.map(({ id, status }) => ({ id, status }));
  return { sandbox, stateDir, env, addUser, keyturn, rotate, statuses };
}

/** Holds the first CreateAccessKey after it was carried out, and kills the process there. */
async function killAfterCreate(sandbox: Sandbox, env: Record<string, string>): Promise<void> {
  sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'drop-reply' } });
  await finished(start([binOf('rotate-iam-keys'), '--log-level', 'error'], env));
  sandbox.faults.clear();
}

describe('keyturn status and recover', () => {
  it('tell after a run whose secrets wait since when, what waits, and when to come again', async (t) => {
    const { sandbox, stateDir, addUser, keyturn, rotate } = await openAccount(t);
    for (const name of ['svc-a', 'svc-b', 'svc-sealed']) addUser(name);
    const at = new Date(sandbox.clock.nowMs() - 86_400_000);
    sandbox.world.addUser(ACCOUNT, { name: 'svc-busy' });
    sandbox.world.addKey(ACCOUNT, 'svc-busy', { ageDays: 200, lastUsed: { at } });
    const recipient = await identityToRecipient(await generateIdentity());
    assert.equal((await rotate(`--user svc-sealed --handoff-recipient ${recipient}`)).code, 0);
    assert.equal((await rotate()).code, 0);
    const status = await keyturn('status --json');
    const report = statusReportSchema.parse(JSON.parse(status.stdout));
    assert.deepEqual(
      report.handoff_files.map(({ username, state, is_encrypted: isSealed, age_days: days }) => [
        username,
        state,
        isSealed,
        days,
      ]),
      [
        ['svc-a', 'waits', false, 0],
        ['svc-b', 'waits', false, 0],
        ['svc-busy', 'waits', false, 0],
        ['svc-sealed', 'waits', true, 0],
      ],
    );
    const [busy] = report.open_rotations;
    assert.deepEqual([busy?.username, busy?.phase, busy?.age_days], ['svc-busy', 'in-grace', 0]);
    assert.equal(report.next_run_at, busy?.next_run_at);
    const waitsMs = Date.parse(report.next_run_at ?? '') - Date.parse(report.checked_at);
    // As the run has told: less than five weeks of its use are known.
    assert.equal(Math.round(waitsMs / 86_400_000), 35);
    const page = (await keyturn('status')).stdout;
    assert.match(page, /svc-a +AKIA\w+\.json +today/);
    assert.match(page, /svc-sealed +AKIA\w+\.age +today/);
    assert.match(page, /svc-busy +AKIA\w+ +AKIA\w+ +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d/);
    assert.match(page, /Something waits: run again after /);
    // The folder is told once, and not with every file.
    assert.equal(page.split(`${stateDir}/${ACCOUNT}/handoff/`).length, 3);
  });

  it('show and finish what a run left open, and begin nothing', async (t) => {
    const { sandbox, env, addUser, keyturn, statuses } = await openAccount(t);
    addUser('svc-open');
    await killAfterCreate(sandbox, env);
    addUser('svc-due');
    const status = await keyturn('status --json');
    const { open_rotations: open } = statusReportSchema.parse(JSON.parse(status.stdout));
    assert.deepEqual(
      open.map(({ username, phase }) => [username, phase]),
      [['svc-open', 'orphan-found']],
    );
    const orphan = statuses('svc-open')[1]?.id ?? '';
    const [{ orphan_key_id: orphanId, deletable_from: from } = {}] = open;
    assert.equal(orphanId, orphan);
    const page = (await keyturn('status')).stdout;
    assert.match(page, new RegExp(`svc-open +orphan-found +\\S+ +${orphan}`));
    assert.match(page, new RegExp(`\n +keyturn recover --orphan ${orphan}\n`));
    assert.ok(page.replaceAll(/\s+/g, ' ').includes(`after ${localTimes(from ?? '')}`), page);

    const soon = await keyturn('recover');
    assert.equal(soon.code, 1);
    assert.match(soon.stdout + soon.stderr, /would not show yet if somebody used it/);
    Object.assign(env, hoursLater(sandbox, 5));

    const before = sandbox.requests.writes().length;
    const dry = await keyturn('recover --dry-run --output-format json');
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(sandbox.requests.writes().length, before);
    const recovered = await keyturn('recover');
    assert.equal(recovered.code, 0, recovered.stderr);
    // The orphan is gone, its old key works, and the due key of the other user was left alone.
    assert.deepEqual([statuses('svc-open').length, statuses('svc-due').length], [1, 1]);
    assert.match((await keyturn('status')).stdout, /No rotation is open/);
    assert.match((await keyturn('recover')).stdout, /Nothing is left open/);
  });

  it('closes what is open for a user who was deleted', async (t) => {
    const { sandbox, env, addUser, keyturn } = await openAccount(t);
    addUser('svc-gone');
    await killAfterCreate(sandbox, env);
    sandbox.world.account(ACCOUNT).users.delete('svc-gone');
    assert.equal((await keyturn('recover')).code, 0);
    assert.match((await keyturn('status')).stdout, /No rotation is open/);
  });
});

describe('keyturn compact', () => {
  it('drops what no decision needs, refuses during a run, and the hold stays (I5)', async (t) => {
    const { sandbox, env, addUser, keyturn, rotate, statuses } = await openAccount(t);
    const first = addUser('svc-a');
    assert.equal((await rotate()).code, 0);
    assert.match((await keyturn('compact')).stdout, /: 6 of 6 records/);
    // The kept record still holds the key back from clean-up.
    assert.equal((await rotate('--cleanup-inactive --inactive-days 1')).code, 0);
    assert(statuses('svc-a').some(({ id }) => id === first.id));

    addUser('svc-b');
    sandbox.faults.add({ operation: 'CreateAccessKey', effect: { kind: 'hang' } });
    const running = start([binOf('rotate-iam-keys'), '--log-level', 'error'], env);
    const ended = finished(running);
    await eventually(() => sandbox.requests.list('CreateAccessKey').length === 2);
    const refused = await keyturn('compact');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /held by a run/);
    running.kill('SIGKILL');
    await ended;
    sandbox.faults.clear();
    assert.equal((await keyturn('compact')).code, 0);
  });
});

it('I8: compact keeps what tells of a hand-off that is left over, until a run has removed it', async (t) => {
  const { stateDir, addUser, keyturn } = await openAccount(t);
  addUser('ada');
  const [old, made, next] = [key('A'), key('B'), key('C')];
  const credentials = join(stateDir, 'credentials');
  const pair = `aws_access_key_id = ${next}\naws_secret_access_key = ${'x'.repeat(40)}\n`;
  await writeFile(credentials, `[work]\n${pair}`, { mode: 0o600 });
  const target = { kind: 'credentials-file', place: `${credentials} [work]` };
  const completed = (rotation: string, oldKeyId: AccessKeyId, newKeyId: AccessKeyId) =>
    [
      { type: 'intended', oldKeyId, knownKeyIds: [oldKeyId], oldKeyFate: 'keep', target },
      { type: 'created', newKeyId },
      { type: 'delivered', receipts: [] },
      { type: 'verified', checks: 3 },
      { type: 'completed' },
    ].map((step) => ({ rotation, step }));
  const records = [
    ...completed('r1', old, made),
    { rotation: null, step: { type: 'deleted', keyId: old } },
    ...completed('r2', made, next),
  ] as Pick<JournalRecord, 'rotation' | 'step'>[];
  const envelope = { v: 1, at: new Date(), run: 'earlier', account: ACCOUNT, user: 'ada' } as const;
  const lines = records.map((each) => encodeRecord({ ...envelope, ...each } as JournalRecord));
  const handoff = join(stateDir, ACCOUNT, 'handoff');
  await mkdir(handoff, { recursive: true, mode: 0o700 });
  for (const id of [made, next, key('D')]) {
    const content = {
      format_version: 1,
      account_id: ACCOUNT,
      user_name: 'ada',
      access_key_id: id,
      secret_access_key: 'x'.repeat(40),
      rotation: 'r',
      created_at: new Date().toISOString(),
    };
    await writeFile(join(handoff, `${id}.json`), JSON.stringify(content), { mode: 0o600 });
  }
  await writeFile(join(stateDir, ACCOUNT, 'journal.jsonl'), `${lines.join('\n')}\n`);
  assert.match((await keyturn('compact')).stdout, /: 11 of 11 records/);
  assert.equal((await keyturn('recover')).code, 0);
  // What no record explains is not ours to remove.
  assert.deepEqual(await readdir(handoff), [`${key('D')}.json`]);
  // The key that the first rotation made may still exist, and its records tell the place that may hold it.
  assert.match((await keyturn('compact')).stdout, /: 11 of 11 records/);
});

describe('keyturn undo', () => {
  it('makes the old key Active again, names the hand-off, and the new key Inactive last', async (t) => {
    const { sandbox, env, addUser, keyturn, rotate, statuses } = await openAccount(t);
    const old = addUser('svc-a');
    assert.equal((await rotate()).code, 0);
    Object.assign(env, hoursLater(sandbox, 5));
    sandbox.requests.clear();
    const undone = await keyturn('undo svc-a --json --log-level error');
    assert.equal(undone.code, 0, undone.stderr);
    const report = undoReportSchema.parse(JSON.parse(undone.stdout));
    assert.equal(report.old_key_reactivated, true);
    assert.equal(report.new_key, 'made-inactive');
    assert.equal(report.not_put_back[0]?.kind, 'handoff');
    assert.deepEqual(statuses('svc-a'), [
      { id: old.id, status: 'Active' },
      { id: report.new_key_id, status: 'Inactive' },
    ]);
    const changed = sandbox.requests
      .writes()
      .map(({ params }) => [params.AccessKeyId, params.Status]);
    assert.deepEqual(changed, [
      [old.id, 'Active'],
      [report.new_key_id, 'Inactive'],
    ]);
    // Its hand-off file is still there, and waits for nobody.
    const status = await keyturn('status --json');
    const { handoff_files: files } = statusReportSchema.parse(JSON.parse(status.stdout));
    assert.deepEqual(
      files.map(({ access_key_id: id, state }) => [id, state]),
      [[report.new_key_id, 'undone']],
    );
    const page = (await keyturn('status')).stdout;
    assert.doesNotMatch(page, /wait/);
    assert.match(page, /nobody is to be given[\s\S]*undone/);
  });

  it('puts a secret back where its readers look for it, and says so', async (t) => {
    const { sandbox, addUser, keyturn, rotate } = await openAccount(t);
    const old = addUser('svc-a');
    const held = { AccessKeyId: old.id, SecretAccessKey: old.secret, port: 5432 };
    const secret = {
      Name: 'svc-a',
      SecretString: JSON.stringify(held),
      ClientRequestToken: '0'.repeat(32),
    };
    const call = {
      endpoint: sandbox.url,
      credentials: administrator(sandbox),
      service: 'secretsmanager',
    } as const;
    await callJson({ ...call, operation: 'CreateSecret', input: secret });
    const served = async () => {
      const answer = await callJson({
        ...call,
        operation: 'GetSecretValue',
        input: { SecretId: 'svc-a' },
      });
      return JSON.parse(answer.json.SecretString);
    };
    assert.equal((await rotate('--deliver secrets-manager={user}')).code, 0);
    assert.notEqual((await served()).AccessKeyId, old.id);
    const undone = await keyturn('undo svc-a --json --log-level error');
    assert.equal(undone.code, 0, undone.stderr);
    const report = undoReportSchema.parse(JSON.parse(undone.stdout));
    assert.deepEqual([report.put_back[0]?.kind, report.not_put_back], ['secrets-manager', []]);
    assert.deepEqual(await served(), held);
    assert.equal(old.status, 'Active');
  });

  it('can be repeated, and says what it cannot do', async (t) => {
    const { sandbox, env, addUser, keyturn, rotate } = await openAccount(t);
    const old = addUser('svc-a');
    addUser('svc-new');
    const none = await keyturn('undo svc-new --json');
    assert.equal(none.code, 1);
    assert.equal(JSON.parse(none.stdout).error.code, 'nothing-to-undo');
    assert.equal((await rotate('--user svc-a')).code, 0);
    Object.assign(env, hoursLater(sandbox, 5));
    assert.equal((await keyturn('undo svc-a')).code, 0);
    const again = await keyturn('undo svc-a');
    assert.equal(again.code, 0);
    assert.match(again.stdout, /Inactive already/);
    sandbox.world.user(ACCOUNT, 'svc-a').keys.splice(0, 1);
    const late = await keyturn('undo svc-a');
    assert.equal(late.code, 1);
    assert.match(late.stderr, new RegExp(`${old.id} of svc-a does not exist any more`));
  });

  it('I10: stops at a signal with the step in hand, and the next run finishes it', async (t) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const { sandbox, env, addUser, keyturn, rotate, statuses } = await openAccount(t);
      const old = addUser('svc-a');
      assert.equal((await rotate()).code, 0);
      Object.assign(env, hoursLater(sandbox, 5));
      const held = hold();
      sandbox.faults.add({
        operation: 'UpdateAccessKey',
        calls: { first: 1 },
        effect: { kind: 'delay-reply', durationMs: held.ms },
      });
      const begun = sandbox.requests.list('UpdateAccessKey').length;
      const undoing = start([binOf('keyturn'), 'undo', 'svc-a', '--json'], env);
      const ended = finished(undoing);
      let stderr = '';
      undoing.stderr?.on('data', (text: string) => {
        stderr += text;
      });
      await eventually(() => sandbox.requests.list('UpdateAccessKey').length > begun);
      undoing.kill(signal);
      await eventually(() => stderr.includes(`${signal}: finishing`));
      await held.letGo();
      const stopped = await ended;
      assert.equal(stopped.code, code, stopped.stderr);
      assert.equal(JSON.parse(stopped.stdout).error.code, 'interrupted');
      sandbox.faults.clear();
      assert.match((await keyturn('status')).stdout, /svc-a +undoing/);
      assert.deepEqual(
        statuses('svc-a').map(({ status }) => status),
        ['Active', 'Active'],
      );
      assert.equal((await keyturn('recover')).code, 0);
      assert.deepEqual(
        statuses('svc-a').map(({ id, status }) => [id === old.id, status]),
        [
          [true, 'Active'],
          [false, 'Inactive'],
        ],
      );
    }
  });

  it('I11: leaves a new key Active that somebody works with already, and says so', async (t) => {
    const { sandbox, addUser, keyturn, rotate, statuses } = await openAccount(t);
    const old = addUser('svc-a');
    assert.equal((await rotate()).code, 0);
    const fresh = sandbox.world.user(ACCOUNT, 'svc-a').keys.find(({ id }) => id !== old.id);
    assert(fresh);
    const at = new Date(sandbox.clock.nowMs() + 3_600_000);
    fresh.uses.push({ at, service: 's3', region: 'us-east-1' });
    sandbox.clock.advance(24 * 3_600_000);
    const undone = await keyturn('undo svc-a --json --log-level error');
    assert.equal(undone.code, 0, undone.stderr);
    assert.equal(undoReportSchema.parse(JSON.parse(undone.stdout)).new_key, 'left-active');
    assert.deepEqual(
      statuses('svc-a').map(({ status }) => status),
      ['Active', 'Active'],
    );
  });
});
