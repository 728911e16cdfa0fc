// Whether what a plan names of one key is, as a whole, what keyturn would do with it (I18). A plan that somebody has
// edited is found out before anything is done, and not once a key is made and the next step turns out not to be named.

import { HOOK_WORDS } from './hooks.ts';
import { isSameStep, type PlanStep } from './plan-step.ts';

const BEFORE = `${HOOK_WORDS['before-retire']} `;
const AFTER = `${HOOK_WORDS['after-retire']} `;

/**
 * What is done with one key, in the order of planned-steps.ts: a rotation that begins, one that goes on, a key that
 * is deleted or made Active again, an undo that goes on. A letter for each step: see `letterOf`.
 */
const FORMS = /^(?:m*cpd+h*(?:b*xw*)?|p?d*h*(?:b*xw*)?|l|k|r|r?u*y?)$/;

/** Whether keyturn could have planned these steps of the key, whatever it is. */
export function isPlannable(keyId: string, steps: readonly PlanStep[]): boolean {
  return FORMS.test(steps.map((step) => letterOf(step, keyId)).join(''));
}

function letterOf(step: PlanStep, keyId: string): string {
  const isOwn = step.keyId === keyId;
  switch (step.do) {
    case 'make-place':
      return 'm';
    case 'create':
      return isOwn ? 'c' : '?';
    case 'prove':
      return 'p';
    case 'deliver':
      return 'd';
    case 'hook':
      return step.name?.startsWith(BEFORE) ? 'b' : step.name?.startsWith(AFTER) ? 'w' : 'h';
    // The key that an undo takes back is another one.
    case 'deactivate':
      return isOwn ? 'x' : 'y';
    case 'delete':
      return isOwn ? 'l' : '?';
    case 'discard':
      return isOwn ? 'k' : '?';
    case 'reactivate':
      return 'r';
    case 'put-back':
      return 'u';
  }
}

/**
 * How the steps that a plan names differ from those that are decided now, in words; none where they do not. The end
 * of the old key comes and goes with time: a window opens, a use is seen. Nothing else does.
 */
export function differentSteps(
  named: readonly PlanStep[],
  decided: readonly PlanStep[],
  isBegun: boolean,
): readonly string[] {
  const [planned, now] = [partsOf(named), partsOf(decided)];
  // Nothing is done of what is not decided any more, and nothing of what was not planned yet.
  if (planned.body.length === 0 || now.body.length === 0) return ofEnds(planned.end, now.end);
  const lacking = notIn(planned.body, now.body);
  // What this very plan has done already is decided no more; a place that was to be made may be there by now.
  const besides = notIn(now.body, planned.body).filter(
    (step) => !isBegun && step.do !== 'make-place',
  );
  const isInOrder = isSameOrder(now.body, planned.body);
  return [
    ...lacking.map((step) => `the plan lacks: ${wordsOf(step)}`),
    ...besides.map((step) => `the plan names what is not to be done: ${wordsOf(step)}`),
    ...(lacking.length + besides.length === 0 && !isInOrder
      ? ['its steps have another order']
      : []),
    ...ofEnds(planned.end, now.end),
  ];
}

/** Without the end of the old key, and who is asked before and watches after. */
export function bodyOf(steps: readonly PlanStep[]): readonly PlanStep[] {
  return partsOf(steps).body;
}

interface Parts {
  readonly body: readonly PlanStep[];
  /** The end of the old key, with who is asked before and who watches after. */
  readonly end: readonly PlanStep[];
}

function partsOf(steps: readonly PlanStep[]): Parts {
  const from = steps.findIndex(isOfEnd);
  return from === -1
    ? { body: steps, end: [] }
    : { body: steps.slice(0, from), end: steps.slice(from) };
}

function isOfEnd({ do: word, name = '' }: PlanStep): boolean {
  return word === 'deactivate' || (word === 'hook' && name.startsWith(BEFORE));
}

function ofEnds(planned: readonly PlanStep[], now: readonly PlanStep[]): readonly string[] {
  if (planned.length === 0 || now.length === 0) return [];
  return [
    ...notIn(planned, now).map((step) => `the plan lacks: ${wordsOf(step)}`),
    ...notIn(now, planned).map((step) => `the plan names what is not to be done: ${wordsOf(step)}`),
  ];
}

/** Those of `steps` that are not among `others`. */
function notIn(others: readonly PlanStep[], steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.filter((step) => !others.some((other) => isSameStep(other, step)));
}

function isSameOrder(some: readonly PlanStep[], all: readonly PlanStep[]): boolean {
  const places = some.map((step) => all.findIndex((other) => isSameStep(other, step)));
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1));
}

function wordsOf({ do: word, keyId, place, name }: PlanStep): string {
  return [word, keyId ?? place ?? name].join(' ').trim();
}
