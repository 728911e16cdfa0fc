// Writing to stdout and stderr so that nothing is lost silently. `write` resolves when the system
// has taken every byte; it throws `output-closed` when it does not (reader gone, disk full).

import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { KeyturnError } from '../base/errors.ts';

export interface Sink {
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  readonly hasColours: (env: Readonly<Record<string, string | undefined>>) => boolean;
  readonly write: (text: string) => Promise<void>;
  /** Writes before it returns; for log lines and last words. Never throws. */
  readonly writeNow: (text: string) => void;
  /** The stream beneath, for a progress bar. */
  readonly stream: NodeJS.WriteStream;
}

export function standardSink(stream: NodeJS.WriteStream, fd: 1 | 2): Sink {
  // Without a listener, a reader that goes away would end the process with a stack trace.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    width: stream.columns || 80,
    hasColours: (env) => stream.isTTY === true && stream.hasColors(env as NodeJS.ProcessEnv),
    write: (text) => (isFile(fd) ? writeFile(fd, text) : writeStream(stream, text)),
    writeNow: (text) => {
      try {
        if (isFile(fd)) writeAllSync(fd, text);
        else stream.write(text);
      } catch {
        // Nobody is left to be told.
      }
    },
    stream,
  };
}

/** A sink that knows whether anything was written, or tried to be. */
export function trackedSink(sink: Sink): { readonly sink: Sink; readonly isUsed: () => boolean } {
  let isUsed = false;
  return {
    isUsed: () => isUsed,
    sink: {
      ...sink,
      write: (text) => {
        isUsed = true;
        return sink.write(text);
      },
      writeNow: (text) => {
        isUsed = true;
        sink.writeNow(text);
      },
    },
  };
}

/** Files, and devices such as /dev/full: Node's own stream ignores a write that is cut short. */
function isFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && !isatty(fd));
  } catch {
    return false;
  }
}

async function writeFile(fd: number, text: string): Promise<void> {
  try {
    writeAllSync(fd, text);
  } catch (thrown) {
    throw outputClosed(thrown);
  }
}

function writeAllSync(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
}

function writeStream(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    try {
      stream.write(text, (error) => {
        if (error) reject(outputClosed(error));
        else resolve();
      });
    } catch (thrown) {
      reject(outputClosed(thrown));
    }
  });
}

function outputClosed(cause: unknown): KeyturnError {
  const code = (cause as { code?: unknown } | null)?.code;
  return new KeyturnError(
    'output-closed',
    `stdout closed before the whole result was written (${String(code ?? 'unknown reason')})`,
    { cause },
  );
}
