// Starts ministack as a process of its own on a free port of this machine, and stops it by its process ID.
// Tests that need it are skipped where it was not prepared (npm run test:ministack), except in CI.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareVenv } from '../moto/python-venv.ts';
import { SetupError } from '../moto/setup-error.ts';
import { freePort } from '../support/free-port.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const READY_TRIES_MAX = 1_200;
const READY_PAUSE_MS = 100;

/** Returns the path of its Python. Throws a SetupError. */
export function prepareMinistack(root: string, log: (line: string) => void): string {
  const requirements = join(root, 'test', 'ministack', 'requirements.txt');
  return prepareVenv({ folder: join(root, '.ministack'), requirements, what: 'ministack' }, log);
}

const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

/** Why tests against it are skipped; false where they are not. */
export function skipsMinistack(): string | false {
  if (IS_REQUIRED || existsSync(join(repository, '.ministack', 'prepared-for'))) return false;
  return 'ministack is not there: npm run test:ministack';
}

/** The same of those that take minutes: only where somebody asks for them. */
export function skipsSlowly(): string | false {
  if (process.env.KEYTURN_TEST_SLOWLY === '1') return skipsMinistack();
  return 'it takes minutes: npm run test:ministack';
}

/** In which state is in its tables, and all else where it was. */
export function tablesAt({ url }: Pick<Ministack, 'url'>): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_KMS: url };
}

export interface Ministack {
  readonly url: string;
  /** In which a client calls it as the root of an account. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** `more` is added to its environment. */
export async function startMinistack(
  more: Readonly<Record<string, string>> = {},
): Promise<Ministack> {
  const python = prepareMinistack(repository, () => {});
  const home = mkdtempSync(join(tmpdir(), 'keyturn-ministack-'));
  const port = await freePort();
  const child = spawn(join(dirname(python), 'ministack'), [], {
    stdio: 'ignore',
    cwd: home,
    env: {
      ...{ PATH: process.env.PATH, HOME: home, TMPDIR: home, STATE_DIR: home },
      ...{ GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', PERSIST_STATE: '0' },
      ...more,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await stopped(child);
    rmSync(home, { recursive: true, force: true });
  };
  for (let tries = 0; tries < READY_TRIES_MAX && child.exitCode === null; tries += 1) {
    if (await isUp(url)) return { url, env: envOf(url, home), stop };
    await sleep(READY_PAUSE_MS);
  }
  await stop();
  throw new SetupError('ministack did not start', 'remove .ministack and run again');
}

function envOf(url: string, home: string) {
  return {
    ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', HOME: home },
    // It takes a number of twelve digits as the root of that account.
    ...{ AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'any' },
  };
}

async function isUp(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false,
  );
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
