import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { type Clock, MS_PER_DAY } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EngineEvent } from '../base/events.ts';
import type { AccessKey, AccountGateway } from './gateway.ts';
import {
  isReportEnough,
  type ReportInventoryOptions,
  takeReportInventory,
} from './report-inventory.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const HOUR_MS = 60 * 60_000;
const clock: Clock = { now: () => NOW, sleep: async () => {} };
const HEADER =
  'user,arn,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated,additional_credentials_info';

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * MS_PER_DAY);
}

function slot(days: number, isActive = true): string {
  return `${isActive},${daysAgo(days).toISOString()}`;
}

const NONE = 'false,N/A';

/** An account as AWS has it now, with a report of some time before. */
function account(
  rows: readonly string[],
  keys: Readonly<Record<string, readonly AccessKey[]>>,
  generatedAt = new Date(NOW.getTime() - 3 * HOUR_MS),
  countUsers: () => Promise<number> = async () => 0,
) {
  const read: string[] = [];
  const gateway: Pick<AccountGateway, 'reader' | 'reports' | 'overview'> = {
    reports: {
      request: async () => 'ready',
      fetch: async () => ({ csv: [HEADER, ...rows].join('\n'), generatedAt }),
    },
    overview: {
      async *describeUsers() {},
      countUsers,
    },
    reader: {
      async *listUsers() {
        read.push('LIST');
        for (const name of Object.keys(keys)) yield { name, arn: `arn:${name}` };
      },
      listAccessKeys: async (name) => {
        read.push(name);
        const found = keys[name];
        if (found === undefined) throw new KeyturnError('unknown-user', name);
        return [...found];
      },
      lastUse: async () => ({ used: 'never' }),
    },
  };
  return { gateway, read };
}

let made = 0;
function key(days: number, status: AccessKey['status'] = 'Active'): AccessKey {
  made += 1;
  const id = accessKeyId(`AKIAREPORTED${String(made).padStart(8, '0')}`);
  return { id, status, createdAt: daysAgo(days) };
}

function take({ gateway }: ReturnType<typeof account>, more: Partial<ReportInventoryOptions> = {}) {
  return takeReportInventory(gateway, {
    clock,
    account: '123456789012',
    daysThreshold: 90,
    inactiveDays: undefined,
    alsoRead: new Map(),
    parallel: 4,
    emit: () => {},
    signal: new AbortController().signal,
    ...more,
  });
}

