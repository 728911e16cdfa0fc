// Starts moto server as a process of its own, and stops it by its process id.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupError } from './setup-error.ts';

const START_MAX_MS = 180_000;

export interface MotoServer {
  /** Where AWS is. */
  readonly url: string;
  /** Where accounts and users are seeded. */
  readonly controlUrl: string;
  stop(): Promise<void>;
}

export async function startMoto(python: string, repository: string): Promise<MotoServer> {
  const child = spawn(python, [join(repository, 'test', 'moto', 'server.py')], {
    // Its end of standard input closes when this process dies, however it dies; then it ends too.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONUNBUFFERED: '1' },
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  try {
    const line = await firstLine(child);
    const { url, controlUrl } = JSON.parse(line) as MotoServer;
    return { url, controlUrl, stop: () => stop(child) };
  } catch {
    await stop(child);
    const reason = complaints.at(-1) ?? 'it printed no address in time';
    throw new SetupError(`moto server did not start: ${reason}`, 'remove .venv and run again');
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const signal = AbortSignal.timeout(START_MAX_MS);
  if (child.stdout === null) throw new SetupError('moto server has no output', 'run again');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line', { signal }),
    once(lines, 'close', { signal }),
  ]);
  return String(line);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
