// Help pages, rendered from the same tables that parse the flags. 80 columns, or as many as a terminal has.

import { wrapped } from '../../base/wrap.ts';
import type { Sink } from '../terminal/sink.ts';
import { type Flag, type FlagTable, isBoolean } from './flag.ts';

const WIDTH = 80;
const INDENT = 6;

export interface HelpPage {
  readonly program: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly usage: readonly string[];
  /** Paragraphs between usage and flags. */
  readonly description: readonly string[];
  readonly flags: FlagTable;
  /** Sections after the flags; each entry is a term and what it means. */
  readonly sections: readonly HelpSection[];
  readonly examples: readonly HelpExample[];
}

export interface HelpSection {
  readonly title: string;
  readonly entries: readonly (readonly [term: string, meaning: string])[];
}

export interface HelpExample {
  readonly about: string;
  readonly command: string;
}

/** Columns of a text, or another renderer of what the page says: of manual pages, for instance. */
export type HelpForm = number | ((page: HelpPage) => string);

/** In a wider terminal lines would be too long to read well. */
export function helpWidth({ isTerminal, width }: Pick<Sink, 'isTerminal' | 'width'>): number {
  return isTerminal ? Math.min(WIDTH, width) : WIDTH;
}

/** The whole page, ending with a newline. */
export function renderHelp(page: HelpPage, form: HelpForm = WIDTH): string {
  return typeof form === 'number' ? asText(page, form) : form(page);
}

function asText(page: HelpPage, width: number): string {
  const wrap = (text: string, indent: number) => wrapped(' '.repeat(indent), text, { width });
  const blocks = [
    wrap(`${page.program}: ${page.summary}`, 0),
    renderUsage(page.usage, width),
    ...page.description.map((paragraph) => wrap(paragraph, 0)),
    ...flagBlocks(page.flags, wrap),
    ...page.sections.map((section) => renderSection(section, width)),
    renderExamples(page.examples, wrap),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

type Wrap = (text: string, indent: number) => string;

/** Each line is a command, and behind two spaces or more what it does. */
export function renderUsage(usage: readonly string[], width: number): string {
  const lines = usage.map((line) => {
    const [, command = line, meaning = ''] = /^(.*? {2,})(.*)$/.exec(line) ?? [];
    return wrapped(`  ${command}`, meaning, { width }).trimEnd();
  });
  return ['Usage:', ...lines].join('\n');
}

function flagBlocks(flags: FlagTable, wrap: Wrap): string[] {
  return [...flagGroups(flags)].map(([title, members]) => {
    const entries = members.map((flag) => {
      const { names, placeholder, about } = flagHelp(flag);
      const value = placeholder === undefined ? '' : ` ${placeholder}`;
      return `  ${names.join(', ')}${value}\n${wrap(about, INDENT)}`;
    });
    return [`${title}:`, ...entries].join('\n');
  });
}

/** Flags under their headings, in the order of their table. */
export function flagGroups(flags: FlagTable): ReadonlyMap<string, readonly Flag<unknown>[]> {
  const groups = new Map<string, Flag<unknown>[]>();
  for (const flag of Object.values(flags)) {
    groups.set(flag.group, [...(groups.get(flag.group) ?? []), flag]);
  }
  return groups;
}

export interface FlagHelp {
  /** With their dashes, the short one first. */
  readonly names: readonly string[];
  /** Undefined for a flag that may stand bare. */
  readonly placeholder: string | undefined;
  /** What it does, and what holds without it. */
  readonly about: string;
}

/** How every page speaks of a flag. */
export function flagHelp(flag: Flag<unknown>): FlagHelp {
  const short = flag.short === undefined ? [] : [`-${flag.short}`];
  const fallback = flag.fallback === undefined ? '' : ` Default: ${flag.fallback}.`;
  return {
    names: [...short, ...flag.names.map((name) => `--${name}`)],
    placeholder: isBoolean(flag) ? undefined : flag.rule.placeholder,
    about: `${flag.about}${fallback}`,
  };
}

function renderSection(section: HelpSection, width: number): string {
  const longest = Math.max(...section.entries.map(([term]) => term.length));
  const rows = section.entries.map(([term, meaning]) =>
    wrapped(`  ${term.padEnd(longest)}  `, meaning, { width }),
  );
  return [`${section.title}:`, ...rows].join('\n');
}

function renderExamples(examples: readonly HelpExample[], wrap: Wrap): string {
  const rows = examples.map(({ about, command }) => {
    return `${wrap(about, 2)}\n    ${command.replaceAll('\n', '\n    ')}`;
  });
  return rows.length === 0 ? '' : `Examples:\n${rows.join('\n\n')}`;
}
