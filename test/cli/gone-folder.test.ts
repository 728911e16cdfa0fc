// A working directory that was removed meanwhile, such as a checkout that a scheduler has thrown away.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../state/support.ts';
import { binOf, type Program } from './process.ts';

const LINE = 'cd "$1" && rmdir "$1" && shift && exec "$@"';

test('a working directory that is gone matters to a relative path alone', async (t) => {
  const above = await temporaryDirectory(t);
  const inGone = (program: Program, ...args: string[]) => {
    const gone = join(above, 'gone');
    mkdirSync(gone);
    const words = ['-c', LINE, 'sh', gone, process.execPath, binOf(program), ...args];
    return spawnSync('sh', words, { encoding: 'utf8' });
  };
  const state = join(above, 'state');
  mkdirSync(state, { mode: 0o700 });
  const found = inGone('keyturn', 'status', '--state-dir', state);
  assert.equal(found.status, 0, found.stderr);
  const relative = inGone('keyturn', 'status', '--state-dir', 'state');
  assert.equal(relative.status, 2, relative.stderr);
  assert.match(relative.stderr, /relative to a folder that is gone \[bad-value\]/);
  assert.equal(inGone('rotate-iam-keys', '--version').status, 0);
  assert.equal(inGone('keyctl', '--version').status, 0);
});
