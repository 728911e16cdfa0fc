// The demo's own voice, between the outputs of the commands that it runs.

import { styleText } from 'node:util';
import type { Mark } from './timeline.ts';

const WIDTH_MAX = 92;

const COLOURS: Readonly<Record<Mark, readonly ('cyan' | 'dim' | 'yellow' | 'bold')[]>> = {
  used: ['bold', 'cyan'],
  idle: ['dim'],
  inactive: ['yellow'],
  deleted: [],
};

export class Narrator {
  readonly #stream: NodeJS.WriteStream;
  readonly #colour: boolean;
  readonly #width: number;
  #picture: readonly string[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#colour = stream.isTTY === true && stream.hasColors();
    this.#width = Math.min(stream.columns ?? 80, WIDTH_MAX);
  }

  title(text: string): void {
    this.#write(`\n${this.#paint(['bold'], text)}\n`);
  }

  step(text: string): void {
    const rule = '─'.repeat(Math.max(2, this.#width - text.length - 4));
    this.#write(`\n${this.#paint(['bold', 'cyan'], `── ${text} ${rule}`)}\n`);
  }

  say(text: string): void {
    this.#write(`${wrap(text, '', '', this.#width)}\n`);
  }

  /** The command that runs next. */
  command(text: string): void {
    this.#write(`\n${this.#paint(['bold'], `$ ${text}`)}\n`);
  }

  /** A claim that was checked. */
  proved(text: string): void {
    const lines = wrap(text, '✓ ', '  ', this.#width);
    this.#write(`${this.#paint(['green'], '✓')}${lines.slice(1)}\n`);
  }

  item(text: string): void {
    this.#write(`${wrap(text, '  ', '  ', this.#width)}\n`);
  }

  lines(lines: readonly string[]): void {
    this.#write(lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join(''));
  }

  /**
   * A picture that grows: on a terminal it is drawn again where it stands, anywhere else only when it is
   * whole. `endPicture` ends it.
   */
  picture(lines: readonly string[]): void {
    if (this.#stream.isTTY === true) {
      if (this.#picture.length > 0) this.#write(`\u001b[${this.#picture.length}A\u001b[J`);
      this.lines(lines);
    }
    this.#picture = lines;
  }

  endPicture(): void {
    if (this.#stream.isTTY !== true) this.lines(this.#picture);
    this.#picture = [];
  }

  /** Signs of the picture in their colour. */
  painted(mark: Mark, text: string): string {
    return this.#paint(COLOURS[mark], text);
  }

  gap(): void {
    this.#write('\n');
  }

  #paint(formats: readonly string[], text: string): string {
    return this.#colour
      ? formats.reduce((painted, format) => styleText(format as 'bold', painted), text)
      : text;
  }

  #write(text: string): void {
    this.#stream.write(text);
  }
}

/** Breaks at spaces so that no line is longer than `width`, as far as words allow. */
export function wrap(text: string, first: string, rest: string, width: number): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}
