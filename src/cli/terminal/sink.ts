// Writing to stdout and stderr so that nothing is lost silently. `write` resolves when the system
// has taken every byte; it throws `output-closed` when it does not (reader gone, disk full).

import { fstatSync, type Stats, writeSync } from 'node:fs';
import { KeyturnError } from '../../base/errors.ts';

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

/**
 * The first bytes to a pipe or a terminal are written without Node's stream, because opening one takes
 * as long as all the rest of `--help`. So many fit into the buffer of any pipe, so a reader that is slow
 * does not block the process.
 */
const DIRECT_BYTES_MAX = 8_192;

/** `open` gives the stream; it is opened when something needs it, and used from then on. */
export function standardSink(open: () => NodeJS.WriteStream, fd: 1 | 2): Sink {
  let opened: NodeJS.WriteStream | undefined;
  let directBytes = 0;
  let seen: { readonly stat: Stats | undefined } | undefined;
  /** What the descriptor is, it stays: lines are many, and each asks. */
  const stat = (): Stats | undefined => {
    seen ??= { stat: statOf(fd) };
    return seen.stat;
  };
  const stream = (): NodeJS.WriteStream => {
    if (opened === undefined) {
      opened = open();
      // Without a listener, a reader that goes away would end the process with a stack trace.
      opened.on('error', () => {});
    }
    return opened;
  };
  const isTerminal = (): boolean => stat()?.isCharacterDevice() === true && stream().isTTY === true;
  /** Files, and devices such as /dev/full: Node's own stream ignores a write that is cut short. */
  const isFile = (): boolean =>
    stat()?.isFile() === true || (stat()?.isCharacterDevice() === true && !isTerminal());
  /** Returns what is left for the stream: everything, once it is open. */
  const writeDirectly = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    directBytes += bytes.length;
    const isForStream = opened !== undefined || directBytes > DIRECT_BYTES_MAX;
    return isForStream || process.platform === 'win32' ? bytes : writeWhatFits(fd, bytes);
  };
  return {
    get isTerminal() {
      return isTerminal();
    },
    get width() {
      return isTerminal() ? stream().columns || 80 : 80;
    },
    hasColours: (env) => isTerminal() && stream().hasColors(env as NodeJS.ProcessEnv),
    write: async (text) => {
      try {
        if (isFile()) writeAllSync(fd, text);
        else {
          const left = writeDirectly(text);
          if (left.length > 0) await writeStream(stream(), left);
        }
      } catch (thrown) {
        throw outputClosed(thrown);
      }
    },
    writeNow: (text) => {
      try {
        if (isFile()) writeAllSync(fd, text);
        else {
          const left = writeDirectly(text);
          if (left.length > 0) stream().write(left);
        }
      } catch {
        // stderr or stdout is gone, so nobody can be told.
      }
    },
    get stream() {
      return stream();
    },
  };
}

/** The sink with other ways to write, and all else as it is at that time. */
export function writingOver(
  sink: Sink,
  own: Pick<Sink, 'write' | 'writeNow'> & { readonly streamOf?: () => NodeJS.WriteStream },
): Sink {
  return {
    get isTerminal() {
      return sink.isTerminal;
    },
    get width() {
      return sink.width;
    },
    hasColours: sink.hasColours,
    get stream() {
      return own.streamOf?.() ?? sink.stream;
    },
    write: own.write,
    writeNow: own.writeNow,
  };
}

/** A sink that knows whether anything was written, or tried to be. */
export function trackedSink(sink: Sink): { readonly sink: Sink; readonly isUsed: () => boolean } {
  let isUsed = false;
  return {
    isUsed: () => isUsed,
    sink: writingOver(sink, {
      write: (text) => {
        isUsed = true;
        return sink.write(text);
      },
      writeNow: (text) => {
        isUsed = true;
        sink.writeNow(text);
      },
    }),
  };
}

function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function writeAllSync(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
}

/** Writes until the reader has to catch up; returns the rest. */
function writeWhatFits(fd: number, bytes: Buffer): Buffer {
  let offset = 0;
  try {
    while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
  }
  return bytes.subarray(offset);
}

function writeStream(stream: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
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
