// Files in a directory of this machine: the store for one machine with a disk that lasts.

import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import type { CustodyWish } from '../../custody/wish.ts';
import type { StoreKind, StoreOpening } from '../stores.ts';
import { waysOn } from '../ways-on.ts';

export const files: StoreKind = {
  takes: 'the absolute path of a directory',
  isPlace: isAbsolute,
  isThere: async (directory) => existsSync(directory),
  open: async (directory, opening) => {
    const { FileStore } = await import('./file-store.ts');
    return new FileStore({ directory, ...opening, ...(await boxesOf(directory, opening)) });
  },
  // The first run makes the directory.
  make: async () => [],
  examine: async (directory, opening) => {
    const { examineFiles } = await import('./examine.ts');
    return await examineFiles(directory, { ...opening, ...(await boxesOf(directory, opening)) });
  },
  whyVolatile: async (directory, env) => {
    const { whyVolatile } = await import('./lasting.ts');
    return await whyVolatile(directory, env);
  },
};

/** A disk may be shared by machines and mounted anywhere, so nothing is bound to the path. */
const PLACE = 'files';

async function boxesOf(directory: string, { custody: wish, aws }: StoreOpening) {
  refuseIdleKey(wish, directory);
  const { openBoxes } = await import('../../custody/open-boxes.ts');
  const { chosen: box, openers } = await openBoxes({
    ...{ wish, place: PLACE, usualKey: undefined, ways: waysOn(directory, wish) },
    aws: async () => {
      const { tables, dataKeys, texts } = await aws(undefined);
      return { region: tables.region, dataKeys, texts };
    },
  });
  return { box, openers };
}

/** Somebody who names a key means that secrets are sealed; in a directory they are only where that is said. */
function refuseIdleKey({ custody, kmsKey }: CustodyWish, directory: string): void {
  if (kmsKey === undefined || custody !== undefined) return;
  throw new KeyturnError(
    'conflicting-flags',
    `a KMS key is named (--custody-kms-key or KEYTURN_CUSTODY_KMS_KEY), and secrets would lie in clear in ${directory} all the same`,
    {
      hint: 'say --custody kms too; or --custody plain and no --custody-kms-key, which leaves the variable to other runs',
    },
  );
}
