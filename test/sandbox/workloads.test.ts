// Simulated workloads: what they read, what they sign with it, and what the account shows of that.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  type AccessKey,
  DEFAULT_ACCOUNT_ID,
  populate,
  populateWorkloads,
  type Sandbox,
  seedPlace,
  startSandbox,
  type WorkloadSeed,
  type WorkloadStatus,
} from '../../src/sandbox/index.ts';
import { administrator, iamOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UserName = 'svc-shop';
const PLACE = 'secrets-manager=app/svc-shop';

describe('workloads', () => {
  let sandbox: Sandbox;
  let key: AccessKey;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'workloads', now: new Date('2026-06-01T00:00:30Z') });
    sandbox.settings.lastUsedLagSeconds = 0;
    sandbox.world.addUser(ACCOUNT, { name: UserName });
    key = sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 100 });
    seedPlace(sandbox.world, PLACE, { key, region: 'us-east-1' });
  });
  afterEach(() => sandbox.close());

  function start(seed: Partial<WorkloadSeed> = {}): void {
    sandbox.workloads.add({ name: 'shop', place: PLACE, reads: '20m', calls: '5m', ...seed });
  }

  function status(name = 'shop'): WorkloadStatus {
    const found = sandbox.workloads.list().find((each) => each.name === name);
    assert.ok(found !== undefined);
    return found;
  }

  /** A new key in the place, as a rotation leaves it. */
  function replaceKey(): AccessKey {
    const next = sandbox.world.issueKey(ACCOUNT, sandbox.world.user(ACCOUNT, UserName));
    seedPlace(sandbox.world, PLACE, { key: next, region: 'us-east-1' });
    return next;
  }

  function deactivate(accessKeyId: string): Promise<unknown> {
    const change = { UserName, AccessKeyId: accessKeyId, Status: 'Inactive' } as const;
    return iamOf(sandbox).send(new UpdateAccessKeyCommand(change));
  }

  it('reads and calls on schedules of their own', () => {
    start();
    sandbox.advance(DAY_MS);
    const { readCount, callCount, refusedCount, keyId, userName } = status();
    // One read at the start.
    assert.equal(readCount, 72 + 1);
    assert.equal(callCount, 288);
    assert.equal(refusedCount, 0);
    assert.equal(keyId, key.id);
    assert.equal(userName, UserName);
  });

  it('one that reads its place again takes over the new key before the old one goes', async () => {
    start();
    const next = replaceKey();
    sandbox.advance(21 * MINUTE_MS);
    await deactivate(key.id);
    sandbox.advance(DAY_MS);
    assert.equal(status().keyId, next.id);
    assert.equal(status().refusedCount, 0);
  });

  it('one that never reads again keeps its key, and is refused once that is Inactive', async () => {
    start({ reads: 'never' });
    replaceKey();
    sandbox.advance(DAY_MS);
    assert.equal(status().keyId, key.id);
    assert.equal(status().refusedCount, 0);
    await deactivate(key.id);
    const cutAt = sandbox.clock.now();
    sandbox.advance(HOUR_MS);
    const { refusedCount, firstRefusedAt, lastRefusal, readCount } = status();
    assert.equal(refusedCount, 12);
    assert.equal(readCount, 1);
    assert.equal(lastRefusal, 'InvalidClientTokenId');
    assert.ok(firstRefusedAt !== undefined && firstRefusedAt > cutAt);
  });

  it('a restart makes it read again', async () => {
    start({ reads: 'never' });
    const next = replaceKey();
    sandbox.workloads.restart('shop');
    await deactivate(key.id);
    sandbox.advance(HOUR_MS);
    assert.equal(status().keyId, next.id);
    assert.equal(status().refusedCount, 0);
  });

  it('a job reads when it starts, however seldom that is', async () => {
    start({ reads: 'each-call', calls: '30d' });
    sandbox.advance(29 * DAY_MS);
    const next = replaceKey();
    await deactivate(key.id);
    sandbox.advance(31 * DAY_MS);
    assert.equal(status().callCount, 2);
    assert.equal(status().keyId, next.id);
    assert.equal(status().refusedCount, 0);
  });

  it('the new key is refused for its lag, as everywhere', () => {
    sandbox.settings.keyLagSeconds = 3600;
    replaceKey();
    start({ reads: '1d' });
    sandbox.advance(59 * MINUTE_MS);
    const { refusedCount, callCount } = status();
    assert.equal(refusedCount, callCount);
    sandbox.advance(HOUR_MS);
    assert.ok(status().refusedCount <= refusedCount + 1);
    assert.equal(status().callCount, callCount + 12);
  });

  it('its calls move the last use of its key: first of a span, cut to the minute, lag, region', async () => {
    sandbox.settings.lastUsedLagSeconds = 3600;
    start({ service: 's3' });
    const lastUsed = async () => {
      const asked = new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id });
      return (await iamOf(sandbox).send(asked)).AccessKeyLastUsed;
    };
    sandbox.advance(30 * MINUTE_MS);
    assert.equal((await lastUsed())?.LastUsedDate, undefined);
    sandbox.advance(2 * HOUR_MS);
    const shown = await lastUsed();
    const ageMs = sandbox.clock.nowMs() - Number(shown?.LastUsedDate);
    assert.ok(ageMs >= HOUR_MS && ageMs <= HOUR_MS + 16 * MINUTE_MS, String(ageMs));
    assert.equal(Number(shown?.LastUsedDate) % MINUTE_MS, 0);
    assert.deepEqual([shown?.ServiceName, shown?.Region], ['s3', 'N/A']);
    const spans = key.uses.map(({ at }, index) => +at - Number(key.uses[index - 1]?.at ?? 0));
    assert.ok(spans.every((spanMs) => spanMs >= 15 * MINUTE_MS));
  });

  it('a refused call is no use', async () => {
    start({ reads: 'never' });
    await deactivate(key.id);
    sandbox.advance(HOUR_MS);
    assert.ok(status().refusedCount > 0);
    assert.deepEqual(key.uses, []);
  });

  it('the credential report shows their uses', async () => {
    sandbox.settings.reportSeconds = 0;
    start({ service: 'sqs', region: 'eu-central-1', place: PLACE });
    // Its place is in another region, so it has nothing to sign with.
    sandbox.advance(HOUR_MS);
    assert.equal(status().lastRefusal, 'NoCredentials');
    seedPlace(sandbox.world, PLACE, { key, region: 'eu-central-1' });
    sandbox.advance(HOUR_MS);
    const iam = iamOf(sandbox);
    await iam.send(new GenerateCredentialReportCommand({}));
    const report = await iam.send(new GetCredentialReportCommand({}));
    const csv = Buffer.from(report.Content ?? []).toString('utf8');
    assert.match(csv, /svc-shop,.*,true,[^,]+,2026-06-01T0[12]:\d\d:00Z,eu-central-1,sqs,/);
  });

  it('it goes on with what it has while its place cannot be read', async () => {
    start();
    const [secret] = sandbox.world.account(ACCOUNT).secrets.values();
    const state = secret?.states.newest;
    assert.ok(state !== undefined);
    secret?.states.write(0, { ...state, deletionDate: new Date('2030-01-01') });
    sandbox.advance(HOUR_MS);
    assert.equal(status().keyId, key.id);
    assert.equal(status().failedReadCount, 3);
    assert.equal(status().refusedCount, 0);
  });

  it('a wrong secret beside the right ID is refused for its signature', async () => {
    start();
    const client = new SecretsManagerClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: administrator(sandbox),
    });
    const SecretString = JSON.stringify({ id: key.id, secret: 'of another key' });
    await client.send(new PutSecretValueCommand({ SecretId: 'app/svc-shop', SecretString }));
    client.destroy();
    sandbox.advance(HOUR_MS);
    assert.equal(status().lastRefusal, 'SignatureDoesNotMatch');
  });

  it('a key that no sandbox gave out is refused, and told to nobody', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-workloads-'));
    try {
      writeFileSync(join(folder, 'pair'), 'AKIAIOSFODNN7EXAMPLE');
      start({ place: `file=${join(folder, 'pair')}` });
      sandbox.advance(HOUR_MS);
      assert.equal(status().keyId, undefined);
      assert.ok(!JSON.stringify(sandbox.workloads.list()).includes('AKIAIOSFODNN7EXAMPLE'));
      assert.equal(status().lastRefusal, 'InvalidClientTokenId');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('reads parameters, pairs in two places, and sections of files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-workloads-'));
    const file = join(folder, 'credentials');
    try {
      const other = sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 5 });
      seedPlace(sandbox.world, 'ssm=/app/shop', { key, region: 'us-east-1' });
      seedPlace(sandbox.world, 'secrets-manager=app/other', { key: other, region: 'us-east-1' });
      const section = (name: string, { id, secret }: AccessKey): string =>
        `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
      writeFileSync(file, section('default', other) + section('shop', key));
      const places = {
        parameter: 'ssm=/app/shop#id=aws_access_key_id,secret=aws_secret_access_key',
        halves: 'secrets-manager=app/other,app/svc-shop',
        'the first key of a file': `file=${file}`,
        section: `file=${file}#shop`,
      };
      for (const [name, place] of Object.entries(places)) start({ name, place });
      start({ name: 'no section', place: `file=${file}#nobody` });
      start({ name: 'no file', place: `file=${join(folder, 'nowhere')}` });
      start({ name: 'a folder', place: `file=${folder}` });
      sandbox.advance(HOUR_MS);
      assert.equal(status('parameter').keyId, key.id);
      assert.equal(status('halves').keyId, other.id);
      assert.equal(status('the first key of a file').keyId, other.id);
      assert.equal(status('section').keyId, key.id);
      for (const name of ['no section', 'no file', 'a folder']) {
        assert.equal(status(name).keyId, undefined, name);
        assert.equal(status(name).lastRefusal, 'NoCredentials', name);
      }
      writeFileSync(file, section('shop', other));
      sandbox.advance(HOUR_MS);
      assert.equal(status('section').keyId, other.id);
      assert.equal(status('section').refusedCount, 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a place or a schedule that it does not know, and a name that is taken', () => {
    for (const bad of [
      { place: 'app/shop' },
      { place: 'vault=app/shop' },
      { place: 'constructor=x' },
      { reads: 'sometimes' },
      { calls: 'never' },
      { calls: '0m' },
      { accountId: '999999999999' },
    ]) {
      assert.throws(() => start(bad), RangeError, JSON.stringify(bad));
    }
    start();
    assert.throws(() => start(), /named 'shop' already/);
    assert.throws(() => sandbox.workloads.restart('shops'), /none named 'shops'/);
    assert.throws(
      () => seedPlace(sandbox.world, 'file=/x', { key, region: 'us-east-1' }),
      RangeError,
    );
  });

  it('one long advance and many short ones come to the same', async () => {
    const play = async (steps: readonly number[]): Promise<unknown> => {
      const other = await startSandbox({ seed: 'same', now: new Date('2026-06-01T00:00:00Z') });
      try {
        populate(other.world, ACCOUNT, { users: 30, seed: 1 });
        populateWorkloads(other, { seed: 1 });
        const startMs = other.clock.nowMs();
        for (const step of steps) other.advance(step);
        other.clock.set(new Date(startMs + 10 * DAY_MS + HOUR_MS));
        const uses = [...other.world.keys.values()].map(({ id, uses }) => [id, uses.length]);
        // The sandboxes do not start in the same millisecond.
        const counts = other.workloads
          .list()
          .map(({ name, callCount, readCount, refusedCount, keyId }) => [
            ...[name, callCount, readCount, refusedCount, keyId],
          ]);
        return { counts, uses };
      } finally {
        await other.close();
      }
    };
    const whole = await play([10 * DAY_MS]);
    assert.deepEqual(await play(Array<number>(240).fill(HOUR_MS)), whole);
  });
});

