// I15: no run makes an old key Inactive whose readers it promised to tell and did not, or about which somebody who
// is asked has not said yes. I10: what goes wrong once an old key is Inactive brings it back. I1: what may be done
// once is done once.

import type { JournalRecord } from '../../src/lifecycle/record.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import type { SimHooks } from './sim-hooks.ts';
import type { SimKey } from './world.ts';

/** A person's word about a hook, which decides nothing about keys. */
export function isAnswer(step: JournalRecord['step']): boolean {
  return step.type === 'hook-ended' && step.by === 'operator';
}

export class Hooked {
  readonly #view: View;
  readonly #hooks: SimHooks | undefined;

  constructor(view: View, hooks: SimHooks | undefined) {
    this.#view = view;
    this.#hooks = hooks;
  }

  /** A run asks AWS to make the old key of a rotation Inactive, as the record says. */
  cutIsSent(process: SimProcess, key: SimKey, last: JournalRecord): void {
    const hooks = this.#hooks;
    const { rotation, step } = last;
    const isOfRun = step.type === 'deactivating' && step.by === undefined;
    if (hooks === undefined || rotation === null || !isOfRun) return;
    const { hooks: promised = [] } = this.#view.journal.intentOf(last) ?? {};
    const what = `${key.id} is made Inactive by ${process.name}, and`;
    if (promised.includes('after-deliver') && !hooks.told.has(rotation)) {
      this.#view.fail('I15', `${what} its readers were not told of the new key`);
    }
    if (promised.includes('before-retire') && !hooks.hasAgreed(process, rotation)) {
      this.#view.fail('I15', `${what} whoever is asked has not said yes`);
    }
  }

  comesToRest(): void {
    const { world } = this.#view.parts;
    for (const [id, rotation] of this.#hooks?.red ?? []) {
      const key = world.key(id);
      if (key === undefined || key.operatorTouchedMs !== undefined) continue;
      // What brought it back is over: a later rotation has made it Inactive for a reason of its own.
      if (this.#view.journal.isCutAnew(id, rotation)) continue;
      if (key.isDeleted || key.status === 'Inactive') {
        this.#view.fail('I10', `at rest ${id} is not Active, though its watch was red`);
      }
    }
    for (const [rotation, times] of this.#hooks?.told ?? []) {
      if (times > 1 && this.#hooks?.isRepeatable === false) {
        const what = `the readers of rotation ${rotation} are told ${times} times, which may be done once`;
        this.#view.fail('I1', what);
      }
    }
  }
}
