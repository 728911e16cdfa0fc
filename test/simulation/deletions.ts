// Which deletions the referee lets pass, at the moment when they are sent: of a key that is discarded
// because nobody has its secret (I2, I6, I10, I13), and of one that is cleaned up (I5, I6).

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { AccessKey } from '../../src/lifecycle/keys.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import type { Copies } from './copies.ts';
import { isNamed } from './journal-view.ts';
import type { SimProcess } from './machine.ts';
import type { Quiet } from './quiet.ts';
import type { View } from './referee.ts';
import { CLOCK_TOLERANCE_MS, DAY_MS, HOLD_DAYS, IDLE_DAYS, USE_IS_SHOWN_MS } from './stage.ts';
import type { SimKey } from './world.ts';

/** Why a key is discarded whose secret was never stored: the run that made it takes it back. */
const TAKEN_BACK = 'hand-off failed';

export class Deletions {
  readonly #view: View;
  readonly #copies: Copies;
  readonly #quiet: Quiet;
  /** Keys made by hand that looked like ours; and those of them whose use AWS did not show yet. */
  mistaken = 0;
  mistakenInUse = 0;
  /** When a process had on disk that it knew of a key as Active. */
  readonly #seenActiveMs = new Map<string, number>();

  /** When somebody first saw a key as Inactive, after it was last on disk as Active. */
  readonly #seenInactiveMs = new Map<string, number>();

  constructor(view: View, copies: Copies, quiet: Quiet) {
    this.#view = view;
    this.#copies = copies;
    this.#quiet = quiet;
  }

  /** A process reads the keys of a user. */
  listed(keys: readonly AccessKey[]): void {
    for (const { id, status } of keys) {
      const isFirst = status === 'Inactive' && !this.#seenInactiveMs.has(id);
      if (isFirst) this.#seenInactiveMs.set(id, this.#nowMs);
    }
  }

  sightingsSaved(keyIds: Iterable<string>, atMs: number): void {
    for (const keyId of keyIds) {
      this.#seenActiveMs.set(keyId, Math.max(atMs, this.#seenActiveMs.get(keyId) ?? 0));
      const inactiveMs = this.#seenInactiveMs.get(keyId);
      if (inactiveMs !== undefined && inactiveMs <= atMs) this.#seenInactiveMs.delete(keyId);
    }
  }

  /** A verdict of a run that died is read by the next one, which need not write it again. */
  isSent(process: SimProcess, key: SimKey): void {
    const { seenJournal, fail } = this.#view;
    const records = seenJournal.recordsOf(key.user);
    const verdict = records.findLast(
      ({ step }) =>
        (step.type === 'discarding' || step.type === 'deleting') && step.keyId === key.id,
    );
    if (verdict === undefined) {
      fail('I13', `${key.id} is deleted and no verdict stands on disk`);
    } else if (verdict.step.type === 'discarding') {
      this.#mayDiscard(process, key, { ...verdict, reason: verdict.step.reason });
    } else {
      this.#mayCleanUp(process, key);
    }
  }

