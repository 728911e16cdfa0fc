import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { GenerateCredentialReportCommand, GetCredentialReportCommand } from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { errorName, iamOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const NOW = new Date('2026-06-01T12:00:00Z');
const HOUR_MS = 60 * 60 * 1000;
/** Long enough for any machine to ask twice while the report is being made. */
const REPORT_MS = 10 * 60 * 1000;

describe('the credential report', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 'report', now: NOW, reportSeconds: REPORT_MS / 1000 });
  });
  afterEach(() => sandbox.close());

  const generate = async (): Promise<string | undefined> =>
    (await iamOf(sandbox).send(new GenerateCredentialReportCommand({}))).State;
  const fetchReport = () => iamOf(sandbox).send(new GetCredentialReportCommand({}));

  async function rows(): Promise<Record<string, string>[]> {
    await generate();
    sandbox.clock.advance(REPORT_MS);
    const report = await fetchReport();
    assert.equal(report.ReportFormat, 'text/csv');
    const text = Buffer.from(report.Content ?? []).toString('utf8');
    assert.ok(!text.endsWith('\n'));
    const [header = '', ...lines] = text.split('\n');
    const columns = header.split(',');
    return lines.map((line) =>
      Object.fromEntries(line.split(',').map((value, index) => [columns[index], value])),
    );
  }

  it('goes from not present over in progress to complete, and expires', async () => {
    assert.equal(await errorName(fetchReport()), 'CredentialReportNotPresentException');
    assert.equal(await generate(), 'STARTED');
    assert.equal(await generate(), 'INPROGRESS');
    assert.equal(await errorName(fetchReport()), 'CredentialReportNotReadyException');
    sandbox.clock.advance(REPORT_MS);
    assert.equal(await generate(), 'COMPLETE');
    assert.ok((await fetchReport()).GeneratedTime instanceof Date);
    sandbox.clock.advance(4 * HOUR_MS);
    assert.equal(await errorName(fetchReport()), 'CredentialReportExpiredException');
    assert.equal(await generate(), 'STARTED');
  });

  it('is frozen for four hours', async () => {
    const before = await rows();
    sandbox.world.addUser(ACCOUNT, { name: 'svc-later' });
    sandbox.clock.advance(HOUR_MS);
    const first = await fetchReport();
    assert.deepEqual(await rows(), before);
    assert.deepEqual((await fetchReport()).GeneratedTime, first.GeneratedTime);
    sandbox.clock.advance(3 * HOUR_MS);
    assert.equal((await rows()).length, before.length + 1);
  });

  it('has the root row first and then users without regard to case', async () => {
    for (const name of ['beta', 'Alpha', 'gamma', 'Delta'])
      sandbox.world.addUser(ACCOUNT, { name });
    const table = await rows();
    assert.deepEqual(
      table.map((row) => row.user),
      ['<root_account>', 'Alpha', 'beta', 'Delta', 'gamma', 'sandbox-admin'],
    );
    assert.equal(Object.keys(table[0] ?? {}).length, 22);
    assert.equal(table[0]?.arn, `arn:aws:iam::${ACCOUNT}:root`);
    assert.equal(table[0]?.password_enabled, 'not_supported');
    assert.equal(table[0]?.access_key_1_active, 'false');
  });

  it('fills the slots by key id, not by age, and keeps the dates of Inactive keys', async () => {
    let olderIsSecond = 0;
    for (let index = 0; index < 12; index += 1) {
      const name = `svc-${index}`;
      sandbox.world.addUser(ACCOUNT, { name });
      sandbox.world.addKey(ACCOUNT, name, {
        createDate: new Date('2025-01-01T00:00:00Z'),
        status: 'Inactive',
      });
      sandbox.world.addKey(ACCOUNT, name, { createDate: new Date('2026-05-01T00:00:00Z') });
    }
    for (const row of (await rows()).filter(({ user }) => user?.startsWith('svc-'))) {
      const slots = [1, 2].map((slot) => ({
        rotated: row[`access_key_${slot}_last_rotated`],
        active: row[`access_key_${slot}_active`],
      }));
      const keys = [...sandbox.world.user(ACCOUNT, row.user ?? '').keys]
        .sort((left, right) => (left.id < right.id ? -1 : 1))
        .map((key) => ({
          rotated: key.createDate.toISOString().replace('.000', ''),
          active: String(key.status === 'Active'),
        }));
      assert.deepEqual(slots, keys);
      if (slots[1]?.rotated === '2025-01-01T00:00:00Z') olderIsSecond += 1;
    }
    assert.ok(olderIsSecond > 0 && olderIsSecond < 12, `${olderIsSecond} of 12`);
  });

  it('shows last uses, and N/A for keys that are not there or never used', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-used' });
    sandbox.world.addKey(ACCOUNT, 'svc-used', {
      ageDays: 100,
      lastUsed: { at: new Date('2026-05-30T01:02:03Z'), service: 's3', region: 'eu-west-1' },
    });
    sandbox.world.addUser(ACCOUNT, { name: 'svc-unused' });
    sandbox.world.addKey(ACCOUNT, 'svc-unused', { ageDays: 100 });
    const table = await rows();
    const used = table.find((row) => row.user === 'svc-used');
    assert.equal(used?.access_key_1_last_used_date, '2026-05-30T01:02:00Z');
    assert.equal(used?.access_key_1_last_used_region, 'eu-west-1');
    assert.equal(used?.access_key_1_last_used_service, 's3');
    assert.equal(used?.access_key_2_active, 'false');
    assert.equal(used?.access_key_2_last_rotated, 'N/A');
    const unused = table.find((row) => row.user === 'svc-unused');
    assert.equal(unused?.access_key_1_active, 'true');
    assert.equal(unused?.access_key_1_last_used_date, 'N/A');
  });

  it('counts keys beyond the two slots where there are any', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-three' });
    for (let index = 0; index < 3; index += 1) sandbox.world.addKey(ACCOUNT, 'svc-three');
    const row = (await rows()).find(({ user }) => user === 'svc-three');
    assert.equal(row?.additional_credentials_info, '1');
  });

  it('names no key ids', async () => {
    const text = JSON.stringify(await rows());
    assert.doesNotMatch(text, /AKIA/);
  });
});
