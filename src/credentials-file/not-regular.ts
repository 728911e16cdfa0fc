// Which files are regular ones. Light: a list of profiles asks it.

import { devNull } from 'node:os';
import { resolve } from 'node:path';
import type { KeyturnError } from '../base/errors.ts';
import type { FileInfo, FileKind } from '../base/files/file-system.ts';
import { bySetting, type Setting } from '../base/settings-words.ts';
import { failure } from './failures.ts';

const WORDS: Readonly<Record<Exclude<FileKind, 'file'>, string>> = {
  directory: 'it is a directory',
  pipe: 'it is a pipe, not a regular file',
  socket: 'it is a socket, not a regular file',
  device: 'it is a device, not a regular file',
};

/** The usual word for "no file of this kind": it is empty for every program. */
export function isNoFile(path: string): boolean {
  return resolve(path) === devNull;
}

/** Why the file cannot be one of profiles; undefined when it can. */
export function whyNotRegular({ kind }: Pick<FileInfo, 'kind'>): string | undefined {
  return kind === 'file' ? undefined : WORDS[kind];
}

/** How the files of profiles are named. */
const WORD = '--credentials, AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE';
const NAMED_BY: Setting = { flag: WORD, key: WORD };

export function notRegular(path: string, reason: string, namedBy = NAMED_BY): KeyturnError {
  const hint = [bySetting(namedBy, (how) => `name a regular file with ${how}`)];
  return failure(path, reason, { verb: 'read', hint });
}
