// One message to one receiver: what was done, what needs a person, what is coming, and what is over. Every channel
// writes the same lines in its own form.

import { textInOneLine } from '../../base/hint.ts';
import { printable } from '../../base/printable.ts';
import type { Why } from './judge-matter.ts';
import type { About, Deed, Matter } from './matter.ts';

export interface Item extends About {
  /** The kind of the matter; `done` for what was done. */
  readonly kind: string;
  readonly text: string;
  readonly hint: string | null;
  readonly dueAt: string | null;
  /** Why it is told now; null for what was done. */
  readonly why: Why | null;
  /** Why nobody who owns it is told; null where that is no question. */
  readonly noOwner: string | null;
}

export interface Section {
  readonly title: string;
  readonly items: readonly Item[];
}

export interface Message {
  /** The same when it is sent again. */
  readonly id: string;
  /** The address of an owner; null for the receivers of the channel. */
  readonly to: string | null;
  readonly subject: string;
  readonly sections: readonly Section[];
  readonly run: RunFacts;
}

export interface RunFacts {
  readonly id: string | null;
  readonly at: Date;
  readonly version: string;
  readonly isDryRun: boolean;
}

export interface Told {
  readonly matter: Matter;
  readonly why: Why;
  readonly noOwner: string | null;
}

export interface Contents {
  readonly deeds: readonly (Deed & { readonly noOwner: string | null })[];
  readonly told: readonly Told[];
}

export function messageOf(
  { id, to }: Pick<Message, 'id' | 'to'>,
  { deeds, told }: Contents,
  run: RunFacts,
): Message {
  const items = told.map(itemOf);
  const of = (test: (item: Item) => boolean) => items.filter(test);
  const isOver = ({ why }: Item) => why === 'over';
  const isComing = ({ kind }: Item) => COMING.has(kind);
  const sections = [
    { title: 'Needs a person', items: of((item) => !isOver(item) && !isComing(item)) },
    { title: 'Coming', items: of((item) => !isOver(item) && isComing(item)) },
    { title: run.isDryRun ? 'Would be done' : 'Done', items: deeds.map(deedItem) },
    { title: 'Over', items: of(isOver) },
  ].filter((section) => section.items.length > 0);
  return { id, to, subject: subjectOf(sections), sections, run };
}

const COMING = new Set(['key-due-soon', 'deadline-ahead', 'old-key-in-use']);

function itemOf({ matter, why, noOwner }: Told): Item {
  const { kind, account, user, keyId, text, hint, dueAt } = matter;
  return {
    ...{ kind, account, user, keyId, hint: why === 'over' ? null : hint, why, noOwner },
    text: printable(text),
    dueAt: dueAt?.toISOString() ?? null,
  };
}

function deedItem({ account, user, keyId, text, noOwner }: Contents['deeds'][number]): Item {
  const about = { account, user, keyId, hint: null, dueAt: null, why: null, noOwner };
  return { kind: 'done', ...about, text: printable(text) };
}

const SUBJECT_WORDS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  'Needs a person': ['needs a person', 'need a person'],
  Coming: ['is coming', 'are coming'],
  Done: ['done', 'done'],
  'Would be done': ['would be done', 'would be done'],
  Over: ['is over', 'are over'],
};

function subjectOf(sections: readonly Section[]): string {
  const parts = sections.map(({ title, items: { length } }) => {
    const [one, several] = SUBJECT_WORDS[title] ?? [title, title];
    return `${length} ${length === 1 ? one : several}`;
  });
  return `keyturn: ${parts.join(', ')}`;
}

const WHY_WORDS: Readonly<Partial<Record<Why, string>>> = {
  changed: 'changed',
  'day-came': 'its day has come',
  again: 'still so',
};

/** `svc-billing in 111122223333: key AKIA… cannot be rotated: …` */
export function itemLine(item: Item): string {
  const who = [item.user, item.account].filter((each) => each !== null).join(' in ');
  const why = item.why === null ? undefined : WHY_WORDS[item.why];
  const note = why === undefined ? '' : ` (${why})`;
  return `${who === '' ? '' : `${who}: `}${item.text}${note}`;
}

/** What can be done about it, and why it came here, in lines. */
export function itemNotes({ hint, noOwner }: Item): readonly string[] {
  return [
    ...(hint === null ? [] : [`To do: ${printable(textInOneLine(hint))}`]),
    ...(noOwner === null ? [] : [`Told here because ${printable(noOwner)}.`]),
  ];
}

/** The whole message as plain text. */
export function plainText(message: Message): string {
  const lines = message.sections.flatMap(({ title, items }) => [
    `${title}:`,
    ...items.flatMap((item) => [
      `- ${itemLine(item)}`,
      ...itemNotes(item).map((note) => `  ${note}`),
    ]),
    '',
  ]);
  return [...lines, footer(message)].join('\n');
}

export function footer({ run: { id, at, version } }: Message): string {
  const which = id === null ? '' : ` ${id}`;
  return `Run${which} of ${at.toISOString().slice(0, 16)}Z, keyturn ${version}.`;
}

/** The message with at most so many items, and how many were left out. */
export function cutTo(message: Message, itemsMax: number): { message: Message; more: number } {
  let left = itemsMax;
  const sections = message.sections.flatMap((section) => {
    const items = section.items.slice(0, left);
    left -= items.length;
    return items.length === 0 ? [] : [{ ...section, items }];
  });
  const count = (all: readonly Section[]) => all.reduce((sum, { items }) => sum + items.length, 0);
  return { message: { ...message, sections }, more: count(message.sections) - count(sections) };
}

/** What is said of items that were left out. */
export function moreLine(more: number): string {
  return `and ${more} more; the document of the run has them all`;
}

/** The longest beginning of the message that fits, told by how a channel writes it. */
export function fitted<Written>(
  message: Message,
  write: (message: Message, more: number) => Written,
  fits: (written: Written) => boolean,
): Written {
  const total = message.sections.reduce((sum, { items }) => sum + items.length, 0);
  let low = 0;
  let high = total;
  const written = (count: number) => {
    const cut = cutTo(message, count);
    return write(cut.message, cut.more);
  };
  const whole = written(total);
  if (fits(whole)) return whole;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(written(middle))) low = middle;
    else high = middle - 1;
  }
  return written(low);
}
