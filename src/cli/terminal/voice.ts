// The one file that speaks to the user on stderr. The rules of the voice:
//
//   rotate-iam-keys: error: <what happened: lowercase, with the wrong value, no period> [<its code>]
//   rotate-iam-keys: hint: <what to do about it; zero or more lines>
//   rotate-iam-keys: <a remark, when something unusual is going on>
//
// One thought per line, no stack traces, no blame. With --log-format json every line is an object,
// so that stderr stays machine-readable. Wording is computed by pure functions; speaking is last.

import type { KeyturnError } from '../../base/errors.ts';
import { type Hint, hintLine, hintText, linesOfHint } from '../../base/hint.ts';
import { localTimes } from '../../base/local-time.ts';
import { printable, printableJson } from '../../base/printable.ts';
import { wrapped } from '../../base/wrap.ts';
import type { Masker } from './mask.ts';
import type { Sink } from './sink.ts';

export interface Voice {
  readonly error: (error: KeyturnError) => void;
  readonly hint: (text: Hint) => void;
  readonly remark: (text: Hint) => void;
}

export interface VoiceOptions {
  readonly program: string;
  readonly stderr: Sink;
  readonly masker: Masker;
  readonly format: 'text' | 'json';
  readonly now: () => Date;
}

export function createVoice(options: VoiceOptions): Voice {
  const { program, format, masker, stderr, now } = options;
  const say = (line: SpokenLine): void => {
    const width = stderr.isTerminal ? stderr.width : Number.POSITIVE_INFINITY;
    const text = format === 'json' ? lineJson(line, now()) : lineText(program, line, width);
    stderr.writeNow(`${masker.mask(text)}\n`);
  };
  return {
    error: (error) => {
      for (const line of errorLines(error)) say(line);
    },
    hint: (hint) => say({ kind: 'hint', text: hintText(hint) }),
    remark: (remark) => say({ kind: 'remark', text: hintText(remark) }),
  };
}

export interface SpokenLine {
  readonly kind: 'error' | 'hint' | 'remark';
  readonly text: string;
  readonly code?: string;
}

/** An error and its hint. */
export function errorLines(error: KeyturnError): readonly SpokenLine[] {
  const first: SpokenLine = { kind: 'error', text: error.message, code: error.code };
  return error.hint === undefined ? [first] : [first, { kind: 'hint', text: error.hint }];
}

/** Lines after the first are indented a little: what is behind the label may be long. */
const INDENT = 2;
const COMMAND_INDENT = 4;

/**
 * The line as people read it: broken at words where a terminal would break it anywhere, with each command on
 * a line of its own that begins with nothing but spaces.
 */
export function lineText(
  program: string,
  { kind, text, code }: SpokenLine,
  width = Number.POSITIVE_INFINITY,
): string {
  const label = kind === 'remark' ? `${program}: ` : `${program}: ${kind}: `;
  const layout = { width, indent: INDENT };
  // The message of an error is words alone, whatever is quoted in it.
  if (kind === 'error') {
    const coded = code === undefined ? text : `${text} [${code}]`;
    return wrapped(label, printable(localTimes(coded)), layout);
  }
  const lines = linesOfHint(text).map((line) =>
    line.kind === 'command'
      ? `${' '.repeat(COMMAND_INDENT)}${printable(line.text)}`
      : wrapped(label, printable(localTimes(line.text)), layout),
  );
  return lines.join('\n');
}

function lineJson({ kind, text, code }: SpokenLine, at: Date): string {
  return printableJson({
    time: at.toISOString(),
    level: kind === 'error' ? 'error' : 'info',
    code: code ?? kind,
    message: kind === 'error' ? text : hintLine(text),
    fields: {},
  });
}
