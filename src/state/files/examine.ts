// How it is with a directory of state, told without changing it.

import { KeyturnError } from '../../base/errors.ts';
import type { Finding, StoreOpening } from '../stores.ts';
import { FileStore } from './file-store.ts';

export async function examineFiles(
  directory: string,
  opening: StoreOpening,
): Promise<readonly Finding[]> {
  const store = new FileStore({ directory, ...opening });
  try {
    await store.prepare('foretell');
    const { length } = await store.accounts();
    const accounts = length === 1 ? '1 account' : `${length} accounts`;
    return [{ verdict: 'fine', what: `directory ${directory} can be used, with ${accounts}` }];
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    return [{ verdict: 'wrong', what: thrown.message, hint: thrown.hintParts }];
  }
}
