import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Control } from './controls/control.ts';
import { CONTROLS } from './controls.ts';
import { simulationWithout } from './cut.ts';
import { simulate } from './simulate.ts';

/** Each control must fail within so many seeds. */
const SEEDS_MAX = 1_000;

/** The page that lists the controls, with the seed that found each. */
const PAGE = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));
/** By a control in words. It is tried first: most changes of the simulator leave most of them as they are. */
const SEEDS_OF_PAGE = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^\| (I\d+ \| .+) \| (\d+) \|$/gm)].map(
    ([, control = '', seed]) => [control, Number(seed)],
  ),
);

for (const control of CONTROLS) {
  const { invariant, fault } = control;
  it(`${invariant} is found broken when ${fault}`, async (test) => {
    const seed = await found(control);
    test.diagnostic(`found with seed ${seed}`);
  });
}

it('the page lists every control', () => {
  const listed = [...SEEDS_OF_PAGE.keys()];
  assert.deepEqual(listed.toSorted(), CONTROLS.map(rowOf).toSorted());
});

it('a guard that is not where a control looks for it is told of', async () => {
  const cut = { module: 'lifecycle/due', guard: 'no such text', by: '' };
  await inFolder(async (folder) => {
    await assert.rejects(simulationWithout([cut], folder), /"no such text" 0 times/);
  });
});

async function found(control: Control) {
  const { cuts, install } = control;
  const restore = install?.();
  try {
    if (cuts === undefined) return await firstFound(control, simulate);
    return await inFolder(async (folder) =>
      firstFound(control, await simulationWithout(cuts, folder)),
    );
  } finally {
    restore?.();
  }
}

function rowOf({ invariant, fault }: Control): string {
  return `${invariant} | ${fault}`;
}

async function firstFound(control: Control, run: typeof simulate) {
  const { invariant, shows, sabotage, forced } = control;
  const first = SEEDS_OF_PAGE.get(rowOf(control)) ?? 1;
  for (const seed of [first, ...Array.from({ length: SEEDS_MAX }, (_, index) => index + 1)]) {
    const { violations } = await run({ seed, sabotage, forced });
    const isShown = violations.some(
      (each) => each.invariant === invariant && each.what.includes(shows),
    );
    if (isShown) return seed;
  }
  assert.fail(`${invariant} was not found broken within ${SEEDS_MAX} seeds`);
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cut-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
