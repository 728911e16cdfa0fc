// A private Python environment, pinned by version and hash. It is made once and used again as long as the
// pins and the Python are the same.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SetupError } from './setup-error.ts';

const CANDIDATES = ['python3', 'python3.11', 'python3.12', 'python3.13', 'python'];
const PROBE = `
import sys
if sys.version_info < (3, 11): sys.exit(3)
import ensurepip, venv
print(sys.version)
`;

interface Python {
  readonly command: string;
  readonly version: string;
}

/** Returns the path of a Python in which moto can be imported. Throws a SetupError. */
export function preparePython(repository: string, log: (line: string) => void): string {
  const requirements = join(repository, 'test', 'moto', 'requirements.txt');
  return prepareVenv({ folder: join(repository, '.venv'), requirements, what: 'moto' }, log);
}

export interface Venv {
  readonly folder: string;
  /** The file with the pins. */
  readonly requirements: string;
  /** What it is for. */
  readonly what: string;
}

/** Returns the path of its Python. Throws a SetupError. */
export function prepareVenv({ folder, requirements, what }: Venv, log: (line: string) => void) {
  const python = findPython();
  const mark = join(folder, 'prepared-for');
  const wanted = createHash('sha256')
    .update(readFileSync(requirements))
    .update(python.version)
    .digest('hex');
  const inner = join(folder, 'bin', 'python');
  if (existsSync(inner) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return inner;

  log(`installing ${what} into ${basename(folder)} (only once)`);
  rmSync(folder, { recursive: true, force: true });
  run(python.command, ['-m', 'venv', folder]);
  // Wheels only: a build of sources would need compilers and run code that no hash covers.
  const pins = ['--require-hashes', '--only-binary', ':all:', '-r', requirements];
  run(inner, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pins]);
  // Written last, so that an install that was cut off is begun again.
  writeFileSync(mark, wanted);
  return inner;
}

function findPython(): Python {
  const found = CANDIDATES.map((command) => {
    const { status, stdout } = spawnSync(command, ['-c', PROBE], { encoding: 'utf8' });
    return { command, status, version: stdout?.trim() ?? '' };
  });
  const good = found.find(({ status }) => status === 0);
  if (good !== undefined) return good;
  if (found.some(({ status }) => status === 1)) {
    throw new SetupError(
      'the Python here has no venv or no pip',
      "install them, for example Debian's python3-venv and python3-pip",
    );
  }
  const tooOld = found.some(({ status }) => status === 3);
  throw new SetupError(
    tooOld ? 'the Python here is older than 3.11' : 'no Python was found',
    'install Python 3.11 or newer with venv and pip',
  );
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  throw new SetupError(
    `'${command} ${args.slice(0, 3).join(' ')}' failed: ${reason}`,
    'the Python package index must be reachable, or set PIP_INDEX_URL to one that is',
  );
}
