// How it is with a directory of state, told without changing it.

import { KeyturnError } from '../../base/errors.ts';
import { toldOfBox } from '../../custody/told-of-box.ts';
import type { Finding, StoreOpening } from '../stores.ts';
import { FileStore, type FileStoreOptions } from './file-store.ts';

export async function examineFiles(
  directory: string,
  opening: StoreOpening & Pick<FileStoreOptions, 'box' | 'openers'>,
): Promise<readonly Finding[]> {
  const store = new FileStore({ directory, ...opening });
  try {
    await store.prepare('foretell');
    const { length } = await store.accounts();
    const accounts = length === 1 ? '1 account' : `${length} accounts`;
    const used: Finding = {
      verdict: 'fine',
      what: `directory ${directory} can be used, with ${accounts}`,
    };
    const { box } = opening;
    return box === undefined ? [used] : [used, { verdict: 'fine', what: toldOfBox(box) }];
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    return [{ verdict: 'wrong', what: thrown.message, hint: thrown.hintParts }];
  }
}
