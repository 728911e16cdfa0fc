// I6: what the configuration of a run says is kept to: nobody who is exempt is touched, nothing is done in a freeze,
// nothing is begun outside its window, and no more is done than the limits allow. A run judges once, by its own clock,
// so what was so all the time while it judged is held against what it then sends.

import { isShut, type Rules } from './governed.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import type { SimKey, SimUser } from './world.ts';

interface Judged {
  readonly rules: Rules;
  readonly fromMs: number;
  readonly toMs: number;
  rotations: number;
  readonly ended: Set<string>;
}

export class Governs {
  readonly #view: View;
  readonly #judged = new Map<SimProcess, Judged>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The process knows by now what holds for each user; times are those of its clock. */
  judges(process: SimProcess, rules: Rules, [fromMs, toMs]: readonly [number, number]): void {
    this.#judged.set(process, { rules, fromMs, toMs, rotations: 0, ended: new Set() });
  }

  creates(process: SimProcess, { name }: SimUser): void {
    const judged = this.#judged.get(process);
    if (judged === undefined) return;
    this.#mayTouch(judged, name, `${process.name} makes a key of ${name}`);
    judged.rotations += 1;
    const { rotate, maxRotations = Number.POSITIVE_INFINITY } = judged.rules;
    if (this.#always(judged, (atMs) => isShut(rotate, atMs))) {
      this.#fail(`${process.name} makes a key of ${name} outside the window`);
    }
    if (judged.rotations > maxRotations) {
      this.#fail(`${process.name} makes ${judged.rotations} keys, over the limit`);
    }
  }

  deactivates(process: SimProcess, key: SimKey): void {
    const judged = this.#judged.get(process);
    if (judged === undefined) return;
    const { id, user } = key;
    this.#mayTouch(judged, user, `${process.name} makes ${id} of ${user} Inactive`);
    const last = this.#view.journal.recordsOf(user).at(-1);
    const intent = this.#view.journal.intentOf(last);
    // An undo takes a new key back, and one that was on its way goes on to its end.
    if (last?.step.type !== 'deactivating' || intent?.oldKeyFate !== 'when-quiet') return;
    const { retire, maxDeactivations = Number.POSITIVE_INFINITY } = judged.rules;
    judged.ended.add(id);
    if (this.#always(judged, (atMs) => isShut(retire, atMs))) {
      this.#fail(`${process.name} makes ${id} Inactive outside the window`);
    }
    if (judged.ended.size > maxDeactivations) {
      this.#fail(`${process.name} makes ${judged.ended.size} old keys Inactive, over the limit`);
    }
  }

  deletes(process: SimProcess, key: SimKey): void {
    const judged = this.#judged.get(process);
    if (judged === undefined) return;
    const { id, user, status, madeBy } = key;
    this.#mayTouch(judged, user, `${process.name} deletes ${id} of ${user}`);
    const isCleanUp = status === 'Inactive' && madeBy !== 'us';
    if (isCleanUp && this.#always(judged, (atMs) => isShut(judged.rules.retire, atMs))) {
      this.#fail(`${process.name} deletes ${id} outside the window`);
    }
  }

  #mayTouch(judged: Judged, user: string, what: string): void {
    const { freezes, exemptUntilMs } = judged.rules;
    const untilMs = exemptUntilMs.get(user) ?? 0;
    if (this.#always(judged, (atMs) => atMs < untilMs)) this.#fail(`${what}, who is exempt`);
    const isFrozen = freezes.some(({ fromMs, toMs }) =>
      this.#always(judged, (atMs) => fromMs <= atMs && atMs < toMs),
    );
    if (isFrozen) this.#fail(`${what} in a freeze`);
  }

  #always({ fromMs, toMs }: Judged, is: (atMs: number) => boolean): boolean {
    return is(fromMs) && is(toMs);
  }

  #fail(what: string): void {
    this.#view.fail('I6', what);
  }
}
