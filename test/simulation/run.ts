// npm run simulate -- --seeds N [--seed FIRST] [--workers N] [--progress]
//
// One seed (--seeds 1) prints its trace. A failure prints the command that replays it.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FAULT_KINDS } from './faults.ts';
import { simulate } from './simulate.ts';
import { addResult, addTotals, noTotals, type Totals } from './totals.ts';

/** What one worker does before it reports. */
const SEEDS_PER_REPORT = 50;
const BROKEN_SHOWN_MAX = 20;

interface Share {
  readonly first: number;
  readonly step: number;
  readonly last: number;
}

if (isMainThread) await main();
else await work(workerData as Share);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      progress: { type: 'boolean', default: false },
    },
  });
  const [seeds, first] = [Number(values.seeds), Number(values.seed)];
  if (seeds === 1) return await replay(first);
  const totals = noTotals();
  const startedMs = performance.now();
  const rate = () => (totals.counts.rotations * 1000) / (performance.now() - startedMs);
  const workers = Math.min(Number(values.workers), seeds);
  let shownAtMs = startedMs;
  await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      share({ first: first + index, step: workers, last: first + seeds - 1 }, (part) => {
        addTotals(totals, part);
        if (!values.progress || performance.now() - shownAtMs < 2_000) return;
        shownAtMs = performance.now();
        const done = `${totals.seeds} of ${seeds} seeds, ${totals.counts.rotations} rotations`;
        write(`${done}, ${rate().toFixed(0)}/s, ${totals.broken.length} violations\n`);
      }),
    ),
  );
  report(totals, performance.now() - startedMs, rate());
}

function share(workerData: Share, onPart: (part: Totals) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData });
    worker.on('message', onPart);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function work({ first, step, last }: Share): Promise<void> {
  // Simulated failures are many, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  let part = noTotals();
  for (let seed = first; seed <= last; seed += step) {
    addResult(part, await simulate({ seed }));
    if (part.seeds < SEEDS_PER_REPORT && seed + step <= last) continue;
    parentPort?.postMessage(part);
    part = noTotals();
  }
}

function report(totals: Totals, durationMs: number, perSecond: number): void {
  const { counts, faults, broken } = totals;
  const injected = FAULT_KINDS.map((kind) => `  ${kind.padEnd(24)}${faults[kind]}`);
  write(`faults injected:\n${injected.join('\n')}\n`);
  for (const { seed, invariant, what } of broken.slice(0, BROKEN_SHOWN_MAX)) {
    write(`seed ${seed} breaks ${invariant}: ${what}\n`);
    write(`  replay: npm run simulate -- --seeds 1 --seed ${seed}\n`);
  }
  const seconds = (durationMs / 1000).toFixed(1);
  write(
    `${totals.seeds} seeds, ${counts.runs} runs, ${counts.started} rotations begun, ` +
      `${counts.resumed} taken up again, ${counts.rotations} done, ${counts.deleted} keys deleted, ` +
      `${counts.undone} undone, ` +
      `${counts.mistaken} keys of a person mistaken for ours ` +
      `(${counts.mistakenInUse} in use, not shown yet), ` +
      `${counts.leftToPerson} keys left to a person; ` +
      `${seconds} s, ${perSecond.toFixed(0)} rotations/s; ${broken.length} violations\n`,
  );
  process.exitCode = broken.length === 0 ? 0 : 1;
}

async function replay(seed: number): Promise<void> {
  const result = await simulate({ seed, traces: true });
  write(`${result.trace.lines().join('\n')}\n`);
  for (const { invariant, what } of result.violations) write(`BROKEN ${invariant}: ${what}\n`);
  write(`seed ${seed}: ${result.violations.length} violations, trace ${result.trace.hash()}\n`);
  process.exitCode = result.violations.length === 0 ? 0 : 1;
}

function write(text: string): void {
  process.stdout.write(text);
}
