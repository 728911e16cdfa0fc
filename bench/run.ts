// `npm run bench`: what a run costs, beside the one-by-one way.
//
//   npm run bench                 some minutes; markdown on stdout
//   npm run bench -- --write      also into docs/performance.md
//   npm run bench -- --quick      some seconds, with small numbers: shows that the bench works
//   npm run bench -- --plot       draws the plots anew from the figures of the last --write

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawGrowth, measureGrowth, writeGrowth } from './growth-users.ts';
import { renderMarkdown, withFigures } from './markdown.ts';
import { measureOneKey } from './one-key.ts';
import { type Comparison, runComparison, runScenario, type Scenario } from './scenario.ts';
import { measureStartUp } from './start-up.ts';
import { openWorkshop } from './workshop.ts';

const FULL = { latencyMs: 30, keyLagSeconds: 2, repeats: 3 };
const ONE_BY_ONE = { sleepMs: 10_000, baselineKeysMax: 5 };
const ONE_KEY = { ...FULL, repeats: 5 };
const COMPARISONS: readonly Comparison[] = [
  { users: 500, due: 5, ...FULL, ...ONE_BY_ONE },
  { users: 400, due: 200, ...FULL, ...ONE_BY_ONE },
];
const LARGE: readonly Scenario[] = [{ users: 2_000, due: 20, ...FULL }];
const LIMITED: readonly Scenario[] = [
  {
    users: 400,
    due: 4,
    ...FULL,
    limit: { perSecond: 20, burst: 40 },
    args: ['--inventory', 'scan'],
  },
];
const START_UP_ROUNDS = 31;

const QUICK = { users: 12, due: 3, latencyMs: 1, keyLagSeconds: 0.1, repeats: 1 };
const QUICK_COMPARISONS = [{ ...QUICK, sleepMs: 100, baselineKeysMax: 2 }];
const QUICK_LIMITED = [{ ...QUICK, limit: { perSecond: 100, burst: 10 } }];
const QUICK_START_UP_ROUNDS = 1;

const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

const args = process.argv.slice(2);
const unknown = args.find((arg) => !['--quick', '--write', '--plot'].includes(arg));
const isQuick = args.includes('--quick');
const isWritten = args.includes('--write');
if (unknown !== undefined || args.length > 1) {
  process.stderr.write(`bench: ${unknown ?? args.join(' ')} is not possible\n`);
  process.exit(2);
}
if (args.includes('--plot')) {
  drawGrowth();
  process.exit();
}

const workshop = openWorkshop();

try {
  const oneKey = await measureOneKey(workshop, isQuick ? QUICK : ONE_KEY);
  const comparisons = [];
  for (const scenario of isQuick ? QUICK_COMPARISONS : COMPARISONS) {
    comparisons.push(await runComparison(workshop, scenario));
  }
  const large = [];
  for (const scenario of isQuick ? [QUICK] : LARGE) {
    large.push(await runScenario(workshop, scenario));
  }
  const limited = [];
  for (const scenario of isQuick ? QUICK_LIMITED : LIMITED) {
    limited.push(await runScenario(workshop, scenario));
  }
  const growth = await measureGrowth(workshop, isQuick);
  workshop.note('start-up');
  const startUps = measureStartUp(isQuick ? QUICK_START_UP_ROUNDS : START_UP_ROUNDS);
  const markdown = renderMarkdown({ oneKey, comparisons, large, limited, growth, startUps });
  process.stdout.write(`${markdown}\n`);
  if (isWritten) {
    writeGrowth(growth);
    writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), markdown));
  }
} catch (thrown) {
  workshop.note(`failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
}
process.exit();
