// Loaded into every process of the test suite (node --import). It knows each secret that a sandbox of
// the process makes, and looks for them in every file of a temporary folder before the folder is
// removed, and in all that the processes which the tests start say. What it finds is appended to the
// file that KEYTURN_TEST_LEAKS names; scripts/test.ts reads it when the suite is over.

import childProcess, { type ChildProcess } from 'node:child_process';
import fs, { appendFileSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { World } from '../../src/sandbox/world.ts';
import { IN_MEMORY } from '../support/quick-directory.ts';
import { isPlaceOfSecrets, withoutPromisedSecrets } from './places.ts';
import { SecretIndex } from './secret-index.ts';

const { KEYTURN_TEST_LEAKS, KEYTURN_TEST_SECRETS } = process.env;
/**
 * Credentials files by other names, a credential process, and the environment of a function: the tests write the
 * secret themselves.
 */
const OF_THE_TESTS =
  /^(elsewhere|credentials-too)(\.backup\.[\d_]+)?$|^print-key\.sh$|^test-env\.json$/;

/** Where the action of this repository keeps what the program printed. */
const PRINTED = 'keyturn-result.json';
/** Prints what AWS answers, and is not ours. */
const AWS_CLI = 'aws';

const index = new SecretIndex();
const outputs: { readonly what: string; readonly chunks: Buffer[] }[] = [];

function report(place: string): void {
  const test = basename(process.argv[1] ?? '');
  if (KEYTURN_TEST_LEAKS) appendFileSync(KEYTURN_TEST_LEAKS, `${test}: ${place}\n`);
}

function learn(secret: string): void {
  index.add(secret);
  // For the output of the suite itself.
  if (KEYTURN_TEST_SECRETS) appendFileSync(KEYTURN_TEST_SECRETS, `${secret}\n`, { mode: 0o600 });
}

function learned<T extends { readonly secret: string }>(made: T): T {
  learn(made.secret);
  return made;
}

function learnFromSandboxes(): void {
  const { addKey, issueKey, openSession } = World.prototype;
  World.prototype.addKey = function (this: World, ...args: Parameters<typeof addKey>) {
    return learned(addKey.apply(this, args));
  };
  World.prototype.issueKey = function (this: World, ...args: Parameters<typeof issueKey>) {
    return learned(issueKey.apply(this, args));
  };
  World.prototype.openSession = function (this: World, ...args: Parameters<typeof openSession>) {
    const session = openSession.apply(this, args);
    learn(session.token);
    return learned(session);
  };
}

function scanFiles(folder: string): void {
  let entries: fs.Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return; // Gone already, or a file.
  }
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    try {
      const isFile = lstatSync(path).isFile();
      const mayHold = isPlaceOfSecrets(path) || OF_THE_TESTS.test(entry.name);
      if (isFile && !mayHold && index.isIn(contentOf(path))) report(path);
    } catch {
      // Closed to the test on purpose, or removed by a process that is still ending.
    }
  }
}

function contentOf(path: string): Buffer | string {
  const content = readFileSync(path);
  return basename(path) === PRINTED ? withoutPromisedSecrets(content.toString('latin1')) : content;
}

function scanBeforeRemoval(): void {
  const isOurs = (path: fs.PathLike) =>
    [tmpdir(), IN_MEMORY].some((place) => String(path).startsWith(place));
  const { rmSync } = fs;
  fs.rmSync = (path, options) => {
    if (isOurs(path)) scanFiles(String(path));
    rmSync(path, options);
  };
  const { rm } = promises;
  promises.rm = async (path, options) => {
    if (isOurs(path)) scanFiles(String(path));
    await rm(path, options);
  };
}

/** Everything that comes out of a process is noted on its way to whoever reads it. */
function listen(child: ChildProcess, what: string): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    const chunks: Buffer[] = [];
    outputs.push({ what, chunks });
    const readable = stream as Readable;
    const push = readable.push;
    readable.push = (chunk, encoding) => {
      if (chunk !== null) chunks.push(Buffer.from(chunk, encoding));
      return push.call(readable, chunk, encoding);
    };
  }
}

function listenToChildren(): void {
  const { spawn } = childProcess;
  childProcess.spawn = ((...args: Parameters<typeof spawn>) => {
    const child = spawn(...args);
    if (basename(args[0]) !== AWS_CLI)
      listen(child, [args[0], ...(Array.isArray(args[1]) ? args[1] : [])].join(' '));
    return child;
  }) as typeof spawn;
}

function scanOutputs(): void {
  for (const { what, chunks } of outputs) {
    const output = withoutPromisedSecrets(Buffer.concat(chunks).toString('latin1'));
    if (index.isIn(output)) report(`output of ${what}`);
  }
}

if (KEYTURN_TEST_LEAKS) {
  learnFromSandboxes();
  scanBeforeRemoval();
  listenToChildren();
  syncBuiltinESMExports();
  process.on('exit', scanOutputs);
}
