// That the bench measures what it says; nothing here is about how long anything takes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withFigures } from '../../bench/markdown.ts';
import { measureOneKey } from '../../bench/one-key.ts';
import { renderPlot } from '../../bench/plot.ts';
import { type Comparison, runComparison } from '../../bench/scenario.ts';
import { median } from '../../bench/start-up.ts';
import { ChildProcesses } from '../../scripts/support/child-processes.ts';
import { ScriptError } from '../../scripts/support/script-error.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const SMALL: Comparison = {
  users: 120,
  due: 4,
  latencyMs: 0,
  keyLagSeconds: 0,
  sleepMs: 1,
  baselineKeysMax: 4,
  repeats: 1,
};

async function run(scenario: Comparison) {
  const processes = new ChildProcesses();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-bench-'));
  try {
    return await runComparison({ processes, folder, note: () => {} }, scenario);
  } finally {
    await processes.stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the baseline makes exactly the calls of a one-by-one script', async () => {
  const { baseline, keyturn, baselineExtrapolatedKeys } = await run(SMALL);
  // GetAccountSummary, two pages of users, each user's keys, three calls for each due key.
  assert.equal(baseline.calls, 1 + 2 + 120 + 4 * 3);
  assert.equal(baselineExtrapolatedKeys, 0);
  // The report takes at most four calls, a due key at most seven.
  assert.ok(keyturn.calls <= 4 * 7 + 12, `${keyturn.calls} calls`);
  for (const { cpuSeconds, peakMegabytes, sandboxCpuSeconds } of [keyturn, baseline]) {
    assert.ok(cpuSeconds > 0 && sandboxCpuSeconds > 0);
    assert.ok(peakMegabytes > 10 && peakMegabytes < 2000, `${peakMegabytes} MB`);
  }
});

test('a due key whose old one is in use takes seven calls at most, those of the run included', async () => {
  const due = 20;
  const { keyturn } = await run({ ...SMALL, users: 40, due, baselineKeysMax: 1 });
  assert.ok(keyturn.calls <= 7 * due, `${keyturn.calls} calls for ${due} keys`);
});

test('one key of a profile takes eight calls at most, besides the questions whether it works', async () => {
  const processes = new ChildProcesses();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-bench-'));
  try {
    const scenario = { latencyMs: 0, keyLagSeconds: 0, repeats: 1 };
    const measured = await measureOneKey({ processes, folder, note: () => {} }, scenario);
    const { keyctl, plain } = measured;
    assert.ok(keyctl.calls <= 8, `${keyctl.calls} calls`);
    // One acceptance, and three more that confirm it.
    assert.equal(keyctl.probes, 4);
    assert.deepEqual([plain.calls, plain.probes], [5, 0]);
  } finally {
    await processes.stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what was extrapolated counts the calls that all keys would have taken', async () => {
  const all = await run({ ...SMALL, users: 10 });
  const sample = await run({ ...SMALL, users: 10, baselineKeysMax: 1 });
  assert.equal(sample.baselineExtrapolatedKeys, 3);
  assert.equal(sample.baseline.calls, all.baseline.calls);
});

test('the bench prints every table, and refuses flags that it does not know', () => {
  const bench = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/bench/run.js'), ...args], { encoding: 'utf8' });
  const { status, stdout, stderr } = bench('--quick');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\| `rotate-iam-keys` \| \d+ \| /m);
  assert.match(stdout, /one by one \(extrapolated\)/);
  assert.match(stdout, /^\| empty Node process \| \d+ ms \| 1\.00 \|$/m);
  assert.equal(bench('--qick').status, 2);
});

test('figures go between the markers of docs/performance.md, and nothing else changes', () => {
  const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
  const written = withFigures(page, 'new figures');
  assert.ok(written.includes('\n\nnew figures\n\n'));
  assert.equal(withFigures(written, 'new figures'), written);
  assert.equal(written.slice(0, 200), page.slice(0, 200));
  assert.throws(() => withFigures('no markers', 'figures'), ScriptError);
});

test('a plot has a place for every value, with axes in powers of ten', () => {
  const points = [
    { x: 100, y: 0.5 },
    { x: 10_000, y: 80 },
  ];
  const series = [{ label: 'a < b', points }];
  const svg = renderPlot({ title: 'Costs', xLabel: 'users', frames: [{ yLabel: 's', series }] });
  for (const tick of ['100', '1,000', '10,000', '0.1', '1', '10']) {
    assert.ok(svg.includes(`>${tick}</text>`), tick);
  }
  assert.ok(svg.includes('a &lt; b'));
  const placed = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  assert.deepEqual(placed[0]?.[0], 0);
  assert.deepEqual(placed[1]?.[0], 300);
  assert.ok((placed[0]?.[1] ?? 0) > (placed[1]?.[1] ?? 0));
});

test('a median is the middle, or the mean of the two middle values', () => {
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('the bench of accounts rotates what is due in each, and prints its curve', () => {
  const bench = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/bench/accounts.js'), ...args], {
      encoding: 'utf8',
    });
  const { status, stdout } = bench('--quick');
  assert.equal(status, 0);
  const [point] = JSON.parse(stdout).curve;
  assert.deepEqual([point.accounts, point.keysRotated], [3, 3]);
  assert.equal(bench('--slow').status, 2);
});
