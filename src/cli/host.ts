// The process as the command line sees it, so that tests can run a command in another one.

import { fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import { type Sink, standardSink } from './terminal/sink.ts';

export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

/** Where a person's answers are read from. */
export interface Source {
  readonly isTerminal: boolean;
  /** The stream beneath; opened only when it is asked for. */
  readonly stream: () => NodeJS.ReadStream;
}

export interface Host {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Empty when it was removed meanwhile: only a relative path needs one. */
  readonly cwd: string;
  readonly home: string | undefined;
  readonly clock: Clock;
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Calls back on every SIGHUP, SIGINT and SIGTERM until the returned function is called. */
  readonly onStop: (handler: (signal: StopSignal) => void) => () => void;
  /** Calls back when something throws where nobody catches it. */
  readonly onFault: (handler: (thrown: unknown) => void) => void;
  /** Ends the process at once; only for a second signal. */
  readonly exitNow: (code: number) => void;
}

const STOP_SIGNALS: readonly StopSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

export function processHost(): Host {
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: workingDirectory(),
    home: homeDirectory(),
    clock: systemClock,
    stdin: {
      get isTerminal() {
        return isStdinTerminal();
      },
      stream: () => process.stdin,
    },
    stdout: standardSink(() => process.stdout, 1),
    stderr: standardSink(() => process.stderr, 2),
    onStop: (handler) => {
      for (const signal of STOP_SIGNALS) process.on(signal, handler);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, handler);
      };
    },
    onFault: (handler) => {
      process.on('uncaughtException', handler);
    },
    exitNow: (code) => process.exit(code),
  };
}

/** Looks at the file first: most of the time stdin is no terminal, and then no stream need be opened. */
function isStdinTerminal(): boolean {
  try {
    return fstatSync(0).isCharacterDevice() && process.stdin.isTTY === true;
  } catch {
    return false; // closed
  }
}

/** os.homedir() honours HOME, and throws when the system does not know the user either. */
function homeDirectory(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody is there to be asked. */
export function canAsk({ stdin, stderr }: Pick<Host, 'stdin' | 'stderr'>): boolean {
  return stdin.isTerminal && stderr.isTerminal;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
