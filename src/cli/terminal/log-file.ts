// `--log-file`: opened before anything is sent to AWS, so that a run that can not log as asked
// does not begin. A line that can not be written later is dropped: a full log disk is no reason to
// leave a rotation half done. It is said once, at the end.

import { closeSync, openSync, writeSync } from 'node:fs';
import { KeyturnError } from '../../base/errors.ts';
import { quoted } from '../flags/argv.ts';

export interface LogFile {
  readonly append: (line: string) => void;
  /** Returns how many lines could not be written. */
  readonly close: () => number;
}

/** Throws `log-file`. A new file is readable by its owner only. */
export function openLogFile(path: string): LogFile {
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

function open(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/, open .*$/s, '') : '';
    throw new KeyturnError('log-file', `can not open the log file ${quoted(path)}: ${reason}`, {
      cause: thrown,
      hint: 'name a file in a directory that you can write to, or leave --log-file out',
    });
  }
}
