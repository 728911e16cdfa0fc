// Words that have no place in what is published. They are put together here so that this file
// passes its own rule.

import { type Fault, lineAt, type SourceFile } from './files.ts';

const word = (...parts: string[]): string => parts.join('');

/** Notes to oneself: finish it, or open an issue. */
const NOTES = new RegExp(
  `\\b(?:${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('X', 'XX')})\\b`,
  'g',
);

/** The place where a checkout happens to be built, and who builds it. */
const WORKPLACE = new RegExp(
  [
    word('/wo', 'rk/'),
    word('\\bshared/', '(?:seeds|reference|hooks|DESIGN)'),
    word('\\bDESIGN', '(?:\\.md| section)'),
    word('\\bissues ', '(?:show|list)\\b'),
    word('\\bAn', 'thropic\\b'),
    word('\\bCla', 'ude\\b'),
    word('\\bHOUSE', 'RULES\\b'),
    word('\\bsub', 'agents?\\b'),
  ].join('|'),
  'g',
);

export function wordFaults(file: SourceFile): Fault[] {
  return [
    ...find(file, NOTES, 'notes', 'finish it, or open an issue and leave the note out'),
    ...find(file, WORKPLACE, 'workplace', 'say it for a reader who only has this repository'),
  ];
}

function find(file: SourceFile, pattern: RegExp, rule: string, remedy: string): Fault[] {
  return [...file.text.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    rule,
    remedy: `"${match[0]}": ${remedy}`,
  }));
}
