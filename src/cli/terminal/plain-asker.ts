// Questions as lines that stay: for a screen reader, which reads a screen that is drawn anew from its
// beginning, and for a terminal that cannot move its cursor. A list is numbered, and every answer is a word
// and Enter. Loaded only when a question is asked.
//
// Ctrl-D and an empty end of the input leave; Ctrl-C is the signal that it is for every program.

import { createInterface } from 'node:readline';
import { KeyturnError } from '../../base/errors.ts';
import { printable, printableLines } from '../../base/printable.ts';
import { wrapped } from '../../base/wrap.ts';
import type { Host } from '../host.ts';
import { type Asker, type ChooseRequest, entryOf, isYes, whyNoCode } from './asker.ts';

export function plainAsker(host: Host, signal: AbortSignal): Asker {
  const width = host.stderr.width;
  const say = (text: string): void => {
    const lines = text.split('\n').map((line) => wrapped('', line, { width }));
    host.stderr.writeNow(`${lines.join('\n')}\n`);
  };
  const ask = (question: string) => readAnswer(question, host, signal);
  return {
    choose: (request) => choose(request, ask, say),
    confirm: async (question, fallback) => {
      say(printableLines(question));
      return isYes(await ask(fallback ? 'Yes or no [Y/n]: ' : 'Yes or no [y/N]: '), fallback);
    },
    mfaCode: async (serial) => {
      say(`MFA code of ${printable(serial)}.`);
      for (;;) {
        const code = (await ask('Code: ')).trim();
        const wrong = whyNoCode(code);
        if (wrong === undefined) return code;
        say(wrong);
      }
    },
  };
}

type Ask = (question: string) => Promise<string>;

async function choose(
  { title, subtitle, choices, initial, answered }: ChooseRequest,
  ask: Ask,
  say: (text: string) => void,
): Promise<string> {
  const entries = choices.map(
    ({ name, detail }, index) => `${index + 1}. ${printable(name)}, ${printable(detail)}`,
  );
  say([title, subtitle, ...entries].join('\n'));
  const byEnter = initial ?? choices[0]?.name ?? '';
  for (;;) {
    const typed = (await ask(`Number or name [${printable(byEnter)}]: `)).trim();
    const entry =
      entryOf(typed, choices) ?? choices.find(({ name }) => name === (typed || byEnter));
    if (entry !== undefined) {
      say(answered(printable(entry.name)));
      return entry.name;
    }
    say(`"${printable(typed)}" is neither the number nor the name of an entry.`);
  }
}

/** One line of the terminal. Throws `cancelled` at its end, and the signal's reason. */
export function readAnswer(
  question: string,
  { stdin, stderr }: Host,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin.stream(), terminal: false });
    const stop = () => lines.close();
    let isAnswered = false;
    lines.once('line', (line) => {
      isAnswered = true;
      resolve(line);
      lines.close();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (isAnswered) return;
      stderr.writeNow('\n');
      reject(signal.aborted ? signal.reason : new KeyturnError('cancelled', 'nothing was changed'));
    });
    signal.addEventListener('abort', stop, { once: true });
    stderr.writeNow(question);
  });
}
