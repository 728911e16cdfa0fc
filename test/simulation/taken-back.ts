// I10: an undo makes no key Inactive that somebody works with, as far as AWS shows it, or would not show it
// yet: then its readers had it a short time ago.

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import { USE_IS_SHOWN_MS } from './stage.ts';
import type { SimKey } from './world.ts';

export class TakenBack {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  isSent(process: SimProcess, key: SimKey): void {
    const { parts, knowledge, fail } = this.#view;
    // An undo asks AWS alone, which has forgotten them.
    if (knowledge.of(process).forgotten.has(key.id)) return;
    const lookedMs = knowledge.of(process).lookedMs.get(key.id) ?? parts.schedule.nowMs;
    const usesMs = key.usesMs.filter((atMs) => atMs <= lookedMs);
    const isShown = usesMs.some((atMs) => lookedMs - atMs > USE_IS_SHOWN_MS);
    const isFresh = lookedMs - this.#deliveredMs(key) < USE_IS_SHOWN_MS;
    if (!isShown && (usesMs.length === 0 || !isFresh)) return;
    fail('I10', `${key.id}, which is in use, is taken back by an undo`);
  }

  #deliveredMs({ id, user }: SimKey): number {
    const history = new UserHistory(this.#view.journal.recordsOf(user));
    const rotation = history.rotationThatMade(id);
    const records = rotation === undefined ? [] : history.recordsOf(rotation.id);
    return records.findLast(({ step }) => step.type === 'delivered')?.at.getTime() ?? 0;
  }
}
