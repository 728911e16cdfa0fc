// How a credentials file is written: on the real disk, under a lock beside it.

import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { removeQuietly } from '../base/files/whole-file.ts';
import { lockNameOf, type SaveOptions } from '../credentials-file/save.ts';
import { newId } from '../executor/runtime.ts';
import { ClaimFiles } from '../journal/claim-files.ts';
import { whileHolding } from '../journal/file-claims.ts';
import { systemProcesses } from '../journal/process-table.ts';

export function saveOptions(path: string, clock: Clock): SaveOptions {
  return {
    path,
    clock,
    fs: nodeFileSystem,
    lock: async (target, work) => {
      const files = new ClaimFiles({
        directory: dirname(target),
        fs: nodeFileSystem,
        clock,
        processes: systemProcesses,
        run: newId(),
        temporaryPath: () => `${lockTemporaryPrefix(target)}${randomBytes(8).toString('hex')}`,
        breakPrefix: `${lockNameOf(target)}-break-`,
      });
      let begun = false;
      try {
        return await whileHolding(files, clock, lockNameOf(target), async () => {
          begun = true;
          await sweepLockTemporaries(target);
          // What can not be swept now stands in nobody's way.
          await files.sweepBreakers().catch(() => {});
          return await work();
        });
      } catch (thrown) {
        if (begun || !(thrown instanceof KeyturnError)) throw thrown;
        throw new KeyturnError('credentials-file', `${path} can not be locked: ${thrown.message}`, {
          hint: 'the file is as it was; wait for the other keyctl, or repair the folder',
        });
      }
    },
  };
}

/** In a folder that is not ours a leftover must tell whose it is. */
function lockTemporaryPrefix(target: string): string {
  return join(dirname(target), `${lockNameOf(target)}-tmp-`);
}

/**
 * What died while it asked for the lock. Call it only under the lock: the living who ask at this
 * moment do not get it anyway, and ask again.
 */
async function sweepLockTemporaries(target: string): Promise<void> {
  const fs = nodeFileSystem;
  for (const name of await fs.list(dirname(target)).catch(() => [])) {
    const path = join(dirname(target), name);
    if (path.startsWith(lockTemporaryPrefix(target))) await removeQuietly(fs, path);
  }
}