  #mayDiscard(
    process: SimProcess,
    key: SimKey,
    { rotation, reason }: Pick<JournalRecord, 'rotation'> & { readonly reason: string },
  ): void {
    const { parts, seenJournal, neverSent, fail } = this.#view;
    // Made by hand in the minutes of a lost answer, and no use of it is shown: nothing tells it apart,
    // and a person may say that it was not.
    const isByWord = seenJournal
      .recordsOf(key.user)
      .some(({ step }) => step.type === 'orphan-named' && step.keyId === key.id);
    if (key.madeBy !== 'us' && !isByWord) this.mistaken += 1;
    if (key.madeBy !== 'us' && !isByWord && key.usesMs.length > 0) this.mistakenInUse += 1;
    // I2: what was never sent cannot have made a key.
    if (key.madeBy !== 'us' && neverSent.has(rotation)) {
      fail('I2', `${key.id} of a person is discarded for a request that was never sent`);
    }
    const { usesMs } = this.#quiet.knownUses(key, process);
    if (usesMs.some((atMs) => this.#nowMs - atMs > USE_IS_SHOWN_MS)) {
      fail('I6', `${key.id}, which is in use, is discarded by ${process.name}`);
    }
    // I10: who holds the secret is asked of every place.
    if (parts.vault.serves(key)) {
      fail('I10', `${key.id}, which a place holds, is discarded by ${process.name}`);
    }
    // I10: that nobody can store its secret any more stands on disk before the key goes.
    if (reason !== TAKEN_BACK && !this.#copies.isCondemned(key.id)) {
      fail('I10', `${key.id} is discarded by ${process.name}, and its secret may still be stored`);
    }
    if (!isNamed(seenJournal.recordsOf(key.user), key.id) && reason !== TAKEN_BACK) {
      fail('I13', `${key.id} was found and is discarded without a verdict of its own`);
    }
  }

  /** I5, I6. */
  #mayCleanUp(process: SimProcess, key: SimKey): void {
    const { parts, knowledge, fail } = this.#view;
    if (!parts.settings.cleansUp) fail('I6', `${key.id} is cleaned up, and nobody asked`);
    const viewMs = knowledge.of(process).viewMs.get(key.user) ?? 0;
    if (key.status === 'Active' && (key.operatorTouchedMs ?? -1) < viewMs) {
      fail('I5', `${key.id} is deleted while it is Active`);
      return;
    }
    if (key.deactivated?.by === process.name) {
      fail('I5', `${key.id} is deleted by the run that made it Inactive`);
    }
    this.#isNotTheOnlyKey(key, viewMs);
    const heldMs = this.#nowMs - this.#holdBeganMs(key, process);
    if (heldMs < HOLD_DAYS * DAY_MS - CLOCK_TOLERANCE_MS) {
      const days = (heldMs / DAY_MS).toFixed(1);
      fail('I5', `${key.id} is deleted after ${days} days; the hold is ${HOLD_DAYS}`);
    }
  }

  /**
   * The hold begins with the deactivation that is on record, and of a key that somebody else made Inactive when
   * keyturn first sees it so. One that is idle for long may go at first sight. What was made Active and Inactive
   * again between two looks, and not used, nobody could see.
   */
  #holdBeganMs(key: SimKey, process: SimProcess): number {
    const { usesMs } = this.#quiet.knownUses(key, process);
    const shownMs = usesMs.filter((atMs) => this.#nowMs - atMs > USE_IS_SHOWN_MS);
    // As far as AWS shows it.
    const lastOfUseMs = Math.max(key.createdAtMs, ...shownMs);
    const isIdle = this.#nowMs - lastOfUseMs >= IDLE_DAYS * DAY_MS - CLOCK_TOLERANCE_MS;
    const seenActiveMs = this.#seenActiveMs.get(key.id) ?? 0;
    const firstSightMs = isIdle ? 0 : (this.#seenInactiveMs.get(key.id) ?? this.#nowMs);
    const recordedMs = this.#recordedMs(key);
    const isRecorded = recordedMs !== undefined && recordedMs > seenActiveMs;
    const inactiveMs = isRecorded ? recordedMs : firstSightMs;
    return Math.max(key.createdAtMs, inactiveMs, seenActiveMs, ...shownMs);
  }

  #recordedMs({ id, user }: SimKey): number | undefined {
    const history = new UserHistory(this.#view.seenJournal.recordsOf(user));
    return history.deactivatedAt(id)?.getTime();
  }

  /** I5; a person may have deleted the other one since the process looked. */
  #isNotTheOnlyKey(key: SimKey, viewMs: number): void {
    const { parts, fail } = this.#view;
    const user = parts.world.user(key.user);
    const isByPerson = user.keys.some(({ operatorDeletedMs = -1 }) => operatorDeletedMs >= viewMs);
    if (parts.world.present(user).length > 1 || isByPerson) return;
    fail('I5', `${key.id}, the only key of ${user.name}, is deleted`);
  }

  get #nowMs(): number {
    return this.#view.parts.schedule.nowMs;
  }
}
