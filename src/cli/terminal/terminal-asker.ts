// Questions on a terminal, drawn on stderr with @clack/core, which owns raw mode, the cursor and
// redrawing. Loaded only when a question is asked.
//
// Esc, Ctrl-C, Ctrl-D and `q` leave. `q` does so only as the first key, and not where a profile's
// name begins with it: there it is the beginning of a filter.

import { styleText } from 'node:util';
import { AutocompletePrompt, isCancel, Prompt, TextPrompt } from '@clack/core';
import { KeyturnError } from '../../base/errors.ts';
import { printable, printableLines } from '../../base/printable.ts';
import type { Host } from '../host.ts';
import type { Asker, ChooseRequest } from './asker.ts';

type Tone = 'bold' | 'cyan' | 'dim' | 'red';

/** Everything that the questions of one run share. */
interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  readonly paint: (tone: Tone, text: string) => string;
}

export function terminalAsker(host: Host, signal: AbortSignal): Asker {
  const hasColours = host.stderr.hasColours(host.env);
  const terminal: Terminal = {
    input: host.stdin.stream(),
    output: host.stderr.stream,
    signal,
    paint: (tone, text) => (hasColours ? styleText(tone, text, { validateStream: false }) : text),
  };
  return {
    choose: (request) => choose(request, terminal),
    confirm: (question, fallback) => confirm(question, fallback, terminal),
    mfaCode: (serial) => mfaCode(serial, terminal),
  };
}

/** Names are cut to this, so that what is known of a key still fits beside most of them. */
const NAME_WIDTH_MAX = 32;

interface Option {
  readonly value: string;
  readonly label: string;
}

async function choose(request: ChooseRequest, terminal: Terminal): Promise<string> {
  const details = new Map(request.choices.map(({ name, detail }) => [name, detail]));
  const isLetterQ = request.choices.some(({ name }) => name.startsWith('q'));
  const prompt: AutocompletePrompt<Option> = new AutocompletePrompt<Option>({
    ...streams(terminal),
    options: request.choices.map(({ name }) => ({ value: name, label: name })),
    validate: (value) => (value === undefined ? 'no profile has that in its name' : undefined),
    render: () => chooser(prompt, request, details, isLetterQ, terminal),
  });
  prompt.on('key', (_char, key) => {
    const isQ = prompt.userInput === 'q' && key.name === 'q' && !isLetterQ;
    if (isQ || (key.ctrl === true && key.name === 'd')) prompt.state = 'cancel';
  });
  const chosen = new AbortController();
  request.whileChoosing((name, detail) => {
    details.set(name, detail);
    if (prompt.state === 'active') redraw(prompt);
  }, chosen.signal);
  try {
    return answer(await prompt.prompt(), terminal) as string;
  } finally {
    chosen.abort();
  }
}

/** Draws the prompt again: the library does so on a key only. Its method is missing in its types. */
function redraw(prompt: object): void {
  (prompt as { render: () => void }).render();
}

function chooser(
  prompt: AutocompletePrompt<Option>,
  request: ChooseRequest,
  details: ReadonlyMap<string, string>,
  isLetterQ: boolean,
  { paint, output }: Terminal,
): string {
  if (prompt.state === 'cancel') return '';
  if (prompt.state === 'submit') return request.answered(printable(String(prompt.value)));
  const { filteredOptions: options, cursor } = prompt;
  const height = Math.max(3, Math.min(14, (output.rows || 24) - 9));
  const { from, to } = visible(cursor, options.length, height);
  const longest = Math.max(...options.map(({ value }) => printable(value).length));
  const width = Math.min(Math.max(longest, 12), NAME_WIDTH_MAX);
  const lines = options.slice(from, to).map(({ value }, index) => {
    const name = printable(value).padEnd(width);
    const isHere = from + index === cursor;
    const line = fit(`${isHere ? '>' : ' '} ${name}`, output);
    const rest = fit(`  ${printable(details.get(value) ?? '')}`, output, line.length);
    return isHere ? paint('cyan', line) + rest : line + paint('dim', rest);
  });
  const more = options.length - (to - from);
  const typed = printable(prompt.userInput);
  return [
    paint('bold', request.title),
    paint('dim', request.subtitle),
    '',
    ...(lines.length === 0 ? [paint('red', `  no profile has "${typed}" in its name`)] : lines),
    ...(more > 0 ? [paint('dim', `  ${more} more`)] : []),
    '',
    typed === '' ? paint('dim', 'type to filter') : `filter: ${typed}_`,
    paint('dim', `up/down: move   Enter: choose   ${isLetterQ ? 'Esc' : 'Esc or q'}: leave`),
  ].join('\n');
}

/** Which part of a list is shown, so that the cursor is in it. */
export function visible(
  cursor: number,
  length: number,
  height: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.min(cursor - Math.floor(height / 2), length - height));
  return { from, to: Math.min(length, from + height) };
}

function fit(text: string, { columns }: NodeJS.WriteStream, used = 0): string {
  return text.slice(0, Math.max(0, (columns || 80) - 1 - used));
}

async function confirm(question: string, fallback: boolean, terminal: Terminal): Promise<boolean> {
  const { paint } = terminal;
  const prompt: Prompt<boolean> = new Prompt<boolean>(
    {
      ...streams(terminal),
      render: () => {
        const asked = paint('bold', printableLines(question));
        if (prompt.state === 'cancel') return '';
        if (prompt.state === 'submit') return `${asked} ${prompt.value ? 'yes' : 'no'}`;
        return `${asked} ${paint('dim', fallback ? '[Y/n]' : '[y/N]')} `;
      },
    },
    false,
  );
  prompt.value = fallback;
  prompt.on('key', (char, key) => {
    if (key.name === 'q' || (key.ctrl === true && key.name === 'd')) prompt.state = 'cancel';
    if (!/^[yn]$/i.test(char ?? '')) return;
    prompt.value = char?.toLowerCase() === 'y';
    prompt.state = 'submit';
  });
  return answer(await prompt.prompt(), terminal) as boolean;
}

/** Shows the code as it is typed: it is worth nothing once it was used. */
async function mfaCode(serial: string, terminal: Terminal): Promise<string> {
  const { paint } = terminal;
  const asked = `MFA code of ${printable(serial)}:`;
  const prompt: TextPrompt = new TextPrompt({
    ...streams(terminal),
    validate: (code) => (/^\d{6}$/.test(code ?? '') ? undefined : 'a code has 6 digits'),
    render: () => {
      if (prompt.state === 'cancel') return '';
      if (prompt.state === 'submit') return `${paint('bold', asked)} ${prompt.value}`;
      const wrong = prompt.state === 'error' ? `\n${paint('red', prompt.error)}` : '';
      return `${paint('bold', asked)} ${printable(prompt.userInput)}_${wrong}`;
    },
  });
  prompt.on('key', (_char, key) => {
    if (key.ctrl === true && key.name === 'd') prompt.state = 'cancel';
  });
  return answer(await prompt.prompt(), terminal) as string;
}

function streams({ input, output, signal }: Terminal) {
  return { input, output, signal };
}

function answer<Value>(given: Value, { signal }: Terminal): Value {
  if (!isCancel(given)) return given;
  signal.throwIfAborted();
  throw new KeyturnError('cancelled', 'nothing was changed');
}
