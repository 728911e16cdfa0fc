// Prism as a process: it answers from GitHub's description, or stands before another server and notes what
// of a call or an answer breaks the description.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { PrismJudge } from './prepare-prism.ts';

const START_MAX_MS = 120_000;

export interface Prism {
  readonly url: string;
  stop(): Promise<void>;
}

/** `before` is the server that it stands before; left out where it answers itself. */
export async function startPrism(
  { prism, description }: PrismJudge,
  before?: string,
): Promise<Prism> {
  const port = await freePort();
  const mode = before === undefined ? ['mock', description] : ['proxy', description, before];
  const child = spawn(
    process.execPath,
    [prism, ...mode, '--host', '127.0.0.1', '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const signal = AbortSignal.timeout(START_MAX_MS);
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout, signal })) {
      if (line.includes('is listening')) break;
    }
    child.stdout.resume();
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

/** Prism takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
