// The life of one rotation from top to bottom: what is done, which key works, and how far there is a way back.

import { bracket, cell, LINE, type Look, picture, rule, text, texts } from './rows.ts';

interface Step {
  readonly name: string;
  readonly about: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'intended', about: ['what is meant, and the keys as seen, are on record'] },
  { name: 'created', about: ['AWS makes the new key: one request, sent once'] },
  { name: 'in custody', about: ['its secret is safe before anything else can happen'] },
  { name: 'proved', about: ['AWS accepts the new key, three times in a row'] },
  { name: 'delivered', about: ['every place has it, and was read back'] },
  {
    name: 'in grace',
    about: [
      'while something uses the old key, both stay Active;',
      'each run looks again: who, from where, until when',
    ],
  },
  {
    name: 'deactivated',
    about: [
      'quiet for long enough: its places are read once more,',
      'whoever may say no is asked; the old key is Inactive',
    ],
  },
  { name: 'held', about: ['Inactive, so that whoever misses it can say so'] },
  {
    name: 'deleted',
    about: ['by a run that may clean up, and never', 'by the one that made it Inactive'],
  },
];

const TOP = 66;
const ROW = 54;
const COLUMNS = { when: 20, step: 118, old: 602, new: 682, back: 766 } as const;
const BAR = 66;

const rowY = (index: number) => TOP + index * ROW;

interface Bar {
  readonly column: 'old' | 'new';
  readonly from: number;
  readonly to: number;
  readonly look: Look;
  readonly lines: readonly string[];
}

const BARS: readonly Bar[] = [
  { column: 'old', from: 0, to: 6, look: 'on', lines: ['Active'] },
  { column: 'old', from: 6, to: 8, look: 'off', lines: ['Inactive'] },
  { column: 'old', from: 8, to: 9, look: 'gone', lines: ['gone'] },
  { column: 'new', from: 0, to: 1, look: 'gone', lines: ['none'] },
  { column: 'new', from: 1, to: 9, look: 'on', lines: ['Active'] },
];

const TIMES: readonly (readonly [from: number, to: number, lines: readonly string[]])[] = [
  [0, 5, ['one run:', 'seconds']],
  [5, 6, ['later runs:', '14–100 days']],
  [6, 8, ['30 days,', 'or more']],
  [8, 9, ['a later run']],
];

const BACK: readonly (readonly [from: number, to: number, lines: readonly string[]])[] = [
  [
    0,
    4,
    ['A run dies here: the', 'next one goes on, or', 'takes the new key away', 'and says so.'],
  ],
  [
    4,
    8,
    [
      'keyturn undo: the old',
      'key is Active again,',
      'its places have the old',
      'pair, and the new key',
      'is Inactive last.',
    ],
  ],
  [8, 9, ['No way back.']],
];

export function lifeOfARotation(): string {
  const height = rowY(STEPS.length) + 16;
  return picture({
    title: `The life of a rotation: ${STEPS.map(({ name }) => name).join(', ')}. Until the old key is deleted, keyturn undo goes back.`,
    height,
    parts: [
      text('time', { x: COLUMNS.when, y: 40 }, 'm'),
      text('step', { x: COLUMNS.step, y: 40 }, 'm'),
      text('old key', { x: COLUMNS.old + BAR / 2, y: 40 }, 'm mid'),
      text('new key', { x: COLUMNS.new + BAR / 2, y: 40 }, 'm mid'),
      text('the way back', { x: COLUMNS.back + 20, y: 40 }, 'm'),
      ...STEPS.flatMap(({ name, about }, index) => [
        rule(rowY(index) - 8),
        text(name, { x: COLUMNS.step, y: rowY(index) + 12 }, 'h'),
        texts(about, { x: COLUMNS.step + 108, y: rowY(index) + 12 }),
      ]),
      ...TIMES.map(([from, to, lines]) => between(from, to, { lines, x: COLUMNS.when })),
      ...BARS.map(bar),
      ...BACK.flatMap(([from, to, lines]) => [
        bracket({
          ...{ x: COLUMNS.back, y: rowY(from), width: 8 },
          height: (to - from) * ROW - 16,
        }),
        between(from, to, { lines, x: COLUMNS.back + 20 }),
      ]),
    ],
  });
}

function bar({ column, from, to, look, lines }: Bar): string {
  const box = { x: COLUMNS[column], y: rowY(from), width: BAR, height: (to - from) * ROW - 16 };
  return cell(box, look, lines);
}

/** In the middle of these rows. */
function between(
  from: number,
  to: number,
  { lines, x }: { readonly lines: readonly string[]; readonly x: number },
): string {
  const middle = (rowY(from) + rowY(to) - 16) / 2;
  return texts(lines, { x, y: middle - ((lines.length - 1) * LINE) / 2 + 4 }, 's');
}
