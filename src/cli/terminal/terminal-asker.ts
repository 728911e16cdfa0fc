// Questions on a terminal, drawn on stderr with @clack/core, which owns raw mode, the cursor and
// redrawing. Loaded only when a question is asked.
//
// Esc, Ctrl-C, Ctrl-D and `q` leave. `q` does so only as the first key, and not where a profile's
// name begins with it: there it is the beginning of a filter. A number chooses the entry that has it.
// An answer is a word and Enter: a single key would make a yes of the first letter of another word.

import { styleText } from 'node:util';
import { AutocompletePrompt, isCancel, TextPrompt } from '@clack/core';
import { KeyturnError } from '../../base/errors.ts';
import { printable, printableLines } from '../../base/printable.ts';
import { wrapped } from '../../base/wrap.ts';
import type { Host } from '../host.ts';
import { type Asker, type ChooseRequest, entryOf, isYes, whyNoCode } from './asker.ts';
import { asciiText, isAsciiLocale } from './locale.ts';

type Tone = 'bold' | 'cyan' | 'dim' | 'red';

/** Everything that the questions of one run share. */
interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  readonly paint: (tone: Tone, text: string) => string;
  /** A text of others as the terminal can show it. */
  readonly shown: (text: string) => string;
  /** Columns to write in; the last one stays free, because some terminals wrap behind it. */
  readonly width: () => number;
}

export function terminalAsker(host: Host, signal: AbortSignal): Asker {
  const hasColours = host.stderr.hasColours(host.env);
  const isAscii = isAsciiLocale(host.env);
  const terminal: Terminal = {
    input: host.stdin.stream(),
    output: host.stderr.stream,
    signal,
    paint: (tone, text) => (hasColours ? styleText(tone, text, { validateStream: false }) : text),
    shown: (text) => (isAscii ? asciiText(printable(text)) : printable(text)),
    width: () => (host.stderr.stream.columns || 80) - 1,
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

/** The list as it is drawn: what was asked, and what is known of each entry by now. */
interface List {
  readonly request: ChooseRequest;
  readonly details: ReadonlyMap<string, string>;
  /** By name, counted from 1. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly isLetterQ: boolean;
}

async function choose(request: ChooseRequest, terminal: Terminal): Promise<string> {
  const { choices, initial } = request;
  const details = new Map(choices.map(({ name, detail }) => [name, detail]));
  const isLetterQ = choices.some(({ name }) => name.startsWith('q'));
  const numbers = new Map(choices.map(({ name }, index) => [name, index + 1]));
  const list: List = { request, details, numbers, isLetterQ };
  const prompt: AutocompletePrompt<Option> = new AutocompletePrompt<Option>({
    ...streams(terminal),
    options: choices.map(({ name }) => ({ value: name, label: name })),
    ...(initial !== undefined && { initialValue: [initial] }),
    filter: (typed, { value }) => isMeant(typed, value, list),
    validate: (value) => (value === undefined ? 'no profile has that in its name' : undefined),
    render: () => chooser(prompt, list, terminal),
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

/** A number is that of an entry, where one has it; everything else is a part of a name. */
function isMeant(typed: string, name: string, { request }: List): boolean {
  const entry = entryOf(typed, request.choices);
  if (entry !== undefined) return entry.name === name;
  return name.toLowerCase().includes(typed.toLowerCase());
}

/** Draws the prompt again: the library does so on a key only. Its method is missing in its types. */
function redraw(prompt: object): void {
  (prompt as { render: () => void }).render();
}

function chooser(
  prompt: AutocompletePrompt<Option>,
  { request, details, numbers, isLetterQ }: List,
  { paint, output, shown, width: columns }: Terminal,
): string {
  if (prompt.state === 'cancel') return '';
  if (prompt.state === 'submit') return request.answered(shown(String(prompt.value)));
  const { filteredOptions: options, cursor } = prompt;
  const title = wrapped('', request.title, { width: columns() });
  const subtitle = wrapped('', request.subtitle, { width: columns() });
  const around = title.split('\n').length + subtitle.split('\n').length + 7;
  const height = Math.max(3, Math.min(14, (output.rows || 24) - around));
  const { from, to } = visible(cursor, options.length, height);
  const longest = Math.max(...options.map(({ value }) => shown(value).length));
  const width = Math.min(Math.max(longest, 12), NAME_WIDTH_MAX);
  const digits = String(numbers.size).length;
  const lines = options.slice(from, to).map(({ value }, index) => {
    const name = shown(value).padEnd(width);
    const isHere = from + index === cursor;
    const number = String(numbers.get(value) ?? '').padStart(digits);
    const line = fit(`${isHere ? '>' : ' '} ${number}  ${name}`, columns());
    const room = columns() - line.length;
    const rest = words(`  ${shown(details.get(value) ?? '')}`, room);
    return isHere ? paint('cyan', line) + rest : line + paint('dim', rest);
  });
  const more = options.length - (to - from);
  const typed = shown(prompt.userInput);
  return [
    paint('bold', title),
    paint('dim', subtitle),
    '',
    ...(lines.length === 0 ? [paint('red', `  no profile has "${typed}" in its name`)] : lines),
    ...(more > 0 ? [paint('dim', `  ${more} more`)] : []),
    '',
    typed === '' ? paint('dim', 'type a number, or letters to filter') : `filter: ${typed}_`,
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

function fit(text: string, room: number): string {
  return text.slice(0, Math.max(0, room));
}

/** As many whole words as there is room for. */
function words(text: string, room: number): string {
  if (text.length <= room) return text;
  const end = text.lastIndexOf(' ', Math.max(0, room));
  return text.slice(0, Math.max(0, end)).replace(/[, ]+$/, '');
}

async function confirm(question: string, fallback: boolean, terminal: Terminal): Promise<boolean> {
  const { paint, width } = terminal;
  const choices = fallback ? '[Y/n]' : '[y/N]';
  const prompt: TextPrompt = new TextPrompt({
    ...streams(terminal),
    render: () => {
      if (prompt.state === 'cancel') return '';
      const said = prompt.state === 'submit' ? saidOf(prompt.userInput, fallback) : undefined;
      const asked = askedIn(`${printableLines(question)} ${said ?? choices}`, width());
      // Only what follows the question is not bold.
      const ending = said ?? choices;
      const before = asked.slice(0, asked.length - ending.length);
      if (said !== undefined) return paint('bold', before) + ending;
      return `${paint('bold', before)}${paint('dim', ending)} ${printable(prompt.userInput)}`;
    },
  });
  prompt.on('key', (_char, key) => {
    const isQ = prompt.userInput === 'q' && key.name === 'q';
    if (isQ || (key.ctrl === true && key.name === 'd')) prompt.state = 'cancel';
  });
  return isYes((answer(await prompt.prompt(), terminal) as string | undefined) ?? '', fallback);
}

function saidOf(typed: string, fallback: boolean): string {
  return isYes(typed, fallback) ? 'yes' : 'no';
}

function askedIn(question: string, width: number): string {
  return question
    .split('\n')
    .map((line) => wrapped('', line, { width }))
    .join('\n');
}

/** Shows the code as it is typed: it is worth nothing once it was used. */
async function mfaCode(serial: string, terminal: Terminal): Promise<string> {
  const { paint, width } = terminal;
  const prompt: TextPrompt = new TextPrompt({
    ...streams(terminal),
    validate: (code) => whyNoCode(code ?? ''),
    render: () => {
      if (prompt.state === 'cancel') return '';
      const asked = askedIn(`MFA code of ${printable(serial)}:`, width());
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
