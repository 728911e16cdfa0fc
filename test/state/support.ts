// Shared by the tests of the state room and the small processes that they start.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import type { Clock } from '../../src/base/clock.ts';
import { formatOf, type JournalRecord, type RotationStep } from '../../src/lifecycle/record.ts';
import { FileStore, type FileStoreOptions } from '../../src/state/files/file-store.ts';
import type { Access, AccountState, Sightings } from '../../src/state/state-store.ts';

export const ACCOUNT = '123456789012';
export const OLD_KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
export const NEW_KEY = accessKeyId('AKIAI44QH8DHBEXAMPLE');

/** A directory of its own for one test, gone afterwards. */
export async function temporaryDirectory(test: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'keyturn-journal-'));
  test.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

export interface SettableClock extends Clock {
  set(now: Date): void;
}

/** The state of the account as a process of its own opens it. */
export function openState(
  directory: string,
  more: Partial<FileStoreOptions> & { readonly account?: string } = {},
  access: Access = 'write',
): Promise<AccountState> {
  const { account = ACCOUNT, ...options } = more;
  const clock = settableClock();
  return new FileStore({ directory, clock, run: 'run-1', ...options }).open(account, access);
}

/** When the key was last seen Active by its ID alone, whoever has it. */
export function lastSeen(sightings: Sightings, id: AccessKeyId): Date | undefined {
  return sightings.lastActive('nobody', { id, status: 'Inactive', createdAt: new Date(0) }, []);
}

/** Stands still unless it is set or somebody sleeps. */
export function settableClock(iso = '2026-03-01T00:00:00.000Z'): SettableClock {
  let nowMs = new Date(iso).getTime();
  return {
    now: () => new Date(nowMs),
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
    set: (now) => {
      nowMs = now.getTime();
    },
  };
}

export function rotationRecord(
  step: RotationStep,
  more: { user?: string; run?: string; rotation?: string } = {},
): JournalRecord {
  return {
    v: formatOf(step),
    at: new Date('2026-03-01T00:00:00.000Z'),
    run: more.run ?? 'run-1',
    account: ACCOUNT,
    user: more.user ?? 'alice',
    rotation: more.rotation ?? 'rotation-1',
    step,
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a compiled script of this folder, e.g. `append-records`. It ends with the test at last. */
export function startScript(test: TestContext, name: string, args: readonly string[]) {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  test.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended: Promise<Ended> = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}