describe('a population of workloads', () => {
  it('is one for each key used lately, whose place holds its pair, and none is refused', async () => {
    const sandbox = await startSandbox({ seed: 'population' });
    try {
      const counts = { due: 30, neverUsed: 9, twoActive: 5 };
      populate(sandbox.world, ACCOUNT, { users: 60, seed: 1, counts });
      const made = populateWorkloads(sandbox, { seed: 1 });
      assert.equal(made.places, 60);
      assert.equal(made.workloads, 30 + 16 + 2 * 5);
      sandbox.advance(31 * DAY_MS);
      const all = sandbox.workloads.list();
      assert.equal(all.length, made.workloads);
      for (const { name, keyId, userName, refusedCount, callCount } of all) {
        assert.equal(name.replace(/-old$/, ''), userName);
        assert.ok(keyId !== undefined && callCount > 0, name);
        assert.equal(refusedCount, 0);
      }
      const madeOf = (name: string): number => {
        const keyId = all.find((each) => each.name === name)?.keyId ?? '';
        return Number(sandbox.world.key(keyId)?.createDate);
      };
      // Of two keys the place holds the younger one.
      for (const { name } of all.filter((each) => each.name.endsWith('-old'))) {
        assert.ok(madeOf(name) < madeOf(name.replace(/-old$/, '')), name);
      }
      const schedules = new Set(all.map(({ reads }) => reads));
      assert.deepEqual([...schedules].sort(), ['1h', '20m', '7d', 'each-call', 'never']);
    } finally {
      await sandbox.close();
    }
  });

  it('can be narrowed to some users, with one schedule for all and places in parameters', async () => {
    const sandbox = await startSandbox({ seed: 'population' });
    try {
      const { users } = populate(sandbox.world, ACCOUNT, {
        users: 20,
        seed: 1,
        counts: { due: 20 },
      });
      const names = users.slice(0, 5).map(({ name }) => name);
      const place = 'ssm=/app/{user}';
      const made = populateWorkloads(sandbox, { users: names, place, reads: '20m', calls: '20m' });
      assert.deepEqual(made, { places: 20, workloads: 5 });
      sandbox.advance(DAY_MS);
      assert.deepEqual(sandbox.workloads.totals(), {
        workloads: 5,
        reads: 5 * 73,
        calls: 5 * 72,
        refused: 0,
      });
    } finally {
      await sandbox.close();
    }
  });
});

