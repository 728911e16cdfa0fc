// How an invocation fails: an error whose name a state machine can match, with code, message and hint in one line.

import type { KeyturnError } from '../base/errors.ts';
import { hintLine, hintText } from '../base/hint.ts';
import { printable } from '../base/printable.ts';

export type FailureName = 'KeyturnBadInput' | 'KeyturnRetryable' | 'KeyturnFailed';

export class LambdaFailure extends Error {
  constructor(error: KeyturnError, mask: (text: string) => string) {
    const { code, message, hintParts } = inFields(error);
    const hint = hintParts === undefined ? '' : `; ${hintParts}`;
    super(mask(printable(`${code}: ${message}${hint}`)));
    this.name = failureName(error);
    // Where in this program it happened helps nobody who reads the history of an execution.
    this.stack = `${this.name}: ${this.message}`;
  }
}

export function failureName(error: KeyturnError): FailureName {
  if (error.exitCode === 2) return 'KeyturnBadInput';
  return error.mayPass || error.isStop ? 'KeyturnRetryable' : 'KeyturnFailed';
}

/** In the words of the event: `--days-threshold` is its field `days_threshold`. */
function inFields({ code, message, hintParts }: KeyturnError) {
  const hint = hintParts.length === 0 ? undefined : hintLine(hintText(hintParts));
  if (code === 'bad-config') return { code, message, hintParts: hint };
  return { code, message: withFields(message), hintParts: hint && withFields(hint) };
}

function withFields(text: string): string {
  // A command that is to be pasted keeps its flags.
  if (/\b(?:keyturn|keyctl|aws) [a-z]/.test(text)) return text;
  return text.replaceAll(/--([a-z][a-z-]*)/g, (_, name: string) => name.replaceAll('-', '_'));
}
