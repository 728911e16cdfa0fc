// A private Prism with GitHub's own description of its API, both pinned by hash, cut down to what is about
// secrets. It is made once and used again as long as the pins are the same; nothing of it is committed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../../../moto/setup-error.ts';
import { cutDescription } from './cut-description.ts';

/** GitHub's description as Octokit publishes it; unpacked it has 385 MB, of which one file is needed. */
const DESCRIPTION = '@octokit/openapi@23.0.2';
const DESCRIPTION_FILE = 'package/generated/api.github.com.json';
const DESCRIPTION_SHA512 =
  'pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==';

export interface PrismJudge {
  /** The file that Node runs. */
  readonly prism: string;
  readonly description: string;
}

const sources = (repository: string) => join(repository, 'test/destinations/github/judge/pins');

/** Undefined where it was not prepared. */
export function preparedPrism(repository: string): PrismJudge | undefined {
  const folder = join(repository, '.judges', 'prism');
  const mark = join(folder, 'prepared-for');
  const isThere = existsSync(mark) && readFileSync(mark, 'utf8') === wanted(repository);
  return isThere
    ? {
        prism: join(folder, 'node_modules/@stoplight/prism-cli/dist/index.js'),
        description: join(folder, 'github.json'),
      }
    : undefined;
}

/** Throws a SetupError. */
export function preparePrism(repository: string, log: (line: string) => void): PrismJudge {
  const there = preparedPrism(repository);
  if (there !== undefined) return there;
  log('installing Prism and the description of GitHub into .judges (only once)');
  const folder = join(repository, '.judges', 'prism');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(sources(repository), name), join(folder, name));
  }
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  const text = JSON.stringify(cutDescription(JSON.parse(downloadedDescription())));
  writeFileSync(join(folder, 'github.json'), text);
  // Written last, so that an install that was cut off is begun again.
  writeFileSync(join(folder, 'prepared-for'), wanted(repository));
  const made = preparedPrism(repository);
  if (made !== undefined) return made;
  throw new SetupError('Prism was installed and is not there', 'remove .judges and run again');
}

function wanted(repository: string): string {
  const lock = readFileSync(join(sources(repository), 'package-lock.json'));
  const cut = String(cutDescription);
  const hash = createHash('sha256').update(lock).update(DESCRIPTION_SHA512).update(cut);
  return hash.digest('hex');
}

function downloadedDescription(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-description-'));
  try {
    run('npm', ['pack', '--ignore-scripts', '--silent', DESCRIPTION], folder);
    const packed = join(folder, 'octokit-openapi-23.0.2.tgz');
    const hash = createHash('sha512').update(readFileSync(packed)).digest('base64');
    if (hash !== DESCRIPTION_SHA512) {
      throw new SetupError(`${DESCRIPTION} is not what it was`, 'find out why before you trust it');
    }
    run('tar', ['xzf', packed, '-C', folder, DESCRIPTION_FILE], folder);
    return readFileSync(join(folder, DESCRIPTION_FILE), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return;
  const reason = (stderr ?? '').trim().split('\n').at(-1) ?? '';
  throw new SetupError(
    `'${command} ${args[0]}' failed: ${reason}`,
    'the npm registry must be reachable, and tar installed',
  );
}