describe('workloads over the control interface', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'control' });
    populate(sandbox.world, ACCOUNT, { users: 10, seed: 1, counts: { due: 10 } });
  });
  afterEach(() => sandbox.close());

  async function control(method: string, path: string, body?: unknown) {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
    return { status: response.status, json: (await response.json()) as any };
  }

  it('are added, played by an advance, restarted, told of without secrets, and ended', async () => {
    const added = await control('POST', 'workloads', { populate: { seed: 1, reads: 'never' } });
    assert.equal(added.json.totals.workloads, 10);
    const { name, keyId } = added.json.workloads[0];
    await control('POST', 'workloads', {
      workloads: [{ name: 'more', place: `secrets-manager=app/${name}`, calls: '1h' }],
    });
    const moved = await control('POST', 'clock', { advanceMs: DAY_MS });
    assert.equal(moved.json.service, 'keyturn-sandbox');
    assert.equal(moved.json.shiftMs, DAY_MS);
    const told = await control('GET', 'workloads');
    const more = told.json.workloads.find((each: { name: string }) => each.name === 'more');
    assert.equal(more.callCount, 24);
    assert.equal(more.keyId, keyId);
    const text = JSON.stringify(told.json);
    for (const { secret } of sandbox.world.keys.values()) assert.ok(!text.includes(secret));
    const restarted = await control('POST', 'restart', { name: ['more', name] });
    assert.equal(restarted.json.workloads[0].readCount, 2);
    await control('DELETE', 'workloads');
    assert.deepEqual((await control('GET', 'workloads')).json.workloads, []);
  });

  it('refuses what it does not understand', async () => {
    for (const [path, body] of [
      ['workloads', { workloads: [{ name: 'x' }] }],
      ['workloads', { workloads: [{ name: 'x', place: 'file=/x', often: '1m' }] }],
      ['workloads', { workloads: [{ name: 'x', place: 'file=/x', calls: 5 }] }],
      ['workloads', { workloads: 'all' }],
      ['workloads', { populate: { every: '1m' } }],
      ['restart', { name: 'nobody' }],
      ['restart', { name: 5 }],
      ['restart', {}],
    ] as const) {
      const { status, json } = await control('POST', path, body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.ok(json.error.length > 0);
    }
  });
});
