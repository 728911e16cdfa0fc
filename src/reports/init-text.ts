// What `keyturn init` says when the file is written: what is in it, and what to do next.

import { printable } from '../base/printable.ts';
import { pageFor, type TextStyle } from './page.ts';
import { plural } from './words.ts';

export interface InitFacts {
  readonly file: string;
  readonly usersWithKeys: number;
  readonly keys: number;
  readonly placesWithKeys: number;
  /** Each as it can be pasted. */
  readonly commands: NextCommands;
}

export interface NextCommands {
  readonly validate: string;
  readonly plan: string;
  readonly apply: string;
  /** A line of a crontab. */
  readonly daily: string;
}

export function initPage(
  { file, usersWithKeys, keys, placesWithKeys, commands }: InitFacts,
  style: TextStyle,
): string {
  const { paint, wrap } = pageFor(style);
  const about = `${printable(file)} is written: ${plural(usersWithKeys, 'user')} with ${plural(keys, 'key')}, ${plural(placesWithKeys, 'place')} that show one.`;
  return `${[paint('bold', wrap('', about)), nextSteps(commands, style)].join('\n\n')}\n`;
}

export function nextSteps(
  { validate, plan, apply, daily }: NextCommands,
  style: TextStyle,
): string {
  const { withCommand } = pageFor(style);
  return [
    withCommand('Read every rule and change what is yours to say. Then check it:', validate),
    withCommand('See what would be done, and change nothing:', plan),
    withCommand(
      'Do it: the plan is shown, and you are asked. Each run moves everything one step further:',
      apply,
    ),
    withCommand('Every day, as a line of a crontab:', daily),
  ].join('\n\n');
}

export interface ConvertedFacts {
  readonly file: string;
  readonly users: number;
  readonly places: number;
  readonly commands: NextCommands;
}

export function convertedPage(
  { file, users, places, commands }: ConvertedFacts,
  style: TextStyle,
): string {
  const { paint, wrap } = pageFor(style);
  const about = `${printable(file)} is written: ${plural(users, 'user')}, ${plural(places, 'place')}.`;
  return `${[paint('bold', wrap('', about)), nextSteps(commands, style)].join('\n\n')}\n`;
}
