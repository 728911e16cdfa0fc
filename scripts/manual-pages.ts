// Manual pages in section 1, from the same pages as --help: one for each executable and each command. Written in the
// macros of man(7), which every reader of manual pages has; ASCII alone, so that no locale matters.

import {
  flagGroups,
  flagHelp,
  type HelpExample,
  type HelpPage,
  type HelpSection,
} from '../src/cli/flags/help.ts';

export const MANUAL_FOLDER = 'man';

/** `keyturn keys delete` is on the page keyturn-keys-delete(1). */
export function manualName({ program }: Pick<HelpPage, 'program'>): string {
  return program.replaceAll(' ', '-');
}

export function manualPath(page: Pick<HelpPage, 'program'>): string {
  return `${MANUAL_FOLDER}/${manualName(page)}.1`;
}

/** The pages by their paths. */
export function manualPages(pages: readonly HelpPage[]): Readonly<Record<string, () => string>> {
  return Object.fromEntries(
    pages.map((page) => [manualPath(page), () => manualPage(page, relatives(page, pages))]),
  );
}

/** The pages that somebody who reads this one may want next. */
function relatives(page: HelpPage, pages: readonly HelpPage[]): readonly string[] {
  const programs = pages.map(({ program }) => program).filter((name) => name !== page.program);
  const words = page.program.split(' ');
  const isExecutable = (name: string) => !name.includes(' ');
  const isNear = (name: string) => {
    const isBelow = name.startsWith(`${page.program} `);
    const isAbove = page.program.startsWith(`${name} `);
    const isBeside = words.length > 2 && name.startsWith(`${words.slice(0, -1).join(' ')} `);
    return isBelow || isAbove || isBeside;
  };
  return programs.filter((name) => isNear(name) || isExecutable(name)).toSorted();
}

/** The page as roff, ending with a newline. */
export function manualPage(page: HelpPage, others: readonly string[]): string {
  const name = manualName(page);
  return [
    '.\\" Made from the table of the flags by npm run docs.',
    `.TH ${escaped(name.toUpperCase())} 1 "" keyturn "keyturn manual"`,
    // Nobody copies a word that was broken.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(page.summary.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    ...synopsis(page.usage),
    ...(page.description.length > 0 ? ['.SH DESCRIPTION', ...paragraphs(page.description)] : []),
    ...options(page),
    ...page.sections.flatMap(section),
    ...examples(page.examples),
    ...seeAlso(others),
    '',
  ].join('\n');
}

/** Each line is a command, and behind two spaces or more what it does. */
function synopsis(usage: readonly string[]): string[] {
  return usage.flatMap((line, index) => {
    const [command = '', meaning] = line.split(/ {2,}/);
    const between = index === 0 ? [] : ['.br'];
    return [...between, `${bold(command)}${meaning === undefined ? '' : ` (${escaped(meaning)})`}`];
  });
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : ['.PP']), prose(text)]);
}

function options({ flags }: HelpPage): string[] {
  const groups = [...flagGroups(flags)];
  if (groups.length === 0) return [];
  return [
    '.SH OPTIONS',
    ...groups.flatMap(([title, members]) => [
      `.SS ${quoted(title)}`,
      ...members.flatMap((flag) => {
        const { names, placeholder, about } = flagHelp(flag);
        const value = placeholder === undefined ? '' : ` \\fI${escaped(placeholder)}\\fR`;
        return ['.TP', `${names.map(bold).join(', ')}${value}`, prose(about)];
      }),
    ]),
  ];
}

function section({ title, entries }: HelpSection): string[] {
  return [
    `.SH ${quoted(title.toUpperCase())}`,
    ...entries.flatMap(([term, meaning]) => ['.TP', bold(term), prose(meaning)]),
  ];
}

function examples(all: readonly HelpExample[]): string[] {
  if (all.length === 0) return [];
  const one = ({ about, command }: HelpExample) => [
    '.PP',
    prose(about),
    '.PP',
    '.RS 4',
    '.EX',
    ...command.split('\n').map((line) => atLineStart(escaped(line))),
    '.EE',
    '.RE',
  ];
  return ['.SH EXAMPLES', ...all.flatMap(one).slice(1)];
}

function seeAlso(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  const names = others.map((program) => `${bold(manualName({ program }))}(1)`);
  return ['.SH "SEE ALSO"', names.join(',\n')];
}

/** Flags in it are set as flags. */
function prose(text: string): string {
  const parts = text.split(/((?<![\w-])--?[a-z][\w-]*)/i);
  return atLineStart(parts.map((part, index) => (index % 2 ? bold(part) : escaped(part))).join(''));
}

function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** As the argument of a macro. */
function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** A line that begins like a request would be read as one. */
function atLineStart(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** What is typed is printed: no hyphen, quote or tilde becomes a typographic one. */
function escaped(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const hex = code.toString(16).toUpperCase().padStart(4, '0');
      return CHARACTERS[character] ?? (code < 127 ? character : `\\[u${hex}]`);
    })
    .join('');
}
