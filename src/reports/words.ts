// Small pieces of wording and layout that the pages for people share.

import type { RotatedKey } from './rotation-report.ts';

export type Tone = 'bold' | 'red' | 'green' | 'yellow' | 'dim';
export type Paint = (tone: Tone, text: string) => string;
/** Breaks text into lines behind a label. */
export type Wrap = (label: string, text: string) => string;

export function age(key: RotatedKey): string {
  return key.age_days === null ? '-' : `${key.age_days} d`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function unique(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}

/** Breaks at spaces; later lines are indented like the text of the first. Long words stay whole. */
export function wrapped(label: string, text: string, width: number): string {
  const indent = ' '.repeat(label.length);
  const lines: string[] = [];
  let line = label;
  for (const word of text.split(' ')) {
    const isFirst = line === label || line === indent;
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
