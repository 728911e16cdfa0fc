// `--log-file`: opened before anything is sent to AWS, so that a run that cannot log as asked
// does not begin. A line that cannot be written later is dropped: a full log disk is no reason to
// leave a rotation half done. It is said once, at the end.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { isatty } from 'node:tty';
import { KeyturnError } from '../../base/errors.ts';
import { quoted } from '../flags/argv.ts';

export interface LogFile {
  readonly append: (line: string) => void;
  /** Returns how many lines could not be written. */
  readonly close: () => number;
}

/**
 * Throws `log-file`. A new file is readable by its owner only. A symbolic link of somebody else's is not
 * followed.
 */
export function openLogFile(path: string): LogFile {
  refuseStdout(path);
  const fd = open(path);
  let linesLost = 0;
  return {
    append: (line) => {
      try {
        writeSync(fd, `${line}\n`);
      } catch {
        linesLost += 1;
      }
    },
    close: () => {
      try {
        closeSync(fd);
      } catch {
        linesLost += 1;
      }
      return linesLost;
    },
  };
}

/** Whether the path is a symbolic link, of somebody who may say where the log goes. */
function isOwnLink(path: string): boolean {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info?.isSymbolicLink() !== true) return false;
  if (info.uid === 0 || info.uid === process.getuid?.()) return true;
  throw unusable(path, `it is a symbolic link of another user (uid ${info.uid})`);
}

function open(path: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_WRONLY } = constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | (isOwnLink(path) ? 0 : O_NOFOLLOW);
  try {
    // A pipe that nobody reads fails at once, and does not hold the run.
    const fd = openSync(path, flags | O_NONBLOCK, 0o600);
    if (!fstatSync(fd).isFIFO()) return fd;
    // It has a reader, who must not meet an end before the log has begun; a full pipe is waited for.
    const waiting = openSync(path, flags);
    closeSync(fd);
    return waiting;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/, open .*$/s, '') : '';
    throw unusable(path, reason, thrown);
  }
}

/**
 * Who reads stdout wants the result and nothing else: lines between would make it unreadable, by whatever
 * name it is called (/dev/stdout, /dev/fd/1, the file that the shell sends it to).
 */
function refuseStdout(path: string): void {
  const [log, stdout] = [statOf(() => statSync(path)), statOf(() => fstatSync(STDOUT))];
  if (log === undefined || stdout === undefined) return;
  // A device that swallows everything, such as /dev/null, takes both.
  if (log.isCharacterDevice() && !isatty(STDOUT)) return;
  if (stdout.dev !== log.dev || stdout.ino !== log.ino) return;
  throw new KeyturnError('log-file', `the log file ${quoted(path)} is where the result goes`, {
    hint: 'leave --log-file out: log lines go to stderr, and with 2>&1 to the same place',
  });
}

const STDOUT = 1;

/** Undefined for what is not there. */
function statOf(stat: () => Stats): Stats | undefined {
  try {
    return stat();
  } catch {
    return undefined;
  }
}

function unusable(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('log-file', `cannot open the log file ${quoted(path)}: ${reason}`, {
    cause,
    hint: 'name a file in a directory that you can write to, or leave --log-file out',
  });
}
