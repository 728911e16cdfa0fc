// A directory for tests that save a thousand times: in memory where the system has such a place,
// because waiting for a disk is not what they are about.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Where Linux keeps files that are in no file of a disk. */
export const IN_MEMORY = '/dev/shm';

/** Gone after the test. */
export async function quickDirectory(t: TestContext): Promise<string> {
  const parent = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();
  const path = await mkdtemp(join(parent, 'keyturn-quick-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
