// Where a bench runs: processes and a folder, of which nothing is left when it ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcesses } from '../scripts/support/child-processes.ts';
import type { Workshop } from './scenario.ts';

export function openWorkshop(): Workshop {
  const processes = new ChildProcesses();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  process.on('exit', () => {
    processes.killAll();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const note = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
  return { processes, folder, note };
}
