// Help, version and bad input start about as fast as Node itself, because nothing heavy is loaded.
// Asserted by what is loaded, not by the clock: which files, and how many.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { binOf, finished, type Program, start } from './process.ts';

/** A module hook that writes down every module that is loaded, imported or required. */
const HOOKS = `
import { appendFileSync } from 'node:fs';
let log;
export function initialize(file) { log = file; }
export async function load(url, context, next) {
  appendFileSync(log, url + '\\n');
  return next(url, context);
}
`;

async function loaded(program: Program, args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-modules-'));
  const log = join(folder, 'loaded.txt');
  const hooks = pathToFileURL(join(folder, 'hooks.mjs'));
  writeFileSync(log, '');
  writeFileSync(hooks, HOOKS);
  const register = [
    "import { register } from 'node:module';",
    `register(${JSON.stringify(hooks.href)}, { data: ${JSON.stringify(log)} });`,
  ].join('');
  const preload = `data:text/javascript,${encodeURIComponent(register)}`;
  await finished(start(['--import', preload, binOf(program), ...args]));
  const urls = readFileSync(log, 'utf8').trimEnd().split('\n');
  rmSync(folder, { recursive: true });
  return urls.filter((url) => url.startsWith('file:'));
}

const LIGHT: readonly (readonly [program: Program, args: readonly string[]])[] = [
  ['rotate-iam-keys', ['--help']],
  ['rotate-iam-keys', ['--version']],
  ['rotate-iam-keys', ['--dryrun']],
  ['rotate-iam-keys', ['--output-format=json', '--days_threshold=9e1']],
  ['rotate-iam-keys', ['--output-format=json', 'stray']],
  ['keyturn', ['--help']],
  ['keyturn', ['sandbox', '--help']],
  ['keyturn', ['nonsense']],
  ['keyturn', ['policy', 'admin']],
  ['keyctl', ['--help']],
  ['keyctl', ['-t', 'p', '--dryrun']],
  ['keyctl', []],
  // A list of profiles reads two files: no SDK, no schema, nothing to ask with.
  ['keyctl', ['-l']],
  ['keyctl', ['--list-keys', '--json']],
];

const MODULES_MAX = 36;

/** Rooms that are light throughout, and the files of others that a list of profiles needs. */
const LIGHT_FILE =
  /\/(?:bin|src\/cli|src\/base|src\/credentials-file)\/[\w-]+\.m?js$|\/src\/app\/(?:policies|keyctl\/(?:build-keyctl-report|list-profiles))\.js$|\/src\/reports\/(?:keyctl-[\w-]+|table)\.js$/;

for (const [program, args] of LIGHT) {
  test(`${program} ${args.join(' ')} loads few modules, and no package`, async () => {
    const urls = await loaded(program, args);
    assert(
      urls.some((url) => url.includes('/src/cli/')),
      'the hook sees what is loaded',
    );
    assert.deepEqual(
      urls.filter((url) => url.includes('/node_modules/')),
      [],
    );
    assert.deepEqual(
      urls.filter((url) => !LIGHT_FILE.test(url)),
      [],
    );
    assert(urls.length <= MODULES_MAX, `${urls.length} modules`);
  });
}
