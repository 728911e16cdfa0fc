// The document of a report, from users and keys of known ages.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCOUNT,
  daysAgo,
  FACTS,
  type MadeAccount,
  type MadeUser,
  manyUsers,
  NOW,
  readOf,
  reportOf,
} from '../../../test/support/report-fixture.ts';
import { accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Config, PlacedExemption } from '../../config/read-config.ts';
import type { Milestone } from '../../lifecycle/milestones.ts';
import { keyReportSchema } from '../../reports/key-report/document.ts';
import { buildKeyReport } from './build-key-report.ts';
import type { Governing } from './governed-users.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const of = (...users: MadeUser[]) => reportOf([{ account: ACCOUNT, users }]);
const summary = (...users: MadeUser[]) => of(...users).summary;

describe('the figures', () => {
  it('count what is due, unused and Inactive, each by its own rule', () => {
    const counts = summary(
      { user: 'fine', keys: [{ age: 10, used: 1 }] },
      { user: 'due', keys: [{ age: 90, used: 1 }] },
      { user: 'idle', keys: [{ age: 60, used: 45 }] },
      { user: 'never', keys: [{ age: 46 }] },
      { user: 'young', keys: [{ age: 44 }] },
      { user: 'secretive', keys: [{ age: 60, used: 'unreadable' }] },
      { user: 'off', keys: [{ age: 500, isInactive: true }] },
    );
    assert.deepEqual(
      [counts.keys, counts.active, counts.inactive, counts.overdue, counts.unused],
      [7, 6, 1, 1, 2],
    );
    assert.equal(counts.unused_not_known, 1, 'I11: what AWS does not tell is not unused');
    assert.equal(counts.oldest_days, 90, 'an Inactive key is not the oldest');
  });

  it('are of nothing where there is nothing', () => {
    const report = of();
    assert.equal(report.summary.oldest_days, null);
    assert.deepEqual(report.next_steps, [{ text: 'Nothing.', command: null }]);
    assert.deepEqual(
      report.controls.map(({ status }) => status),
      Array(5).fill('met'),
    );
  });
});

it('the worst comes first: overdue keys, then by urgency and age', () => {
  const { keys } = of(
    { user: 'fine', keys: [{ age: 10, used: 1 }] },
    { user: 'due', keys: [{ age: 91, used: 1 }] },
    { user: 'older', keys: [{ age: 300, used: 1 }] },
  );
  assert.deepEqual(
    keys.map(({ username }) => username),
    ['older', 'due', 'fine'],
  );
});

it('a bar of ages ends where the threshold is, so that none has keys of both sides', () => {
  for (const days of [1, 5, 30, 90, 100, 365]) {
    const users = [days - 1, days].map((age) => ({ user: `u${age}`, keys: [{ age, used: 0 }] }));
    const { ages } = reportOf([{ account: ACCOUNT, users, governing: ageOf(days) }], {
      daysThreshold: days,
    });
    const keys = ages.buckets.filter((bucket) => bucket.keys > 0);
    assert(keys.every((bucket) => bucket.overdue === 0 || bucket.overdue === bucket.keys));
    assert.equal(
      keys.reduce((sum, bucket) => sum + bucket.keys, 0),
      2,
      `${days}`,
    );
    assert(ages.buckets.some((bucket) => bucket.from_days === days));
  }
});

const ageOf = (days: number): Governing => ({
  learn: async () => {},
  daysFor: () => days,
  of: () => ({ rule: undefined, daysThreshold: days, exemption: undefined, refused: undefined }),
});

const EXEMPTION: PlacedExemption = {
  match: { user: 'legacy-*' },
  owner: 'ada@example.com',
  reason: 'the vendor cannot change its key',
  until: '2026-12-10',
  at: { file: 'keyturn.yaml', line: 12, column: 5 },
};

const CONFIG = {
  file: 'keyturn.yaml',
  model: { version: 1, rules: [{ name: 'apps', match: 'all' }] },
  exemptions: [EXEMPTION],
} as unknown as Config;

/** Users whose names begin with `legacy` are exempt, and `lapsed` are left to a person. */
const governing: Governing = {
  learn: async () => {},
  daysFor: () => 90,
  of: (user) => ({
    rule: 'apps',
    daysThreshold: 90,
    exemption: user.startsWith('legacy') ? EXEMPTION : undefined,
    refused: user.startsWith('lapsed')
      ? new KeyturnError('exemption-expired', `the exemption of ${user} ended`)
      : undefined,
  }),
};

describe('exemptions', () => {
  const users = [
    { user: 'legacy-erp', keys: [{ age: 400, used: 1 }] },
    { user: 'legacy-young', keys: [{ age: 4, used: 1 }] },
    { user: 'lapsed-old', keys: [{ age: 400, used: 1 }] },
    { user: 'lapsed-young', keys: [{ age: 4, used: 1 }] },
  ];
  const report = reportOf([{ account: ACCOUNT, users, governing }], { config: CONFIG });

  it('keep a due key from being overdue, and not from failing a control', () => {
    assert.deepEqual([report.summary.overdue, report.summary.exempt], [1, 1]);
    const rotated = report.controls.find(({ id }) => id === 'rotated-within-90-days');
    assert.deepEqual([rotated?.failing, rotated?.exempt, rotated?.status], [2, 1, 'not-met']);
  });

  it('are told with whom they decide about, and how long they hold', () => {
    assert.deepEqual(report.exemptions, [
      {
        owner: 'ada@example.com',
        reason: 'the vendor cannot change its key',
        until: '2026-12-10',
        days_left: 12,
        match: 'user legacy-*',
        at: 'keyturn.yaml:12',
        ...{ users: 2, keys: 2, due: 1 },
      },
    ]);
    assert.match(report.next_steps.map(({ text }) => text).join(), /before 2026-12-10/);
  });

  it('that have ended are a matter for a person, where a key is due', () => {
    assert.deepEqual(
      report.problems.map(({ code, username }) => [code, username]),
      [['exemption-expired', 'lapsed-old']],
    );
    assert.equal(report.remedies['exemption-expired']?.count, 1);
  });
});

