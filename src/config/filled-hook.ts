// A hook for one user: what is asked, how it is known again, and how it is told. Nothing is run here.

import { createHash } from 'node:crypto';
import { shellWords } from '../base/shell-words.ts';
import type { HookModel, WatchModel } from './hooks-model.ts';
import type { HookSettings } from './hooks-settings.ts';
import { filledWord, type TemplateFacts } from './place-template.ts';

const TIMEOUT_S = 60;
const LABEL_LENGTH_MAX = 200;

export type Method = NonNullable<HookModel['method']>;

/** What a call is where nothing else is said: telling and asking are no reading, watching is. */
export const USUAL_METHODS = {
  after_deliver: 'POST',
  before_retire: 'POST',
  after_retire: 'GET',
} as const satisfies Record<string, Method>;

export interface FilledHook {
  /** Tells it from every other one: a digest of what it does. */
  readonly mark: string;
  readonly label: string;
  readonly isRepeatable: boolean;
  readonly timeoutS: number;
  readonly words: readonly string[] | undefined;
  readonly url: string | undefined;
  readonly method: Method;
  /** A reference to a credential. */
  readonly auth: string | undefined;
  readonly alarm: string | undefined;
  readonly region: string | undefined;
}

export type AnyHook = HookModel & Partial<Pick<WatchModel, 'alarm' | 'region'>>;

export interface FillingHook {
  readonly facts: TemplateFacts;
  /** The region of the run. */
  readonly region: string;
  readonly usual: Method;
}

/** Throws `not-deliverable` for a placeholder that does not fit the user. */
export function filledHook(hook: AnyHook, { facts, region, usual }: FillingHook): FilledHook {
  const { run, call, method = usual, auth, alarm, timeout_s: timeoutS = TIMEOUT_S } = hook;
  const words = run?.map((word) => filledWord(word, facts, { region }));
  const url = call && filledWord(call, facts, { region, encode: encodeURIComponent });
  const what = { words, url, method, alarm, region: hook.region };
  return {
    ...{ ...what, auth, timeoutS, isRepeatable: hook.retry ?? false },
    // What it does, and not how long it may take or with whose credential.
    mark: createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16),
    label: labelOf({ run: words, call: url, method, alarm }),
  };
}

/** What it does, for people: without the query of an address, which may hold anything (I8). */
function labelOf({ run, call, method = 'POST', alarm = '' }: AnyHook): string {
  if (run !== undefined) return shellWords(run, 'linux').slice(0, LABEL_LENGTH_MAX);
  if (call === undefined) return `alarm ${alarm}`;
  return `${method} ${call.split('?', 1)[0]}`.slice(0, LABEL_LENGTH_MAX);
}

export interface WrittenHook {
  readonly on: keyof typeof USUAL_METHODS;
  readonly hook: string;
}

/** The hooks of a rule as they are written, with their placeholders. */
export function writtenHooks({
  afterDeliver,
  beforeRetire,
  afterRetire,
}: HookSettings): readonly WrittenHook[] {
  const written = (on: WrittenHook['on'], hooks: readonly AnyHook[]): readonly WrittenHook[] =>
    hooks.map((hook) => ({ on, hook: labelOf({ method: USUAL_METHODS[on], ...hook }) }));
  return [
    ...written('after_deliver', afterDeliver.value),
    ...written('before_retire', beforeRetire.value),
    ...written('after_retire', afterRetire.value),
  ];
}
