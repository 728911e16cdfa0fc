// AWS's own emulator of the runtime interface (aws-lambda-rie), which ends a function at its time-out as Lambda does. Built
// once from its Go module, into the user's cache.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lambdaFiles } from '../../scripts/bundle/lambda.ts';
import { SetupError } from '../moto/setup-error.ts';
import { freePort } from '../support/free-port.ts';

const MODULE = 'github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie';
const VARIABLE = 'KEYTURN_TEST_LAMBDA_RIE';
const VERSION = 'v0.0.0-20261030222936-bef5c4ba774d';

/** Where it is, or would be. */
function programPath(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'keyturn-test-lambda', `aws-lambda-rie-${VERSION}`);
}

/** Undefined where it has not been built yet. */
export function cachedEmulator(): string | undefined {
  // The suite has a home of its own, in which there is no cache.
  const found = process.env[VARIABLE] ?? programPath();
  return existsSync(found) ? found : undefined;
}

/** Throws a SetupError. */
export function buildEmulator(log: (line: string) => void): string {
  const target = programPath();
  if (existsSync(target)) return target;
  log('building aws-lambda-rie (only once; a minute)');
  mkdirSync(join(target, '..'), { recursive: true });
  const folder = mkdtempSync(join(target, '..', 'build-'));
  try {
    const { status, stderr } = spawnSync('go', ['install', `${MODULE}@${VERSION}`], {
      env: { ...process.env, GOBIN: folder },
      encoding: 'utf8',
    });
    if (status !== 0) {
      const reason = (stderr ?? 'there is no go').trim().split('\n').at(-1);
      throw new SetupError(`aws-lambda-rie cannot be built: ${reason}`, 'install Go 1.23 or newer');
    }
    renameSync(join(folder, 'aws-lambda-rie'), target);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Emulated {
  /** What Lambda answers: the result of the function, or its error. */
  readonly invoke: (event: object) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The function as it is uploaded. */
export async function emulated(
  program: string,
  options: { readonly env: Readonly<Record<string, string>>; readonly timeoutSeconds: number },
): Promise<Emulated> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-emulated-'));
  const files = { ...(await lambdaFiles()), 'runtime.js': RUNTIME };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [port, runtimePort] = [await freePort(), await freePort()];
  const addresses = [
    ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
    ...['--runtime-api-address', `127.0.0.1:${runtimePort}`],
  ];
  const child = spawn(program, [...addresses, process.execPath, join(folder, 'runtime.js')], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      ...options.env,
      PATH: process.env.PATH,
      HOME: folder,
      AWS_LAMBDA_FUNCTION_TIMEOUT: String(options.timeoutSeconds),
    },
  });
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  return {
    invoke: async (event) => await answerOf(url, JSON.stringify(event), child),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TRIES_MAX = 300;
const PAUSE_MS = 100;

/** Until it listens. */
async function answerOf(url: string, body: string, child: ChildProcess): Promise<string> {
  for (let tries = 0; tries < TRIES_MAX && child.exitCode === null; tries += 1) {
    try {
      return await (await fetch(url, { method: 'POST', body })).text();
    } catch (thrown) {
      if (!String((thrown as { cause?: unknown }).cause).includes('ECONNREFUSED')) throw thrown;
    }
    await sleep(PAUSE_MS);
  }
  throw new SetupError('aws-lambda-rie did not start', 'build it again');
}

/** The loop of a runtime: takes an invocation, and posts what came of it. An event with `ignores` is one that hangs. */
const RUNTIME = `'use strict';
const { handler } = require('./index.js');
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
(async () => {
  for (;;) {
    const next = await fetch(api + 'next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
    const event = await next.json();
    const context = { getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
    if (event.ignores) await new Promise(() => setInterval(() => {}, 1000));
    const post = (what, body) => fetch(api + id + '/' + what, { method: 'POST', body: JSON.stringify(body) });
    await handler(event, context).then(
      (result) => post('response', result),
      ({ name, message }) => post('error', { errorType: name, errorMessage: message, stackTrace: [] }),
    );
  }
})();
`;
