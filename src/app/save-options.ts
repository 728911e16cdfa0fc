// How a credentials file is written: on the real disk, under a lock beside it.

import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { systemReason } from '../base/files/file-system.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { removeQuietly } from '../base/files/whole-file.ts';
import { newId } from '../base/new-id.ts';
import { failure } from '../credentials-file/failures.ts';
import { lockNameOf } from '../credentials-file/save.ts';
import type { SaveOptions } from '../credentials-file/saving.ts';
import { ClaimFiles } from '../state/files/claim-files.ts';
import { whileHolding } from '../state/files/claims.ts';
import { systemProcesses } from '../state/files/process-table.ts';

/**
 * The works of this process on a file wait for each other in line: a run may have many users with a profile
 * in one file. For other processes each asks at the lock, in turn and not for ever.
 */
const lines = new Map<string, Promise<unknown>>();

async function inLine<T>(target: string, work: () => Promise<T>): Promise<T> {
  const before = lines.get(target) ?? Promise.resolve();
  const own = before.then(work, work);
  const settled = own.catch(() => {});
  lines.set(target, settled);
  try {
    return await own;
  } finally {
    if (lines.get(target) === settled) lines.delete(target);
  }
}

export function saveOptions(path: string, clock: Clock): SaveOptions {
  return {
    path,
    clock,
    fs: nodeFileSystem,
    lock: (target, work) =>
      inLine(target, async () => {
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
            // A leftover that cannot be removed now does no harm.
            await files.sweepBreakers().catch(() => {});
            return await work();
          });
        } catch (thrown) {
          if (begun || !(thrown instanceof KeyturnError)) throw thrown;
          if (thrown.code === 'state-dir') throw noLockFile(path, target, thrown);
          throw new KeyturnError(
            'credentials-file',
            `${path} cannot be locked: ${thrown.message}`,
            {
              hint: 'the file is as it was; wait for the other keyctl, then run again',
            },
          );
        }
      }),
  };
}

/** The folder of a file that is mounted alone often is read-only. */
function noLockFile(path: string, target: string, { cause }: KeyturnError): KeyturnError {
  const reason = `${dirname(target)} takes no lock file: ${systemReason(cause)}`;
  return failure(path, reason, {
    cause,
    hint: 'the file is as it was; a lock and a backup are made in that folder, so it has to take new files',
  });
}

/** The folder is not ours, so the name of a leftover must tell which tool made it. */
function lockTemporaryPrefix(target: string): string {
  return join(dirname(target), `${lockNameOf(target)}-tmp-`);
}

/**
 * Removes what processes left that died while they asked for the lock. To be called under the lock:
 * a living process that asks at this moment does not get it anyway, and asks again.
 */
async function sweepLockTemporaries(target: string): Promise<void> {
  const fs = nodeFileSystem;
  for (const name of await fs.list(dirname(target)).catch(() => [])) {
    const path = join(dirname(target), name);
    if (path.startsWith(lockTemporaryPrefix(target))) await removeQuietly(fs, path);
  }
}
