// Runs the compiled tests with Node's own test runner.
//
//   node dist/scripts/test.js all            every test but the kill -9 matrix
//   node dist/scripts/test.js unit           the tests beside the code (src/)
//   node dist/scripts/test.js WORD [WORD…]   the test files whose path contains a word
//
// Every test process gets an environment in which a missing AWS endpoint, a stray credentials
// file or the real state directory cannot be reached by accident.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchForSecrets } from '../test/secrets/suite-verdict.ts';
import { buildExecutables, isStale } from './bundle/executables.ts';

const dist = fileURLToPath(new URL('..', import.meta.url));

/** What takes longest begins first, so that nothing is waited for alone at the end. */
const LONGEST: readonly string[] = [
  'test/scripts/',
  'test/environment/',
  'test/bench/',
  'test/organization/',
  'test/kill/',
  'test/engine/crash-anywhere',
  'test/simulation/',
  'test/retirement/',
  'test/cli/keyctl-processes',
  'test/cli/state-commands',
  'test/gateway/argv',
  'test/docs/practise',
];

/** They take minutes; the other files of that folder are samples of them. */
const MATRIX = /test.kill.(?:\w+-)?matrix\.test\.js$/;

/**
 * Test files at once, for each core. They start processes and wait for them, and for AWS to accept
 * keys, so that one file leaves its core idle for two thirds of its time.
 */
const FILES_PER_CORE = 4;

function testFiles(folder: string): string[] {
  if (!existsSync(join(dist, folder))) return [];
  return readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(dist, folder, name))
    .sort();
}

function selected(words: string[]): string[] {
  if (words.length === 0 || words[0] === 'all') {
    return [...testFiles('src'), ...testFiles('test')].filter((file) => !MATRIX.test(file));
  }
  if (words[0] === 'unit') return testFiles('src');
  const everything = [...testFiles('src'), ...testFiles('test')];
  return everything.filter((file) => words.some((word) => file.slice(dist.length).includes(word)));
}

function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string) => {
    const index = LONGEST.findIndex((part) => file.slice(dist.length).startsWith(part));
    return index < 0 ? LONGEST.length : index;
  };
  return files.toSorted((left, right) => rank(left) - rank(right));
}

function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:AWS|KEYTURN|VAULT|BAO)_/.test(name)),
  );
}

/** False when nobody is left in the process group. */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return leader !== undefined && process.kill(-leader, signal);
  } catch {
    return false;
  }
}

const files = selected(process.argv.slice(2));
if (files.length === 0) {
  process.stderr.write('test: no test file matches; build first (npm run build)\n');
  process.exit(1);
}

// After `tsc` alone the executables are those of before; tests start them as a user does.
if (isStale()) await buildExecutables();

const root = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
const home = join(root, 'home');
/** The temporary folder of the tests, which they leave empty. */
const temporary = join(root, 'tmp');
// As /tmp is: some tests are another user for a while.
chmodSync(root, 0o711);
mkdirSync(home, { mode: 0o700 });
mkdirSync(temporary);
const watch = watchForSecrets(mkdtempSync(join(root, 'scan-')));
const child = spawn(
  process.execPath,
  [
    ...watch.nodeArgs,
    fileURLToPath(new URL('./run-test-files.js', import.meta.url)),
    String(FILES_PER_CORE * availableParallelism()),
    ...longestFirst(files),
  ],
  {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that whatever the tests leave running is found.
    detached: true,
    env: {
      ...withoutAws(process.env),
      // Names that choose how the suite runs, not what AWS it meets, pass through.
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => name.startsWith('KEYTURN_TEST_')),
      ),
      ...watch.env,
      HOME: home,
      TMPDIR: temporary,
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      KEYTURN_STATE_DIR: join(home, 'state'),
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '1',
      // Pages tell the time of the reader's zone; tests of zones set one.
      TZ: 'UTC',
      // Homes are compared byte for byte, and compiled code is none of their business.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  },
);
watch.forward(child.stdout, process.stdout);
watch.forward(child.stderr, process.stderr);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => signalGroup(child.pid, signal));
}
child.on('close', (code, signal) => {
  const verdict = watch.verdict(files);
  process.stderr.write(verdict.text);
  const left = readdirSync(temporary).map((name) => `the temporary folder ${name}`);
  if (signalGroup(child.pid, 'SIGKILL')) left.push('a process that still ran');
  for (const what of left) process.stderr.write(`test: the tests left ${what}\n`);
  rmSync(root, { recursive: true, force: true });
  const isGood = signal === null && verdict.isClean && left.length === 0;
  process.exit(isGood ? (code ?? 1) : 1);
});
