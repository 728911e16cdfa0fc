// The credentials file that a person has named: a slip in its name would read as "no profiles".

import { lstatSync } from 'node:fs';
import { errnoOf } from '../../base/files/file-system.ts';
import { failure } from '../../credentials-file/failures.ts';

/** What else is wrong with it is told by whoever reads it. Throws `credentials-file`. */
export function requireNamedFile(path: string | undefined): void {
  if (path === undefined) return;
  try {
    lstatSync(path);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') return;
    const hint = 'check the path behind --credentials; without it the usual file is meant';
    throw failure(path, 'it does not exist', { cause: thrown, verb: 'read', hint });
  }
}
