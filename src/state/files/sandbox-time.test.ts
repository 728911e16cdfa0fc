// What a sandbox's time must not touch in a state directory: the files of other processes.

import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { ACCOUNT, openState, temporaryDirectory } from '../../../test/state/support.ts';
import { shiftedClock, systemClock } from '../../base/clock.ts';
import { temporaryPathBeside } from '../../base/files/whole-file.ts';

const DAY_MS = 86_400_000;

test('a temporary file of a living process is not swept as an old one', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const folder = join(stateDir, ACCOUNT);
  await mkdir(folder, { mode: 0o700 });
  const [fresh, old] = [
    temporaryPathBeside(join(folder, 'a')),
    temporaryPathBeside(join(folder, 'b')),
  ];
  await writeFile(fresh, '');
  await writeFile(old, '');
  const twoDaysAgo = new Date(systemClock.now().getTime() - 2 * DAY_MS);
  await utimes(old, twoDaysAgo, twoDaysAgo);
  const clock = shiftedClock(systemClock, 400 * DAY_MS, 'http://127.0.0.1:4599');
  await openState(stateDir, { clock });
  const names = await readdir(folder);
  assert.ok(names.includes(basename(fresh)));
  assert.ok(!names.includes(basename(old)));
});