describe('controls', () => {
  const control = (id: string, ...users: MadeUser[]) =>
    of(...users).controls.find((each) => each.id === id);

  it('are met at 90 days and not a moment later, whatever the threshold is', () => {
    const at = (age: number) => {
      const account = { account: ACCOUNT, users: [{ user: 'a', keys: [{ age, used: 0 }] }] };
      return reportOf([{ ...account, governing: ageOf(30) }]).controls;
    };
    assert.deepEqual(
      at(90).map(({ id, status }) => [id, status]),
      [
        ['one-active-key', 'met'],
        ['rotated-within-90-days', 'met'],
        ['unused-for-45-days', 'met'],
        ['changed-every-90-days', 'met'],
        ['changed-as-analysed', 'not-met'],
      ],
    );
    assert.equal(at(90.01)[1]?.status, 'not-met');
  });

  it('count users with two Active keys', () => {
    const two = [
      { age: 10, used: 1 },
      { age: 20, used: 1 },
    ];
    assert.equal(control('one-active-key', { user: 'a', keys: two })?.failing, 1);
    const one = [
      { age: 10, used: 1 },
      { age: 20, isInactive: true },
    ];
    assert.equal(control('one-active-key', { user: 'a', keys: one })?.status, 'met');
  });

  it('are not known where AWS does not tell, or an account could not be read', () => {
    const quiet = control('unused-for-45-days', {
      user: 'a',
      keys: [{ age: 60, used: 'unreadable' }],
    });
    assert.deepEqual([quiet?.status, quiet?.not_known], ['not-known', 1]);
    const error = new KeyturnError('access-denied', 'no');
    const read = readOf([{ account: ACCOUNT, users: [] }], {
      failures: [{ account: '111122223333', error }],
    });
    const report = buildKeyReport(read, FACTS);
    assert(report.controls.every(({ status }) => status === 'not-known'));
    assert.deepEqual(
      report.problems.map(({ code, account_id: id }) => [code, id]),
      [['access-denied', '111122223333']],
    );
  });
});

it('what was done is counted by week, from Monday on', () => {
  const done = (kind: Milestone['kind'], days: number): Milestone => ({
    ...{ kind, at: daysAgo(days), run: 'r', keyId: accessKeyId(KEY) },
  });
  const milestones = [
    done('rotated', 0),
    done('rotated', 5),
    done('rotated', 6),
    done('retired', 7),
  ];
  const report = reportOf([{ account: ACCOUNT, users: [], milestones }], { since: daysAgo(14) });
  assert.deepEqual(
    report.weeks.map(({ monday, rotated, retired }) => [monday, rotated, retired]),
    [
      ['2026-11-09', 0, 0],
      ['2026-11-16', 1, 1],
      ['2026-11-23', 2, 0],
    ],
  );
  assert.deepEqual([report.summary.rotated, report.summary.retired], [3, 1]);
});

it('a key in use whose successor nobody has used is told, with what used it last', () => {
  const { unread_successors: unread, next_steps: steps } = of({
    user: 'svc',
    keys: [
      { age: 100, used: 1, service: 'ec2', id: KEY },
      { age: 3, id: 'AKIAI44QH8DHBEXAMPLE' },
    ],
  });
  assert.equal(unread.length, 1);
  assert.deepEqual(
    [unread[0]?.old_key_id, unread[0]?.new_key_id, unread[0]?.last_used_service],
    [KEY, 'AKIAI44QH8DHBEXAMPLE', 'ec2'],
  );
  assert(steps.some(({ command }) => command === 'keyturn keys --in-grace'));
});

it('the document fits its schema, and its figures are those of its rows', () => {
  const account: MadeAccount = { account: ACCOUNT, name: 'prod', users: manyUsers(300) };
  const other: MadeAccount = { account: '111122223333', users: manyUsers(40) };
  const report = reportOf([account, other]);
  keyReportSchema.parse(report);
  const { keys, accounts, ages, summary: counts } = report;
  const sum = (of: (one: (typeof accounts)[number]) => number) =>
    accounts.reduce((total, one) => total + of(one), 0);
  assert.equal(counts.keys, keys.length);
  assert.equal(
    counts.keys,
    sum((one) => one.keys),
  );
  assert.equal(counts.overdue, keys.filter(({ overdue }) => overdue).length);
  assert.equal(
    counts.overdue,
    sum((one) => one.overdue),
  );
  assert.equal(
    counts.unused,
    sum((one) => one.unused),
  );
  assert.equal(
    counts.active,
    ages.buckets.reduce((total, bucket) => total + bucket.keys, 0),
  );
  assert.equal(counts.problems, report.problems.length);
  assert.deepEqual(reportOf([account, other]), report, 'the same reading, the same document');
  assert.equal(report.execution_time, NOW.toISOString());
});
