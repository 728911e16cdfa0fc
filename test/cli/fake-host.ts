// A process made of memory: runs a command of src/cli without starting one.

import { KeyturnError } from '../../src/base/errors.ts';
import type { Host, StopSignal } from '../../src/cli/host.ts';
import type { Sink } from '../../src/cli/terminal/sink.ts';

export interface FakeHost extends Host {
  readonly out: () => string;
  readonly err: () => string;
  /** Delivers a signal as the system would. */
  readonly send: (signal: StopSignal) => void;
  /** Something throws where nobody catches it. */
  readonly fault: (thrown: unknown) => void;
  /** The code of exitNow, when it was called. */
  readonly exitedNow: () => number | undefined;
}

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The reader of stdout is gone. */
  readonly isStdoutClosed?: boolean;
  /** stdin and stderr are a terminal. */
  readonly isTerminal?: boolean;
}

export const NOW = new Date('2026-11-21T10:00:00.000Z');

export function fakeHost(args: readonly string[], options: FakeHostOptions = {}): FakeHost {
  const isTerminal = options.isTerminal ?? false;
  const stdout = fakeSink(options.isStdoutClosed ?? false, isTerminal);
  const stderr = fakeSink(false, isTerminal);
  const handlers = new Set<(signal: StopSignal) => void>();
  let exitedNow: number | undefined;
  let faultHandler: (thrown: unknown) => void = () => {};
  return {
    args,
    env: options.env ?? {},
    cwd: '/home/ada/project',
    home: '/home/ada',
    // Time does not pass, but others get their turn.
    clock: { now: () => NOW, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    stdin: { isTerminal, stream: () => process.stdin },
    stdout: stdout.sink,
    stderr: stderr.sink,
    onStop: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    onFault: (handler) => {
      faultHandler = handler;
    },
    exitNow: (code) => {
      exitedNow = code;
    },
    out: stdout.text,
    err: stderr.text,
    send: (signal) => {
      for (const handler of handlers) handler(signal);
    },
    exitedNow: () => exitedNow,
    fault: (thrown) => faultHandler(thrown),
  };
}

function fakeSink(isClosed: boolean, isTerminal: boolean): { sink: Sink; text: () => string } {
  let text = '';
  const sink: Sink = {
    isTerminal,
    width: 80,
    hasColours: () => false,
    write: async (more) => {
      if (isClosed) throw new KeyturnError('output-closed', 'stdout closed (EPIPE)');
      text += more;
    },
    writeNow: (more) => {
      text += more;
    },
    stream: process.stderr,
  };
  return { sink, text: () => text };
}
