// Use case of `keyctl backups`: every rotation leaves a copy of the credentials file beside it, with the
// secrets of that day. They are listed, and the old ones deleted on request. AWS is not asked.

import { dirname } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { profilePaths } from '../../credentials-file/paths.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { saveOptions } from '../save-options.ts';
import { backupFilesOf, pairsIn } from './backup-files.ts';
import { type JudgedBackup, judgeBackups } from './judge-backups.ts';
import { isNeeded, readHistories } from './recorded-keys.ts';
import type { OpenBackups, OpenedBackups } from './types.ts';

export const openBackups: OpenBackups = async ({ credentialsFile, keep }, context) => {
  const { env, home, clock, state } = context;
  const { credentials: path } = profilePaths(credentialsFile, {
    ...{ env, home },
    platform: process.platform,
  });
  const judge = async (): Promise<readonly JudgedBackup[]> => {
    const bytes = await readFileBytes(nodeFileSystem, path);
    const histories = await readHistories(state);
    return judgeBackups({
      backups: await backupFilesOf(path),
      keep,
      elsewhere: bytes === undefined ? [] : pairsIn(bytes),
      isNeeded: (keyId) => isNeeded(keyId, histories),
    });
  };
  const opened: OpenedBackups = {
    credentialsPath: path,
    backups: (await judge()).map(({ backup, staysBecause }) => ({
      path: backup.path,
      madeAt: backup.madeAt,
      keyIds: [...new Set(backup.pairs.map(({ id }) => id))],
      staysBecause,
    })),
    prune: async (paths) => {
      const target = await nodeFileSystem.realPath(path).catch(() => path);
      // A rotation under way may be about to need what nothing needed before (I9).
      return await saveOptions(path, clock).lock(target, async () => {
        const deleted: string[] = [];
        for (const { backup, staysBecause } of await judge()) {
          if (staysBecause !== undefined || !paths.includes(backup.path)) continue;
          await remove(backup.path);
          deleted.push(backup.path);
        }
        if (deleted.length > 0) await nodeFileSystem.syncDirectory(dirname(path));
        return deleted;
      });
    },
  };
  return opened;
};

async function remove(path: string): Promise<void> {
  try {
    await nodeFileSystem.remove(path);
  } catch (thrown) {
    throw new KeyturnError(
      'credentials-file',
      `${path} cannot be deleted: ${systemReason(thrown)}`,
      {
        hint: 'repair the permissions of its folder, then run again',
        cause: thrown,
      },
    );
  }
}
