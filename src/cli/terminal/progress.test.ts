// The bar on a terminal that is made of memory.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { accessKeyId } from '../../base/access-key-id.ts';
import { createProgress } from './progress.ts';
import { Tally } from './tally.ts';

function terminal(): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

test('a bar counts the users that are read', () => {
  const { stream, text } = terminal();
  const progress = createProgress(stream, false, new Tally(() => 0));
  progress.update({ code: 'inventory-progress', usersSeen: 30, usersRead: 5, complete: false });
  progress.update({ code: 'inventory-progress', usersSeen: 40, usersRead: 10, complete: false });
  progress.stop();
  assert.match(text(), /reading users {2}\[.*\] 10\/40/);
});

test('a bar counts the keys that are rotated; lines stand above it; nothing of it is left', () => {
  const { stream, text } = terminal();
  const progress = createProgress(stream, false, new Tally(() => 0));
  progress.update({ code: 'inventory-progress', usersSeen: 40, usersRead: 40, complete: true });
  progress.update({ code: 'user-done', user: 'svc-a', done: 3, total: 9 });
  progress.above('a line that must not be lost');
  progress.stop();
  const shown = text();
  assert.match(shown, /rotating keys {2}\[.*\] 3\/9/);
  assert(shown.includes('a line that must not be lost\n'));
  const clearBelow = '\x1b[0J';
  assert(shown.endsWith(clearBelow), JSON.stringify(shown.slice(-20)));
  progress.above('after the bar');
  assert(text().endsWith('after the bar\n'));
});

test('a dry run does not speak of rotating', () => {
  const { stream, text } = terminal();
  const progress = createProgress(stream, true, new Tally(() => 0));
  progress.update({ code: 'user-done', user: 'svc-a', done: 3, total: 9 });
  progress.stop();
  assert.match(text(), /checking keys/);
});

test('a bar counts the rotations that are taken back, and those that a dry run looks at', () => {
  for (const [dryRun, expected] of [
    [false, /taking back {2}\[.*\] 1\/3/],
    [true, /checking keys {2}\[.*\] 1\/3/],
  ] as const) {
    const { stream, text } = terminal();
    const progress = createProgress(stream, dryRun, new Tally(() => 0));
    const about = { run: 'run-1', account: '123456789012', caller: 'arn', dryRun };
    progress.update({ code: 'undo-started', ...about, rotations: 3 });
    progress.update({ code: 'undo-progress', user: 'svc-a', done: 1, total: 3 });
    progress.stop();
    assert.match(text(), expected);
  }
});

test('keys that AWS does not accept yet are counted behind the bar', () => {
  const { stream, text } = terminal();
  const progress = createProgress(stream, false, new Tally(() => 0));
  const newKeyId = accessKeyId('AKIAI44QH8DHBEXAMPLE');
  progress.update({ code: 'key-created', user: 'svc-a', newKeyId, by: 'rotation', why: 'due' });
  progress.update({ code: 'user-done', user: 'svc-b', done: 1, total: 9 });
  progress.stop();
  assert.match(text(), /1\/9, waiting for 1 new/);
});

test('the credential report is waited for without a bar, and the bars come after it', () => {
  for (const isReady of [false, true]) {
    const { stream, text } = terminal();
    const progress = createProgress(stream, false, new Tally(() => 0));
    progress.update({ code: 'report-progress', waitedMs: 0 });
    const read = { usersSeen: 30, usersRead: 5, complete: false };
    if (isReady) progress.update({ code: 'inventory-progress', ...read });
    progress.stop();
    if (isReady) assert.match(text(), /reading users {2}\[.*\] 5\/30/);
    else assert.match(text(), /waiting for the credential report, 0 s/);
  }
});

test('no line is longer than the terminal', () => {
  const { stream, text } = terminal();
  let nowMs = 0;
  const progress = createProgress(stream, false, new Tally(() => nowMs));
  progress.update({ code: 'call-throttled', operation: 'ListAccessKeys', attempt: 1 });
  for (let done = 1; done <= 50; done += 1) {
    nowMs += 100_000;
    progress.update({ code: 'user-done', user: 'svc', done, total: 10_000 });
  }
  progress.update({ code: 'call-throttled', operation: 'ListAccessKeys', attempt: 1 });
  progress.stop();
  const lines = text()
    .split(/[\n\r]/)
    .flatMap((line) => line.split('\x1b'));
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.match(text(), / left/);
});

test('of several accounts a bar counts the accounts, once it is known how many there are', () => {
  const shown = (done: number, total: number | null): string => {
    const { stream, text } = terminal();
    let nowMs = 0;
    const progress = createProgress(stream, false, new Tally(() => nowMs));
    nowMs = 10_000;
    const account = '111122223333';
    progress.update({ code: 'account-done', account, users: 9, keys: 9, done, total });
    progress.stop();
    return text();
  };
  assert.match(shown(5, null), /accounts {2}5 done, 0\.5\/s/);
  assert.match(shown(20, 220), /accounts {2}\[.*\] 20\/220, 2\.0\/s, about 2 min left/);
});
