// What becomes of the readers of each kind of place when old keys go, with --retire when-quiet and with
// --retire now, side by side, as docs/reliability.md has it: node dist/test/retirement/measure-worlds.js

import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { type Played, playWorlds } from './play-worlds.ts';
import { WORLDS } from './worlds.ts';

const DUE_ON = [0, 40];
const DAYS = 120 + Math.max(...DUE_ON);

const play = async (oldKeyFate: OldKeyFate): Promise<readonly Played[]> => {
  const { played, failures } = await playWorlds({ days: DAYS, oldKeyFate, dueOn: DUE_ON });
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return played;
};
const patient = await play('when-quiet');
const sudden = await play('deactivate');

const TEXTS = ['`--deliver`', 'who reads there'];
const FIGURES = ['calls', 'refused', 'refused with `now`', 'readers cut off with `now`'];
const ENDS = ['old keys Inactive', 'after days: first, median, last'];
writeRow([...TEXTS, ...FIGURES, ...ENDS]);
writeRow([...TEXTS.map(() => '---'), ...[...FIGURES, ...ENDS].map(() => '---:')]);
for (const { kind, variant = '', about } of WORLDS) {
  const isOne = (each: Played) => each.kind === kind && each.variant === variant;
  writeRow([
    `\`${kind}\`${variant === '' ? '' : ` (\`${variant.trim()}\`)`}`,
    about,
    ...figures(isOne),
  ]);
}
writeRow(['all', '', ...figures(() => true)]);

function figures(isMeant: (each: Played) => boolean): string[] {
  const meant = patient.filter(isMeant);
  const cut = sudden.filter(isMeant).flatMap(({ readers }) => readers);
  const readers = meant.flatMap((each) => each.readers);
  const times = meant
    .flatMap(({ end }) => (end?.inactive === undefined ? [] : end.inactive - end.replaced))
    .sort((a, b) => a - b);
  const marks = [times[0], times[Math.floor(times.length / 2)], times.at(-1)];
  const counts = [
    sum(readers.map(({ calls }) => calls)),
    sum(readers.map(({ refused }) => refused)),
    sum(cut.map(({ refused }) => refused)),
  ];
  return [
    ...counts.map((count) => count.toLocaleString('en')),
    `${cut.filter(({ refused }) => refused > 0).length} of ${cut.length}`,
    `${times.length} of ${meant.length}`,
    marks.map((mark) => (mark === undefined ? '-' : String(Math.round(mark)))).join(', '),
  ];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** A row of a table in Markdown. */
function writeRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
