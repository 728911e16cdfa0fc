// I10: an undo makes no key Inactive that somebody works with, as far as AWS shows it, or would not show it
// yet: then its readers had it a short time ago; and the key that it goes back to works, whatever lands late.

import { UserHistory } from '../../src/lifecycle/history.ts';
import { QUIET_DAYS } from '../../src/lifecycle/retire-policy.ts';
import type { SimProcess } from './machine.ts';
import type { Quiet } from './quiet.ts';
import type { View } from './referee.ts';
import { DAY_MS, USE_IS_SHOWN_MS } from './stage.ts';
import type { SimKey, SimUser } from './world.ts';

export class TakenBack {
  readonly #view: View;
  readonly #quiet: Quiet;

  constructor(view: View, quiet: Quiet) {
    this.#view = view;
    this.#quiet = quiet;
  }

  isSent(process: SimProcess, key: SimKey): void {
    const { parts, knowledge, fail } = this.#view;
    const lookedMs = knowledge.of(process).lookedMs.get(key.id) ?? parts.schedule.nowMs;
    const usesMs = this.#quiet.knownUses(key, process).usesMs.filter((atMs) => atMs <= lookedMs);
    const isShown = usesMs.some((atMs) => {
      return lookedMs - atMs > USE_IS_SHOWN_MS && lookedMs - atMs < QUIET_DAYS * DAY_MS;
    });
    const isFresh = lookedMs - this.#deliveredMs(key) < USE_IS_SHOWN_MS;
    if (!isShown && (usesMs.length === 0 || !isFresh)) return;
    fail('I10', `${key.id}, which is in use, is taken back by an undo`);
  }

  /** I10: when all has come to rest, a key that an undo went back to works, unless it was asked to go since. */
  comesToRest(user: SimUser): void {
    const { parts, journal, fail } = this.#view;
    if (user.isOperatorTouched) return;
    const records = journal.recordsOf(user.name);
    for (const rotation of new UserHistory(records).rotations) {
      if (rotation.phase !== 'undone') continue;
      const key = parts.world.key(rotation.undo.toKeyId);
      if (key === undefined || key.isDeleted || key.status === 'Active') continue;
      const undone = records.findLastIndex(
        ({ rotation: id, step }) => id === rotation.id && step.type === 'undone',
      );
      const isAsked = records.slice(undone).some((record) => {
        const { step } = record;
        if (step.type === 'retiring') return step.keyId === key.id;
        return step.type === 'deactivating' && journal.intentOf(record)?.oldKeyId === key.id;
      });
      if (!isAsked) fail('I10', `at rest ${key.id} is Inactive, to which an undo went back`);
    }
  }

  #deliveredMs({ id, user }: SimKey): number {
    const history = new UserHistory(this.#view.journal.recordsOf(user));
    const rotation = history.rotationThatMade(id);
    const records = rotation === undefined ? [] : history.recordsOf(rotation.id);
    return records.findLast(({ step }) => step.type === 'delivered')?.at.getTime() ?? 0;
  }
}
