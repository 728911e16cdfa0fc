// Help pages, rendered from the same tables that parse the flags. 80 columns.

import { wrapped } from '../../base/wrap.ts';
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

/** The whole page, ending with a newline. */
export function renderHelp(page: HelpPage): string {
  const blocks = [
    wrap(`${page.program}: ${page.summary}`, 0),
    ['Usage:', ...page.usage.map((line) => `  ${line}`)].join('\n'),
    ...page.description.map((paragraph) => wrap(paragraph, 0)),
    ...flagBlocks(page.flags),
    ...page.sections.map(renderSection),
    renderExamples(page.examples),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function flagBlocks(flags: FlagTable): string[] {
  const groups = new Map<string, Flag<unknown>[]>();
  for (const flag of Object.values(flags)) {
    groups.set(flag.group, [...(groups.get(flag.group) ?? []), flag]);
  }
  return [...groups].map(([title, members]) => {
    return [`${title}:`, ...members.map(renderFlag)].join('\n');
  });
}

function renderFlag(flag: Flag<unknown>): string {
  const short = flag.short === undefined ? [] : [`-${flag.short}`];
  const names = [...short, ...flag.names.map((name) => `--${name}`)].join(', ');
  const value = isBoolean(flag) ? '' : ` ${flag.rule.placeholder}`;
  const fallback = flag.fallback === undefined ? '' : ` Default: ${flag.fallback}.`;
  return `  ${names}${value}\n${wrap(`${flag.about}${fallback}`, INDENT)}`;
}

function renderSection(section: HelpSection): string {
  const width = Math.max(...section.entries.map(([term]) => term.length)) + 2;
  const rows = section.entries.map(([term, meaning]) => {
    const text = wrap(meaning, width + 2);
    return `  ${term.padEnd(width)}${text.trimStart()}`;
  });
  return [`${section.title}:`, ...rows].join('\n');
}

function renderExamples(examples: readonly HelpExample[]): string {
  const rows = examples.map(({ about, command }) => {
    return `${wrap(about, 2)}\n    ${command.replaceAll('\n', '\n    ')}`;
  });
  return rows.length === 0 ? '' : `Examples:\n${rows.join('\n\n')}`;
}

/** The text in lines that fit, each indented. */
function wrap(text: string, indent: number): string {
  return wrapped(' '.repeat(indent), text, { width: WIDTH });
}
