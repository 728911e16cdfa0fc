// What surrounds every command that asks AWS, with work that is written here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../src/base/errors.ts';
import { runCommand } from '../../src/cli/run.ts';
import { inRunShell, type ShellOptions, type Work } from '../../src/cli/run-shell.ts';
import { type FakeHost, type FakeHostOptions, fakeHost } from './fake-host.ts';

const OPTIONS: ShellOptions = {
  log: { format: 'text', level: 'info', isLevelGiven: false, file: undefined },
  stillFinished: 'the step under way',
  leftOpen: 'finishes it',
  failureDocument: ({ code }) => `failed: ${code}\n`,
};

async function play(
  work: (host: FakeHost) => Work,
  { options = OPTIONS, ...given }: FakeHostOptions & { options?: ShellOptions } = {},
): Promise<{ readonly host: FakeHost; readonly code: number }> {
  const host = fakeHost([], given);
  const code = await runCommand(
    { program: 'keyturn', run: (session) => inRunShell(session, options, work(host)) },
    host,
  );
  return { host, code };
}

test('work that prints and returns ends with its own exit code', async () => {
  const { host, code } = await play(() => async ({ print }) => {
    await print('done\n');
    return 1;
  });
  assert.deepEqual([code, host.out(), host.err()], [1, 'done\n', '']);
});

test('a failure is said on stderr, and its document is on stdout', async () => {
  const { host, code } = await play(() => async () => {
    throw new KeyturnError('access-denied', 'not allowed', { hint: 'ask for it' });
  });
  assert.deepEqual([code, host.out()], [3, 'failed: access-denied\n']);
  assert.equal(
    host.err(),
    'keyturn: error: not allowed [access-denied]\nkeyturn: hint: ask for it\n',
  );
});

test('no failure is printed after a result', async () => {
  const { host, code } = await play(() => async ({ print }) => {
    await print('done\n');
    throw new KeyturnError('aws-error', 'closing failed');
  });
  assert.deepEqual([code, host.out()], [1, 'done\n']);
});

test('stdout that takes no document does not hide the exit code of the failure', async () => {
  const failing = () => async () => {
    throw new KeyturnError('access-denied', 'not allowed');
  };
  const { host, code } = await play(failing, { isStdoutClosed: true });
  assert.equal(code, 3);
  assert.match(host.err(), /error: not allowed \[access-denied\]\n.*error: stdout closed/);
});

test('a person who leaves has made no error', async () => {
  const { host, code } = await play(() => async () => {
    throw new KeyturnError('cancelled', 'nothing was changed');
  });
  assert.deepEqual([code, host.err()], [130, 'keyturn: nothing was changed\n']);
});

test('whatever number of steps waits for the signal, Node warns of no leak', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const { code } = await play(() => async ({ signal }) => {
    for (let step = 0; step < 50; step += 1) signal.addEventListener('abort', () => {});
    // Node warns a moment later.
    await new Promise((resolve) => setImmediate(resolve));
    return 0;
  });
  process.off('warning', note);
  assert.deepEqual([code, warnings], [0, []]);
});

for (const [signal, exit] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} aborts the work, and an interrupted run exits ${exit}`, async () => {
    const { host, code } = await play((host) => async ({ signal: stopped }) => {
      host.send(signal);
      stopped.throwIfAborted();
      return 0;
    });
    assert.deepEqual([code, host.out()], [exit, 'failed: interrupted\n']);
    assert.match(host.err(), new RegExp(`${signal}: finishing the step under way; once more`));
  });
}

test('work that was done all the same keeps its exit code', async () => {
  const { code } = await play((host) => async () => {
    host.send('SIGINT');
    return 0;
  });
  assert.equal(code, 0);
});

test('a second signal ends the process at once, with a document when there is none yet', async () => {
  for (const isPrinted of [false, true]) {
    await play((host) => async ({ print }) => {
      if (isPrinted) await print('done\n');
      host.send('SIGTERM');
      host.send('SIGINT');
      assert.equal(host.exitedNow(), 130);
      assert.equal(host.out(), isPrinted ? 'done\n' : 'failed: interrupted\n');
      assert.match(host.err(), /SIGINT again: ending at once; the next run finishes it\n$/);
      return 0;
    });
  }
});

test('lines that the log file did not take are counted at the end', {
  skip: process.platform !== 'linux',
}, async () => {
  const options = { ...OPTIONS, log: { ...OPTIONS.log, file: '/dev/full' } };
  const { host, code } = await play(
    () =>
      async ({ log }) => {
        log.emit({ code: 'run-stopping', reason: 'a test' });
        return 0;
      },
    { options },
  );
  assert.equal(code, 0);
  assert.match(host.err(), /keyturn: 1 lines could not be written to the log file\n$/);
});
