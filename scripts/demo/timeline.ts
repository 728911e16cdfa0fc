// A month as a picture: a row for each old key, a sign for each day.

/** What became of a key on a day. */
export type Mark = 'used' | 'idle' | 'inactive' | 'deleted';

export interface TimelineRow {
  readonly label: string;
  /** By day, from day 0 on. */
  readonly marks: readonly Mark[];
  /** What there is to say of it, behind the last day. */
  readonly note?: string | undefined;
}

/** How each mark is drawn; every one of them is as wide as a letter. */
const SIGNS: Readonly<Record<Mark, string>> = {
  used: '█',
  idle: '░',
  inactive: '·',
  deleted: ' ',
};

/** What the signs mean. What is deleted is drawn as nothing, and needs none. */
const LEGEND: readonly (readonly [Mark, string])[] = [
  ['used', 'in use'],
  ['idle', 'Active, nobody uses it'],
  ['inactive', 'Inactive, one command brings it back'],
];

export interface PictureOptions {
  /** What the rows are about; above their labels. */
  readonly title: string;
  /** How many days the picture has room for. */
  readonly days: number;
  /** Paints signs of one kind; as they are where there are no colours. */
  readonly paint: (mark: Mark, signs: string) => string;
}

const TICK_DAYS = 7;
const GAP = '  ';

/** A scale of weeks, a line for each row, and the legend. */
export function timelinePicture(
  rows: readonly TimelineRow[],
  { title, days, paint }: PictureOptions,
): readonly string[] {
  const width = Math.max(...[title, ...rows.map(({ label }) => label)].map(({ length }) => length));
  const lines = rows.map(({ label, marks, note = '' }) => {
    const drawn = marks.slice(0, days);
    const room = ' '.repeat(days - drawn.length);
    return `${label.padEnd(width)}${GAP}${painted(drawn, paint)}${room}${GAP}${note}`.trimEnd();
  });
  const legend = LEGEND.map(([mark, meaning]) => `${paint(mark, SIGNS[mark])} ${meaning}`);
  return [`${title.padEnd(width)}${GAP}${scale(days)}`, ...lines, '', legend.join(GAP + GAP)];
}

/** Days of one kind in a row are painted at once. */
function painted(marks: readonly Mark[], paint: PictureOptions['paint']): string {
  let text = '';
  for (let start = 0; start < marks.length; ) {
    const mark = marks[start] ?? 'deleted';
    const next = marks.findIndex((other, day) => day > start && other !== mark);
    const end = next < 0 ? marks.length : next;
    text += paint(mark, SIGNS[mark].repeat(end - start));
    start = end;
  }
  return text;
}

/** 0      7      14     21     28 */
function scale(days: number): string {
  let line = '';
  for (let day = 0; day < days; day += TICK_DAYS) line += String(day).padEnd(TICK_DAYS);
  return line.trimEnd();
}
