import assert from 'node:assert/strict';
import {
  CreateUserCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type GetCredentialReportCommandOutput,
} from '@aws-sdk/client-iam';
import { systemClock } from '../../src/base/clock.ts';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf } from './clients.ts';
import type { TargetAccount } from './target.ts';
import { daysAgo, wholeMinute } from './times.ts';

const POLL_MS = 20;
const MINUTE_MS = 60_000;

behaviours('the credential report', (behave) => {
  behave('is not there before it was asked for', async (account) => {
    await assertRefused(
      iamOf(account).send(new GetCredentialReportCommand({})),
      'ReportNotPresent',
      410,
    );
  });

  behave('is begun by the first request and complete after a while', async (account) => {
    const generate = () => iamOf(account).send(new GenerateCredentialReportCommand({}));
    assert.equal((await generate()).State, 'STARTED');
    const report = await fetchReport(account);
    assert.equal(report.ReportFormat, 'text/csv');
    assert.equal((await generate()).State, 'COMPLETE');
  });

  behave('has the documented columns, in their order', async (account) => {
    const [header] = await reportRows(account);
    assert.deepEqual(header, [
      'user',
      'arn',
      'user_creation_time',
      'password_enabled',
      'password_last_used',
      'password_last_changed',
      'password_next_rotation',
      'mfa_active',
      ...['1', '2'].flatMap((n) => [
        `access_key_${n}_active`,
        `access_key_${n}_last_rotated`,
        `access_key_${n}_last_used_date`,
        `access_key_${n}_last_used_region`,
        `access_key_${n}_last_used_service`,
      ]),
      'cert_1_active',
      'cert_1_last_rotated',
      'cert_2_active',
      'cert_2_last_rotated',
    ]);
  });

  behave('has status, age and last use of every key, and no key id', async (account) => {
    const older = { createDate: daysAgo(400), status: 'Inactive' } as const;
    const newer = { createDate: daysAgo(91), lastUsed: wholeMinute(daysAgo(30)) };
    const keys = await account.seedUser({ name: 'svc-report', keys: [older, newer] });
    const rows = await reportRows(account);
    const row = fieldsOf(rows, 'svc-report');
    assert.equal(row.arn, `arn:aws:iam::${account.id}:user/svc-report`);
    const slots = ['1', '2'].map((n) => ({
      active: row[`access_key_${n}_active`],
      rotated: Date.parse(row[`access_key_${n}_last_rotated`] ?? ''),
      used: row[`access_key_${n}_last_used_date`] ?? '',
    }));
    // Which key is in which slot is not promised.
    const [first, second] = slots.sort((a, b) => a.rotated - b.rotated);
    assert.deepEqual(first, { active: 'false', rotated: +older.createDate, used: 'N/A' });
    assert.deepEqual([second?.active, second?.rotated], ['true', +newer.createDate]);
    assert.equal(Date.parse(second?.used ?? ''), +newer.lastUsed);
    for (const { accessKeyId } of keys) assert.ok(!rows.flat().includes(accessKeyId));
  });

  behave('says N/A for a slot without a key', async (account) => {
    await account.seedUser({ name: 'svc-empty' });
    const row = fieldsOf(await reportRows(account), 'svc-empty');
    for (const n of ['1', '2']) {
      assert.equal(row[`access_key_${n}_active`], 'false');
      assert.equal(row[`access_key_${n}_last_rotated`], 'N/A');
      assert.equal(row[`access_key_${n}_last_used_date`], 'N/A');
    }
  });

  behave(
    'begins with the root user',
    async (account) => {
      const rows = await reportRows(account);
      assert.deepEqual(rows[1]?.slice(0, 2), ['<root_account>', `arn:aws:iam::${account.id}:root`]);
    },
    {
      quirk: 'report-without-root',
      check: async (account) => {
        const rows = await reportRows(account);
        const names = rows.slice(1).map(([name]) => name);
        assert.deepEqual(names, [account.administrator.name]);
      },
    },
  );

  behave(
    'carries the time at which it was made',
    async (account) => {
      const { GeneratedTime } = await madeReport(account);
      assertClose(GeneratedTime?.getTime(), systemClock.now());
    },
    {
      quirk: 'report-time-fixed',
      check: async (account) => {
        const { GeneratedTime } = await madeReport(account);
        assert.equal(GeneratedTime?.toISOString(), '2015-02-02T20:02:02.000Z');
      },
    },
  );

  behave(
    'is kept for four hours: users made later are not in it',
    async (account) => {
      assert.deepEqual(await namesAfterAddingOne(account, 'svc-late'), []);
    },
    {
      quirk: 'report-not-kept',
      check: async (account) => {
        assert.deepEqual(await namesAfterAddingOne(account, 'svc-late'), ['svc-late']);
      },
    },
  );
});

async function fetchReport(account: TargetAccount): Promise<GetCredentialReportCommandOutput> {
  const iam = iamOf(account);
  for (;;) {
    try {
      return await iam.send(new GetCredentialReportCommand({}));
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown.name !== 'CredentialReportNotReadyException') {
        throw thrown;
      }
      await systemClock.sleep(POLL_MS);
    }
  }
}

async function madeReport(account: TargetAccount): Promise<GetCredentialReportCommandOutput> {
  await iamOf(account).send(new GenerateCredentialReportCommand({}));
  return fetchReport(account);
}

async function reportRows(account: TargetAccount): Promise<string[][]> {
  const { Content } = await madeReport(account);
  const text = Buffer.from(Content ?? []).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

function fieldsOf(rows: readonly string[][], user: string): Record<string, string> {
  const [header = []] = rows;
  const row = rows.find(([name]) => name === user) ?? [];
  return Object.fromEntries(header.map((column, index) => [column, row[index] ?? '']));
}

async function namesAfterAddingOne(account: TargetAccount, UserName: string): Promise<string[]> {
  await reportRows(account);
  await iamOf(account).send(new CreateUserCommand({ UserName }));
  const rows = await reportRows(account);
  return rows.map(([name]) => name ?? '').filter((name) => name === UserName);
}

function assertClose(actualMs: number | undefined, expected: Date): void {
  const distance = Math.abs((actualMs ?? 0) - expected.getTime());
  assert.ok(distance < MINUTE_MS, `${distance} ms apart`);
}
