// Files in a directory of this machine: the store for one machine with a disk that lasts.

import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { StoreKind } from '../stores.ts';

export const files: StoreKind = {
  takes: 'the absolute path of a directory',
  isPlace: isAbsolute,
  isThere: async (directory) => existsSync(directory),
  open: async (directory, opening) => {
    const { FileStore } = await import('./file-store.ts');
    return new FileStore({ directory, ...opening });
  },
  // The first run makes the directory.
  make: async () => [],
  examine: async (directory, opening) => {
    const { examineFiles } = await import('./examine.ts');
    return await examineFiles(directory, opening);
  },
  whyVolatile: async (directory, env) => {
    const { whyVolatile } = await import('./lasting.ts');
    return await whyVolatile(directory, env);
  },
};