describe('the inventory by way of the credential report', () => {
  it('reads whoever has a slot of the age, Active or not, and nobody else', async () => {
    const aws = account(
      [
        `due,arn,${slot(90)},${NONE},N/A`,
        `second,arn,${slot(10)},${slot(200)},N/A`,
        `off,arn,${slot(200, false)},${NONE},N/A`,
        `young,arn,${slot(89)},${NONE},N/A`,
        `bare,arn,${NONE},${NONE},N/A`,
        `more,arn,${slot(1)},${slot(1)},1`,
      ],
      {
        due: [key(90)],
        second: [key(10), key(200)],
        off: [key(200, 'Inactive')],
        more: [key(1), key(1), key(1)],
      },
    );
    const inventory = await take(aws);
    assert.deepEqual(aws.read, ['due', 'second', 'off', 'more']);
    assert.deepEqual([inventory.usersExamined, inventory.keysExamined], [6, 8]);
    assert.equal(inventory.source.kind, 'credential-report');
    assert.equal(inventory.activeSlots.length, 6);
  });

  it('reads whoever has an Inactive key when those are cleaned up', async () => {
    const aws = account([`idle,arn,${slot(50, false)},${slot(10)},N/A`], {
      idle: [key(50, 'Inactive'), key(10)],
    });
    await take(aws);
    assert.deepEqual(aws.read, []);
    await take(aws, { inactiveDays: 30 });
    assert.deepEqual(aws.read, ['idle']);
  });

  it('reads whoever has an open rotation, as AWS spells the name', async () => {
    const aws = account([`Ada,arn,${slot(1)},${NONE},N/A`], { Ada: [key(1)], Bob: [key(1)] });
    await take(aws, {
      alsoRead: new Map([
        ['ada', 'ada'],
        ['bob', 'Bob'],
      ]),
    });
    assert.deepEqual(aws.read, ['Ada', 'Bob']);
  });

  it('looks for whoever is gone under the names that the report does not have', async () => {
    const aws = account(
      [`before,arn,${slot(200)},${NONE},N/A`, `young,arn,${slot(1)},${NONE},N/A`],
      { after: [key(200)], young: [key(1)] },
    );
    const { users, unreadable, usersExamined } = await take(aws);
    assert.deepEqual(aws.read, ['before', 'LIST', 'after']);
    assert.deepEqual(
      users.map(({ userName }) => userName),
      ['after'],
    );
    assert.deepEqual([unreadable.length, usersExamined], [0, 3]);
  });

  it('is not used when a key has no slot of its date (I11)', async () => {
    const keys = { due: [key(90), key(10)] };
    const row = `due,arn,${slot(90)},${slot(5)},N/A`;
    await assert.rejects(take(account([row], keys)), { code: 'report-unusable' });
    const fresh = { due: [key(90), key(0.1)] };
    await take(account([`due,arn,${slot(90)},${NONE},N/A`], fresh));
  });

  it('takes who has none of the reported keys for gone: the name is somebody else’s by now', async () => {
    const aws = account([`bob,arn,${slot(200)},${slot(150)},N/A`], {
      bob: [key(0.05)],
      bob2: [key(200), key(150)],
    });
    const { users } = await take(aws);
    assert.deepEqual(aws.read, ['bob', 'LIST', 'bob2']);
    assert.deepEqual(
      users.map(({ userName }) => userName),
      ['bob', 'bob2'],
    );
    const same = account([`bob,arn,${slot(200)},${slot(150)},N/A`], { bob: [key(150)] });
    await take(same);
    assert.deepEqual(same.read, ['bob']);
  });

  it('is not used when two have swapped their names since (I11)', async () => {
    const rows = [`ada,arn,${slot(200)},${NONE},N/A`, `bob,arn,${slot(1)},${NONE},N/A`];
    await assert.rejects(take(account(rows, { ada: [key(1)], bob: [key(200)] })), {
      code: 'report-unusable',
    });
  });

  it('is not used when it names fewer users than AWS counts (I11)', async () => {
    const row = `young,arn,${slot(1)},${NONE},N/A`;
    const counting = (users: number) =>
      account([row], { young: [key(1)] }, undefined, async () => users);
    await assert.rejects(take(counting(2)), {
      code: 'report-unusable',
      message: /1 users.* has 2/,
    });
    await take(counting(1));
    await take(counting(0));
  });

  it('is used without the count when that is denied, and says so; another failure is a doubt', async () => {
    const events: EngineEvent[] = [];
    const emit = (event: EngineEvent) => events.push(event);
    const failing = (code: 'access-denied' | 'throttled') =>
      account([`young,arn,${slot(1)},${NONE},N/A`], { young: [key(1)] }, undefined, async () => {
        throw new KeyturnError(code, 'no count');
      });
    await take(failing('access-denied'), { emit });
    assert.ok(events.some(({ code }) => code === 'report-not-compared'));
    await assert.rejects(take(failing('throttled')), { code: 'throttled' });
  });

  it('is not used when it names nobody, and nobody tells how many users there are (I11)', async () => {
    const rows = [`<root_account>,arn,${NONE},${NONE},N/A`];
    const uncounted = account(rows, {}, undefined, async () => {
      throw new KeyturnError('access-denied', 'no count');
    });
    await assert.rejects(take(uncounted), { code: 'report-unusable' });
    await take(account(rows, {}));
  });

  it('is not used when it is odd: no date, a user twice, another account (I11)', async () => {
    for (const rows of [
      [`strange,arn,true,N/A,${NONE},N/A`],
      [`Ada,arn,${slot(1)},${NONE},N/A`, `ada,arn,${slot(1)},${NONE},N/A`],
      [`ada,arn:aws:iam::210987654321:user/ada,${slot(1)},${NONE},N/A`],
    ]) {
      await assert.rejects(take(account(rows, {})), { code: 'report-unusable' });
    }
    await take(account([`ada,arn:aws:iam::123456789012:user/ada,${slot(1)},${NONE},N/A`], {}));
  });

  it('is not used when the report is older than AWS keeps one, or of the future', async () => {
    for (const hours of [6, -1]) {
      const generatedAt = new Date(NOW.getTime() - hours * HOUR_MS);
      const row = `young,arn,${slot(1)},${NONE},N/A`;
      await assert.rejects(take(account([row], {}, generatedAt)), { code: 'report-unusable' });
    }
  });

  it('tells of a key of the root user', async () => {
    const events: EngineEvent[] = [];
    const emit = (event: EngineEvent) => events.push(event);
    await take(account([`<root_account>,arn,${slot(900)},${NONE},N/A`], {}), { emit });
    assert.ok(events.some(({ code }) => code === 'root-key-active'));
  });

  it('is enough only for times that are longer than a report is old', () => {
    assert.equal(isReportEnough(90, undefined), true);
    assert.equal(isReportEnough(1, 1), true);
    assert.equal(isReportEnough(0, undefined), false);
    assert.equal(isReportEnough(90, 0), false);
    assert.equal(isReportEnough(0.2, undefined), false);
  });
});
