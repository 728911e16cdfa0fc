import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  foretellRotation,
  hooksCommand,
  onRecord,
  recoverCommand,
  type SameReach,
  statusCommand,
  undoCommand,
  verifyCommand,
} from './key-command.ts';

const REACH: SameReach = {
  before: ['env', 'AWS_PROFILE=ops'],
  flags: [
    ...['--account', '123456789012', '--role-name=-odd', '--external-id', 'x1'],
    ...['--profile', 'ops', '--region', 'eu-central-1', '--state', 'dynamodb:keyturn'],
    ...['--custody', 'kms'],
  ],
};
const TABLE = '--profile ops --region eu-central-1 --state dynamodb:keyturn';

test('a command that works on what is on record keeps the account, the state and how its table is reached', () => {
  const kept = `--account 123456789012 ${TABLE}`;
  assert.equal(onRecord(['history'], REACH).command, `env AWS_PROFILE=ops keyturn history ${kept}`);
  assert.equal(
    hooksCommand('done', 'ada', REACH).command,
    `env AWS_PROFILE=ops keyturn hooks done ada ${kept}`,
  );
});

test('keyturn status is about every account of the state', () => {
  assert.equal(statusCommand(REACH).command, `env AWS_PROFILE=ops keyturn status ${TABLE}`);
  assert.equal(statusCommand().command, 'keyturn status');
});

test('a user is named first', () => {
  const reach = { flags: ['--profile', 'ops'] };
  assert.equal(undoCommand('ada', reach).command, 'keyturn undo ada --profile ops');
});

test('a user whose name a command line would take for a flag is named last, behind --', () => {
  const reach = { flags: ['--profile', 'ops', '--account', '123456789012'] };
  const there = '--profile ops --account 123456789012';
  assert.deepEqual(
    [
      undoCommand('-svc').command,
      undoCommand('-svc', reach).command,
      hooksCommand('done', '-svc', reach).command,
      verifyCommand('-svc', ['--heal'], reach).command,
      foretellRotation('-svc').command,
      recoverCommand('-svc').command,
    ],
    [
      'keyturn undo -- -svc',
      `keyturn undo ${there} -- -svc`,
      `keyturn hooks done ${there} -- -svc`,
      `keyturn verify --heal ${there} -- -svc`,
      'keyturn rotate --dry-run -- -svc',
      'keyturn recover --user=-svc',
    ],
  );
});
