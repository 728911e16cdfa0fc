// How a credentials file is written: on the real disk, under a lock beside it.

import { dirname } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
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
      });
      let begun = false;
      try {
        return await whileHolding(files, clock, lockNameOf(target), async () => {
          begun = true;
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
