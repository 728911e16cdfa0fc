// The page of `keyturn status`: what matters comes first, and it fits on a screen.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { statusReport } from '../../test/support/status-fixture.ts';
import { renderStatus, type StatusStyle } from './status-text.ts';

const STYLE: StatusStyle = {
  ...{ colour: false, width: 100 },
  recoverCommand: 'keyturn recover',
  configuredCommand: 'rotate-iam-keys --config keyturn.yaml',
  keysCommand: 'keyturn keys',
  dueCommand: 'keyturn keys --due',
  verifyCommand: 'keyturn verify',
  historyCommand: 'keyturn history',
  allCommand: 'keyturn status --all',
};

it('begins with the numbers, each with what is not known', () => {
  const head = renderStatus(statusReport(), STYLE).split('\n\n')[0] ?? '';
  assert.match(head, /^ +open +1 half-way\n/);
  assert.match(head, /for you +svc: says so; 1 key left by an undo; 1 secret to take\n/);
  assert.match(head, /failed +1 rotation, 1 place\n/);
  assert.match(head, /overdue +1 key of 90 days or more \(the oldest of svc, 99 d\)/);
  assert.match(head, /not known of\s+123456789012/);
  assert.match(head, /last change .*1 rotated, 1 failed · run run$/);
});

it('leads from the number of overdue keys to the list of them', () => {
  const report = statusReport();
  assert.match(renderStatus(report, STYLE), /overdue, and what.*\n {2}keyturn keys --due\n/);
  const none = { ...report, overdue: { ...report.overdue, keys: [] } };
  assert.doesNotMatch(renderStatus(none, STYLE), /--due/);
});

it('tells when to come again as every page tells a time', () => {
  const report = { ...statusReport(), next_run_at: '2027-01-03T16:52:00.000Z' };
  const page = renderStatus(report, STYLE);
  assert.match(page, /run again after 2027-01-0[34] \d\d:\d\d \S+\.\n$/);
});

it('says what to do about a failure once for each cause', () => {
  const report = statusReport();
  const failures = [...report.failures, ...report.failures];
  const page = renderStatus({ ...report, failures }, STYLE);
  assert.equal(page.match(/hint: \[access-denied\] allow it/g)?.length, 1);
});

it('shows ten rows of each table, how many more there are, and the command for all', () => {
  const report = statusReport();
  const [secret] = report.handoff_files;
  assert(secret !== undefined);
  const many = Array.from({ length: 25 }, (_, at) => ({
    ...secret,
    path: `/state/${at % 3}/K${at}`,
  }));
  const page = renderStatus({ ...report, handoff_files: many }, STYLE);
  assert.equal(page.match(/^ +svc +K\d+/gm)?.length, 10);
  assert.match(page, /\n {2}and 15 more\n/);
  assert.match(page, /\n {2}keyturn status --all\n/);
  const all = renderStatus({ ...report, handoff_files: many }, { ...STYLE, allCommand: undefined });
  assert.equal(all.match(/^ +svc +K\d+/gm)?.length, 25);
  assert.doesNotMatch(all, /and \d+ more|--all/);
  assert.doesNotMatch(renderStatus(report, STYLE), /--all/);
});

it('sends what began with hooks to a run with the configuration, and the rest to recover', () => {
  const report = statusReport();
  const [one] = report.open_rotations;
  assert(one !== undefined);
  const pageOf = (...needs: readonly boolean[]) =>
    renderStatus(
      {
        ...report,
        open_rotations: needs.map((needs_configuration) => ({ ...one, needs_configuration })),
      },
      STYLE,
    );
  const hooked =
    /^The rotation of svc began with hooks: .*such as:\n {2}rotate-iam-keys --config/ms;
  assert.match(pageOf(true), hooked);
  assert.doesNotMatch(pageOf(true), /^ {2}keyturn recover$/m);
  assert.match(pageOf(true, false), hooked);
  assert.match(pageOf(true, false), /^ {2}keyturn recover$/m);
  assert.match(pageOf(true, true), /^2 open rotations began with hooks:/m);
  assert.doesNotMatch(pageOf(false), /configuration/);
});

it('names the accounts in each command where the page is about several', () => {
  const report = statusReport();
  const [open] = report.open_rotations;
  const [left] = report.left_by_undo;
  assert(open !== undefined && left !== undefined);
  const there = { account_id: '444455556666' };
  const page = renderStatus(
    {
      ...report,
      open_rotations: [open, { ...open, ...there }, { ...open, ...there, phase: 'in-grace' }],
      left_by_undo: [{ ...left, ...there }],
    },
    STYLE,
  );
  assert.match(page, /^ {2}keyturn recover --accounts 123456789012,444455556666$/m);
  assert.match(page, /^ {2}keyturn keys --accounts 444455556666 --in-grace$/m);
  assert.match(page, /^ {2}keyturn keys --accounts 444455556666 --user svc$/m);
  assert.doesNotMatch(renderStatus(report, STYLE), /--accounts/);
});
