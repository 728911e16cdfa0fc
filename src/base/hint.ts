// What a reader can do about something: words, and commands to paste. A text made of them gives each
// command a line of its own, so that nothing that lays words out ever breaks one.

import { shellWords } from './shell-words.ts';

export interface Command {
  /** As a shell takes it. */
  readonly command: string;
}

/** Advice that a flag carries out where there is no configuration, and a key of its file where there is one. */
export interface Saying {
  readonly byFlag: Hint;
  readonly inFile: Hint;
}

export type HintPart = string | Command | Saying;

/** Words that follow each other are joined; a command stands between them. */
export type Hint = string | readonly HintPart[];

/** A command of these words, each quoted where a shell would change it. */
export function command(...words: readonly string[]): Command {
  return { command: shellWords(words) };
}

const COMMAND_INDENT = '  ';

/** The hint as a text of lines, those with a command indented; no part can forge a line. */
export function hintText(hint: Hint): string {
  const lines: string[] = [];
  let endsInWords = false;
  for (const part of said(hint, 'byFlag')) {
    const isWords = typeof part === 'string';
    const line = inOneLine(isWords ? part : part.command);
    if (isWords && endsInWords) lines.push(`${lines.pop()}; ${line}`);
    else lines.push(isWords ? line : COMMAND_INDENT + line);
    endsInWords = isWords;
  }
  return lines.join('\n');
}

/** The parts for whoever says everything by flags, or in a file. */
export function said(hint: Hint, how: keyof Saying): readonly (string | Command)[] {
  return partsOf(hint).flatMap((part) =>
    typeof part === 'object' && how in part
      ? said((part as Saying)[how], how)
      : [part as string | Command],
  );
}

/** The same in one line, for a log. */
export function hintLine(hint: Hint): string {
  return textInOneLine(hintText(hint));
}

/** Such a text in one line. */
export function textInOneLine(text: string): string {
  return text.replaceAll(/\n */g, ' ');
}

export function partsOf(hint: Hint): readonly HintPart[] {
  return typeof hint === 'string' ? [hint] : hint;
}

export interface HintTextLine {
  readonly kind: 'words' | 'command';
  readonly text: string;
}

/** The hint that such a text was made of, for whoever has only the text. */
export function hintOfText(text: string): readonly HintPart[] {
  return linesOfHint(text).map((line) =>
    line.kind === 'command' ? { command: line.text } : line.text,
  );
}

/** The lines of such a text, as what they are. */
export function linesOfHint(text: string): readonly HintTextLine[] {
  return text
    .split('\n')
    .map((line) =>
      line.startsWith(COMMAND_INDENT)
        ? { kind: 'command', text: line.slice(COMMAND_INDENT.length) }
        : { kind: 'words', text: line },
    );
}

/** A line break in what others wrote is no line break of ours. */
function inOneLine(text: string): string {
  return text.replaceAll('\n', '\\u000a');
}
