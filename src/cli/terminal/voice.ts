// The one file that speaks to the user on stderr. The rules of the voice:
//
//   rotate-iam-keys: error: <what happened: lowercase, with the wrong value, no period>
//   rotate-iam-keys: hint: <what to do about it; zero or more lines>
//   rotate-iam-keys: <a remark, when something unusual is going on>
//
// One thought per line, no stack traces, no blame. With --log-format json every line is an object,
// so that stderr stays machine-readable. Wording is computed by pure functions; speaking is last.

import type { KeyturnError } from '../../base/errors.ts';
import { printable, printableJson } from '../../base/printable.ts';
import type { Masker } from './mask.ts';
import type { Sink } from './sink.ts';

export interface Voice {
  readonly error: (error: KeyturnError) => void;
  readonly hint: (text: string) => void;
  readonly remark: (text: string) => void;
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
    const text = format === 'json' ? lineJson(line, now()) : lineText(program, line);
    stderr.writeNow(`${masker.mask(text)}\n`);
  };
  return {
    error: (error) => {
      for (const line of errorLines(error)) say(line);
    },
    hint: (text) => say({ kind: 'hint', text }),
    remark: (text) => say({ kind: 'remark', text }),
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

export function lineText(program: string, line: SpokenLine): string {
  const kind = line.kind === 'remark' ? '' : `${line.kind}: `;
  return `${program}: ${kind}${printable(line.text)}`;
}

function lineJson(line: SpokenLine, at: Date): string {
  return printableJson({
    time: at.toISOString(),
    level: line.kind === 'error' ? 'error' : 'info',
    code: line.code ?? line.kind,
    message: line.text,
    fields: {},
  });
}
