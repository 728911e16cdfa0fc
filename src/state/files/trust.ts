// Whether others could put another directory or file in the place of ours: whoever can, forges what we
// remember, or is handed new secrets.

import { dirname } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import { command, type Hint } from '../../base/hint.ts';

/**
 * Throws `state-dir` when a folder above the directory lets others rename what lies in it. The way as the
 * operator wrote it counts, and the way behind its symbolic links.
 */
export async function refuseOpenParents(fs: FileSystem, directory: string): Promise<void> {
  const real = await realPath(fs, directory);
  const { ownerId: ownId } = await inspect(fs, directory, directory);
  for (const parent of new Set([...parentsOf(directory), ...parentsOf(real)])) {
    const info = await inspect(fs, parent, directory);
    if (!canOthersRename(info, ownId)) continue;
    const mode = info.mode.toString(8).padStart(4, '0');
    throw unusable(
      directory,
      `others can write the folder above it, ${parent} (mode ${mode}), and put another one in its place`,
      undefined,
      ['close it:', command('chmod', 'go-w', parent), 'or choose another with --state-dir'],
    );
  }
}

/**
 * Throws `state-dir` when the path is a symbolic link. The directory that the operator names may be one;
 * what we make in it never is.
 */
export async function refuseLink(fs: FileSystem, path: string): Promise<void> {
  let real: string;
  try {
    real = await fs.realPath(path);
  } catch (thrown) {
    // A link that leads nowhere looks as if nothing were there, and is found when the name is used.
    if (errnoOf(thrown) === 'ENOENT') return;
    throw unusable(path, systemReason(thrown), thrown);
  }
  const own = await realPath(fs, dirname(path));
  if (dirname(real) === own && real.endsWith(path.slice(dirname(path).length))) return;
  throw unusable(
    path,
    `it is a symbolic link, to ${real}`,
    undefined,
    `keyturn makes none, so somebody put it there; remove it, or move what is in ${real} here`,
  );
}

async function inspect(fs: FileSystem, path: string, directory: string): Promise<FileInfo> {
  try {
    return await fs.stat(path);
  } catch (thrown) {
    throw unusable(directory, `${path}: ${systemReason(thrown)}`, thrown);
  }
}

async function realPath(fs: FileSystem, path: string): Promise<string> {
  try {
    return await fs.realPath(path);
  } catch (thrown) {
    throw unusable(path, systemReason(thrown), thrown);
  }
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}

/** In a folder with the sticky bit, such as /tmp, nobody renames what belongs to another. */
function canOthersRename({ mode, isSticky, groupId }: FileInfo, ownId: number): boolean {
  if (isSticky === true) return false;
  // Many systems give each user a group of their own of the same number, and let it write.
  const isOwnGroup = groupId === ownId && ownId !== 0;
  return (mode & (isOwnGroup ? 0o002 : 0o022)) !== 0;
}

function unusable(path: string, reason: string, cause?: unknown, hint?: Hint): KeyturnError {
  return new KeyturnError('state-dir', `state directory ${path} can not be used: ${reason}`, {
    hint: hint ?? 'choose another with --state-dir, or repair its permissions (0700)',
    cause,
  });
}
