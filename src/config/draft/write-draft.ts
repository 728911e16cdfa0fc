// A draft as YAML. Names of others stand in it, in values and in remarks: each value is quoted unless it can mean
// nothing but itself, and no remark can end its line or hold what looks like a secret.

import { printable, printableJson } from '../../base/printable.ts';
import { secretsIn } from '../secrets.ts';
import type { Draft, DraftBody, DraftItem, DraftLine, DraftSection, DraftValue } from './draft.ts';

/** Where an editor finds what a file may say, as `docs/configuration.md` has it. */
export const SCHEMA_LINE =
  '# yaml-language-server: $schema=node_modules/keyturn/schema/keyturn.schema.json';

const WIDTH = 100;

export function writeDraft({ head, sections, foot }: Draft): string {
  const parts = [
    [SCHEMA_LINE, ...remarksAt('', head)].join('\n'),
    ...sections.map(sectionText),
    ...(foot.length === 0 ? [] : [remarksAt('', foot).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionText({ remarks, key, body }: DraftSection): string {
  return [...remarksAt('', remarks), ...bodyLines(key, body)].join('\n');
}

function bodyLines(key: string, body: DraftBody): readonly string[] {
  switch (body.kind) {
    case 'value':
      return [lineText('', { key, value: body.value })];
    case 'lines':
      return [`${key}:`, ...body.lines.map((line) => lineText('  ', line))];
    case 'items':
      return [`${key}:`, ...body.items.flatMap(itemLines)];
  }
}

function itemLines({ remarks, lines }: DraftItem): readonly string[] {
  const [first, ...others] = lines.map((line) => lineText('    ', line));
  return [
    ...remarksAt('  ', remarks),
    ...(first === undefined ? [] : [`  - ${first.trimStart()}`]),
    ...others,
  ];
}

function lineText(indent: string, { key, value, remark }: DraftLine): string {
  const start = `${indent}${scalarText(key)}: `;
  const written = `${start}${flowText(value, { width: WIDTH - start.length, indent: `${indent}  ` })}`;
  return remark === undefined ? written : `${written} # ${remarkText(remark)}`;
}

interface Room {
  readonly width: number;
  readonly indent: string;
}

/** A list that does not fit in a line has each line filled. */
function flowText(value: DraftValue, room: Room): string {
  const whole = inOneLine(value);
  if (whole.length <= room.width || typeof value !== 'object') return whole;
  if (!isList(value)) {
    const fields = Object.entries(value).map(
      ([key, each]) => `${scalarText(key)}: ${flowText(each, room)}`,
    );
    return `{${fields.join(', ')}}`;
  }
  const lines: string[] = [''];
  for (const each of value.map(inOneLine)) {
    const line = lines.at(-1) ?? '';
    const isFull = line !== '' && line.length + each.length + 2 > WIDTH - room.indent.length;
    if (isFull) lines.push(`${each}, `);
    else lines[lines.length - 1] = `${line}${each}, `;
  }
  const body = lines.map((line) => `${room.indent}${line.trimEnd()}`).join('\n');
  return `[\n${body.replace(/,$/, '')}\n${room.indent}]`;
}

function inOneLine(value: DraftValue): string {
  if (typeof value === 'string') return scalarText(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(inOneLine).join(', ')}]`;
  const fields = Object.entries(value).map(
    ([key, each]) => `${scalarText(key)}: ${inOneLine(each)}`,
  );
  return `{${fields.join(', ')}}`;
}

function isList(value: DraftValue): value is readonly DraftValue[] {
  return Array.isArray(value);
}

/** Words that some reader of YAML takes for something else than text. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i;
/** A word, a path, a name with a star behind it; and no number, in any of YAML's spellings. */
const PLAIN = /^[A-Za-z/][\w./@=-]*\*?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** A duration: YAML has no such number. */
const DURATION = /^\d+[dhw]$/;

/** Quoted unless it means itself to every reader. JSON's quotes are YAML's. */
export function scalarText(text: string): string {
  const isPlain = PLAIN.test(text) || DAY.test(text) || DURATION.test(text);
  return isPlain && !WORDS.test(text) ? text : printableJson(text);
}

/** Broken between words; what is indented stays so, and what follows of it a little more. */
function remarksAt(indent: string, remarks: readonly string[]): readonly string[] {
  return remarks.flatMap((remark) => {
    const text = remarkText(remark);
    const own = /^ */.exec(text)?.[0] ?? '';
    const start = `${indent}# ${own}`;
    const next = own === '' ? start : `${start}  `;
    const lines: string[] = [''];
    for (const word of text.trim().split(' ')) {
      const line = lines.at(-1) ?? '';
      if (line !== '' && next.length + line.length + 1 + word.length > WIDTH) lines.push(word);
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
    return lines.map((line, index) => `${index === 0 ? start : next}${line}`.trimEnd());
  });
}

/** In one line, whatever is in it; a name that looks like a secret is not shown, since it could be one. */
function remarkText(remark: string): string {
  const text = printable(remark);
  const found = secretsIn(text).toSorted((a, b) => b.offset - a.offset);
  return found.reduce((rest, { offset }) => hidden(rest, offset), text);
}

function hidden(text: string, offset: number): string {
  const [word = ''] = /^[^\s,;]+/.exec(text.slice(offset)) ?? [];
  return `${text.slice(0, offset)}…${text.slice(offset + Math.max(1, word.length))}`;
}
