// Which files are regular ones. Light: a list of profiles asks it.

import { devNull } from 'node:os';
import { resolve } from 'node:path';
import type { KeyturnError } from '../base/errors.ts';
import { errnoOf, type FileInfo, type FileKind, systemReason } from '../base/files/file-system.ts';
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

/** Below what is no folder there is no file either, as with HOME=/dev/null: the AWS CLI and the SDK read none there. */
const NO_FILE_CODES: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** Whether the system says that there is no file. */
export function isMissing(thrown: unknown): boolean {
  return NO_FILE_CODES.has(errnoOf(thrown) ?? '');
}

/** What the system says of a file of profiles that is there. */
export function unreadable(path: string, thrown: unknown): KeyturnError {
  const isCircle = errnoOf(thrown) === 'ELOOP';
  const why = isCircle ? 'its symbolic links lead in a circle' : systemReason(thrown);
  return failure(path, why, { cause: thrown, verb: 'read' });
}

/** How the files of profiles are named. */
const WORD = '--credentials, AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE';
const NAMED_BY: Setting = { flag: WORD, key: WORD };

export function notRegular(path: string, reason: string, namedBy = NAMED_BY): KeyturnError {
  const hint = [bySetting(namedBy, (how) => `name a regular file with ${how}`)];
  return failure(path, reason, { verb: 'read', hint });
}
