// Runs a behaviour script. A script is a text file: a title and an explanation as comments (#), then
// one directive per line, in plain English; a line that no directive knows fails the script. The
// directives are in arrange.ts and report.ts (the scene), act.ts (the runs), checks.ts (what must be
// true), destinations.ts (secrets and parameters), files.ts (places that are files), sign-in.ts (who signs the calls) and state.ts (what a
// state directory can go through).

import { readFileSync } from 'node:fs';
import { ACT } from './act.ts';
import { ARRANGE } from './arrange.ts';
import { CHECKS, checkNobodyIsLockedOut } from './checks.ts';
import { DESTINATIONS } from './destinations.ts';
import { FILES } from './files.ts';
import { REPORT } from './report.ts';
import { checkSecrets } from './secrets.ts';
import { SIGN_IN } from './sign-in.ts';
import { Stage } from './stage.ts';
import { STATE } from './state.ts';

export interface Directive {
  /** How it is written. */
  readonly usage: string;
  readonly pattern: RegExp;
  /** Gets the groups of the pattern; a group that did not take part is empty. */
  readonly perform: (stage: Stage, ...groups: string[]) => unknown;
}

export const DIRECTIVES: readonly Directive[] = [
  ...ARRANGE,
  ...REPORT,
  ...ACT,
  ...CHECKS,
  ...DESTINATIONS,
  ...FILES,
  ...SIGN_IN,
  ...STATE,
];

export interface Script {
  readonly title: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

/** Throws a RangeError for a script without a title or with a line that is no directive. */
export function parseScript(text: string): Script {
  const all = text.split('\n').map((line, index) => ({ number: index + 1, text: line.trim() }));
  const title = /^# (.+)$/.exec(all[0]?.text ?? '')?.[1];
  if (title === undefined) throw new RangeError('a script begins with its title: # …');
  const lines = all.filter(({ text: line }) => line !== '' && !line.startsWith('#'));
  for (const { number, text: line } of lines) {
    if (!DIRECTIVES.some(({ pattern }) => pattern.test(line))) {
      throw new RangeError(`line ${number} is no directive: ${line}`);
    }
  }
  return { title, lines };
}

export async function runScript(path: string): Promise<void> {
  const { lines } = parseScript(readFileSync(path, 'utf8'));
  const stage = await Stage.open();
  try {
    for (const line of lines) await perform(stage, line.text, `${path}:${line.number}`);
    checkNobodyIsLockedOut(stage);
    checkSecrets(stage);
  } finally {
    await stage.close();
  }
}

async function perform(stage: Stage, line: string, place: string): Promise<void> {
  try {
    const text = stage.expand(line);
    // Labels have slashes, key IDs have none, so a line is the same directive before and after.
    const directive = DIRECTIVES.find(({ pattern }) => pattern.test(text));
    if (directive === undefined) throw new RangeError(`no directive knows it as "${text}"`);
    const groups = directive.pattern.exec(text)?.slice(1) ?? [];
    await directive.perform(stage, ...groups.map((group) => group ?? ''));
  } catch (thrown) {
    if (thrown instanceof Error) thrown.message = `${place}: ${line}\n${thrown.message}`;
    throw thrown;
  }
}
