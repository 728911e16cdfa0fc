// Runs the compiled tests with Node's own test runner.
//
//   node dist/scripts/test.js all            every test but the kill -9 matrix
//   node dist/scripts/test.js unit           the tests beside the code (src/)
//   node dist/scripts/test.js WORD [WORD…]   the test files whose path contains a word
//
// Every test process gets an environment in which a missing AWS endpoint, a stray credentials
// file or the real state directory can not be reached by accident.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchForSecrets } from '../test/secrets/suite-verdict.ts';
import { buildExecutables, isStale } from './bundle/executables.ts';

const dist = fileURLToPath(new URL('..', import.meta.url));

const MATRIX = join('test', 'kill', 'matrix.test.js');

function testFiles(folder: string): string[] {
  if (!existsSync(join(dist, folder))) return [];
  return readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(dist, folder, name))
    .sort();
}

function selected(words: string[]): string[] {
  if (words.length === 0 || words[0] === 'all') {
    // The matrix takes minutes; test/kill/sample.test.ts stands for it.
    return [...testFiles('src'), ...testFiles('test')].filter((file) => !file.endsWith(MATRIX));
  }
  if (words[0] === 'unit') return testFiles('src');
  const everything = [...testFiles('src'), ...testFiles('test')];
  return everything.filter((file) => words.some((word) => file.slice(dist.length).includes(word)));
}

function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !name.startsWith('AWS_') && !name.startsWith('KEYTURN_'),
    ),
  );
}

const files = selected(process.argv.slice(2));
if (files.length === 0) {
  process.stderr.write('test: no test file matches; build first (npm run build)\n');
  process.exit(1);
}

// After `tsc` alone the executables are those of before; tests start them as a user does.
if (isStale()) await buildExecutables();

const home = mkdtempSync(join(tmpdir(), 'keyturn-test-home-'));
const watch = watchForSecrets(mkdtempSync(join(tmpdir(), 'keyturn-test-scan-')));
const child = spawn(
  process.execPath,
  [
    ...watch.nodeArgs,
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    ...files,
  ],
  {
    stdio: ['inherit', 'pipe', 'pipe'],
    env: {
      ...withoutAws(process.env),
      // Names that choose how the suite runs, not what AWS it meets, pass through.
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => name.startsWith('KEYTURN_TEST_')),
      ),
      ...watch.env,
      HOME: home,
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      KEYTURN_STATE_DIR: join(home, 'state'),
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '1',
      // Homes are compared byte for byte, and compiled code is none of their business.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  },
);
watch.forward(child.stdout, process.stdout);
watch.forward(child.stderr, process.stderr);
child.on('close', (code, signal) => {
  rmSync(home, { recursive: true, force: true });
  const verdict = watch.verdict(files);
  process.stderr.write(verdict.text);
  process.exit(signal === null && verdict.isClean ? (code ?? 1) : 1);
});
