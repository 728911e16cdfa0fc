// Where a program is that was named by its path or by its name.

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../base/environment.ts';

/** By its absolute path, or in the first folder of PATH that has it; undefined where there is none. */
export async function programAt(
  program: string,
  { PATH = '' }: Environment,
): Promise<string | undefined> {
  if (isAbsolute(program)) return program;
  if (/[\\/]/.test(program)) return undefined;
  for (const folder of PATH.split(delimiter)) {
    const path = join(folder, program);
    if (!isAbsolute(folder)) continue;
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
