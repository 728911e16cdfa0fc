// Files that a kubeconfig is made of, and those that it names.

import { KeyturnError } from '../../base/errors.ts';
import { errnoOf, systemReason } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { readWholeFile } from '../../base/files/whole-file.ts';
import { whyNotRegular } from '../../credentials-file/not-regular.ts';

/** Undefined when there is no file. Throws `not-deliverable`. */
export async function readTextFile(path: string): Promise<string | undefined> {
  let reason: string | undefined;
  try {
    // A pipe would be waited for until somebody writes into it.
    reason = whyNotRegular(await nodeFileSystem.stat(path));
    if (reason === undefined) return (await readWholeFile(nodeFileSystem, path))?.toString('utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    reason = systemReason(thrown);
  }
  throw new KeyturnError('not-deliverable', `${path} cannot be read: ${reason}`, {
    hint: 'let keyturn read it, or name another kubeconfig in KUBECONFIG',
  });
}
