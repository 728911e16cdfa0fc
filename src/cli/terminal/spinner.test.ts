// The line that tells what is being waited for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyId } from '../../base/access-key-id.ts';
import { isUnicodeTerminal } from './locale.ts';
import { createSpinner, type Spinner } from './spinner.ts';

const newKeyId = accessKeyId('AKIAI44QH8DHBEXAMPLE');

/** A spinner whose time passes one frame per `frame()`. */
function stage(columns = 80): { spinner: Spinner; out: () => string; frame: () => Promise<void> } {
  let text = '';
  let wake: () => void = () => {};
  const spinner = createSpinner({
    stream: {
      columns,
      write: (more: unknown) => {
        text += String(more);
        return true;
      },
    },
    clock: {
      now: () => new Date(0),
      sleep: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
    },
    isUnicode: false,
  });
  return {
    spinner,
    out: () => text,
    frame: async () => {
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('it turns, tells each step, and leaves an empty line behind', async () => {
  const { spinner, out, frame } = stage();
  spinner.begin('rotating');
  assert.match(out(), /\| rotating$/);
  await frame();
  assert.match(out(), /\/ rotating$/);
  spinner.update({ code: 'waiting-for-key', user: 'svc-a', newKeyId, waitedMs: 3200 });
  assert.match(out(), /waiting until AWS accepts AKIAI44QH8DHBEXAMPLE \(3 s\)$/);
  spinner.stop();
  assert(out().endsWith('\r\x1b[2K'));
  const length = out().length;
  await frame();
  spinner.begin('too late');
  assert.equal(out().length, length);
});

test('the file is said to be written once AWS accepts the key, and not before', () => {
  const { spinner, out } = stage();
  spinner.begin('rotating');
  spinner.update({ code: 'secret-stored', user: 'svc-a', newKeyId, path: '/p' });
  assert.match(out(), /waiting until AWS accepts AKIAI44QH8DHBEXAMPLE$/);
  assert.doesNotMatch(out(), /writing/);
  spinner.update({ code: 'key-verified', user: 'svc-a', newKeyId, checks: 3 });
  assert.match(out(), /writing AKIAI44QH8DHBEXAMPLE to the credentials file$/);
});

test('paused for a question it stays away, whatever happens, until it begins again', async () => {
  const { spinner, out, frame } = stage();
  spinner.begin('asking AWS');
  spinner.pause();
  const { length } = out();
  spinner.update({ code: 'key-created', user: 'svc-a', newKeyId, by: 'rotation', why: 'due' });
  await frame();
  assert.equal(out().length, length);
  spinner.begin('asking AWS');
  assert.match(out().slice(length), /asking AWS$/);
});

test('a log line goes above it, and a narrow terminal does not wrap it', () => {
  const { spinner, out } = stage(20);
  spinner.begin('waiting for something long');
  spinner.above('WARN  line');
  assert.match(out(), /WARN {2}line\n[^\n]*\| waiting for somet$/);
});

test('more than ASCII only where the locale says so', () => {
  assert(isUnicodeTerminal({ LANG: 'en_US.UTF-8' }));
  assert(!isUnicodeTerminal({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }));
  assert(!isUnicodeTerminal({}));
});
