// `npm run bench`: what a run costs, beside the one-by-one way.
//
//   npm run bench                 some minutes; markdown on stdout
//   npm run bench -- --write      also into docs/performance.md
//   npm run bench -- --quick      some seconds, with small numbers: shows that the bench works

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProcesses } from '../scripts/support/child-processes.ts';
import { renderMarkdown, withFigures } from './markdown.ts';
import { runScenario, type Scenario } from './scenario.ts';
import { measureStartUp } from './start-up.ts';

const FULL = { latencyMs: 30, keyLagSeconds: 2, sleepMs: 10_000, baselineKeysMax: 5, repeats: 3 };
const SCENARIOS: readonly Scenario[] = [
  { users: 500, due: 5, ...FULL },
  { users: 400, due: 200, ...FULL },
];
const START_UP_ROUNDS = 31;

const QUICK_SCENARIOS: readonly Scenario[] = [
  {
    users: 12,
    due: 3,
    latencyMs: 1,
    keyLagSeconds: 0.1,
    sleepMs: 100,
    baselineKeysMax: 2,
    repeats: 1,
  },
];
const QUICK_START_UP_ROUNDS = 1;

const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--quick' && arg !== '--write');
const isQuick = args.includes('--quick');
const isWritten = args.includes('--write');
if (unknown !== undefined || (isQuick && isWritten)) {
  process.stderr.write(`bench: ${unknown ?? '--quick --write'} is not possible\n`);
  process.exit(2);
}

const processes = new ChildProcesses();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
process.on('exit', () => {
  processes.killAll();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

function note(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

try {
  const results = [];
  for (const scenario of isQuick ? QUICK_SCENARIOS : SCENARIOS) {
    results.push(await runScenario({ processes, folder, note }, scenario));
  }
  note('start-up');
  const startUps = measureStartUp(isQuick ? QUICK_START_UP_ROUNDS : START_UP_ROUNDS);
  const markdown = renderMarkdown(results, startUps);
  process.stdout.write(`${markdown}\n`);
  if (isWritten) writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), markdown));
} catch (thrown) {
  note(`failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
}
process.exit();
