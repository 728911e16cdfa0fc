// Who has the secret of the new key at each point, what is on record, and what a death right there leaves behind.

import { cell, type Look, picture, rule, text, texts } from './rows.ts';

type Cell = readonly [look: Look, ...lines: readonly string[]];

interface Point {
  readonly name: readonly string[];
  readonly journal: Cell;
  readonly aws: Cell;
  readonly custody: Cell;
  readonly places: Cell;
  /** What the next run does if this one dies right after. */
  readonly after: readonly string[];
}

const EMPTY: Cell = ['gone', 'nothing'];
const HAS: Cell = ['key', 'new secret'];
const OLD: Cell = ['on', 'old pair'];
const BOTH: Cell = ['on', 'old, new', 'Active'];

const POINTS: readonly Point[] = [
  {
    name: ['the intent is', 'on record'],
    journal: ['box', 'intended'],
    aws: ['on', 'old Active'],
    custody: EMPTY,
    places: OLD,
    after: ['Nothing was made. The next run sees that', 'the request never left, and begins anew.'],
  },
  {
    name: ['AWS’s answer', 'is lost'],
    journal: ['box', 'intended'],
    aws: ['off', 'old Active,', 'new: perhaps'],
    custody: EMPTY,
    places: OLD,
    after: [
      'A key may be there whose secret nobody',
      'has. It is deleted after four hours, unless',
      'it was used. At most one for each account.',
    ],
  },
  {
    name: ['the secret is', 'in custody'],
    journal: ['box', 'intended'],
    aws: BOTH,
    custody: HAS,
    places: OLD,
    after: ['Custody proves that the key is ours. The', 'next run records it, and goes on.'],
  },
  {
    name: ['AWS accepts', 'the new key'],
    journal: ['box', 'proved'],
    aws: BOTH,
    custody: HAS,
    places: OLD,
    after: ['The next run goes on with the same key:', 'every place gets it now.'],
  },
  {
    name: ['one of two places', 'has it'],
    journal: ['box', 'placed'],
    aws: BOTH,
    custody: HAS,
    places: ['off', 'new, old'],
    after: ['Readers of both have a key that works.', 'The next run writes only what is missing.'],
  },
  {
    name: ['every place has', 'it, read back'],
    journal: ['box', 'delivered,', 'in grace'],
    aws: BOTH,
    custody: ['gone', 'removed'],
    places: ['key', 'new pair'],
    after: [
      'Both keys work. The next run looks whether',
      'the old one is quiet, and waits if it is not.',
    ],
  },
  {
    name: ['the old key is', 'about to go'],
    journal: ['box', 'deactivating'],
    aws: ['off', 'old: either,', 'new Active'],
    custody: ['gone', 'removed'],
    places: ['key', 'new pair'],
    after: [
      'The next run sees which it is. If it is still',
      'Active, everything is asked once more.',
    ],
  },
  {
    name: ['it is Inactive,', 'and held'],
    journal: ['box', 'deactivated'],
    aws: ['off', 'old Inactive,', 'new Active'],
    custody: ['gone', 'removed'],
    places: ['key', 'new pair'],
    after: ['Nothing is open. Until the old key is', 'deleted, keyturn undo brings it back.'],
  },
];

const TOP = 72;
const ROW = 62;
const CELL = { width: 104, height: 42, gap: 9 } as const;
const FIRST_CELL = 172;
const AFTER = FIRST_CELL + 4 * (CELL.width + CELL.gap) + 10;
const HEADS = [
  ['journal', 'never a secret'],
  ['AWS', 'keys that work'],
  ['custody', 'our own copy'],
  ['places', 'for readers'],
] as const;

export function whoHoldsTheSecret(): string {
  return picture({
    title:
      'Who holds the secret of the new key at each point of a rotation, what is on record, and what the next run does if this one dies there',
    height: TOP + POINTS.length * ROW + 6,
    parts: [
      text('right after …', { x: 20, y: 32 }, 'm'),
      ...HEADS.map(([name, about], index) => {
        const x = cellX(index) + CELL.width / 2;
        return [text(name, { x, y: 32 }, 'h mid'), text(about, { x, y: 49 }, 'm s mid')].join('\n');
      }),
      text('… the run dies', { x: AFTER, y: 32 }, 'm'),
      ...POINTS.flatMap(point),
    ],
  });
}

const cellX = (index: number) => FIRST_CELL + index * (CELL.width + CELL.gap);

function point({ name, journal, aws, custody, places, after }: Point, index: number): string[] {
  const y = TOP + index * ROW;
  const cells = [journal, aws, custody, places].map(([look, ...lines], column) =>
    cell({ x: cellX(column), y: y - 2, width: CELL.width, height: CELL.height }, look, lines),
  );
  return [
    rule(y - 12),
    texts(name, { x: 20, y: y + 15 }, 'h'),
    ...cells,
    texts(after, { x: AFTER, y: y + (after.length > 2 ? 7 : 15) }, 's'),
  ];
}
