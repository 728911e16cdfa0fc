// The copies of a new secret in custody: the last one is not removed (I3), and once a key is condemned
// there will never be another one (I10).

import { UserHistory } from '../../src/lifecycle/history.ts';
import { CONDEMNED } from '../../src/state/files/custody.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import { STATE_DIR } from './stage.ts';
import { ACCOUNT, type SimKey } from './world.ts';

export class Copies {
  readonly #view: View;
  readonly #condemned = new Set<string>();

  constructor(view: View) {
    this.#view = view;
  }

  /** A process was told so; it counts when the disk has it. */
  condemned(keyId: string): void {
    const mark = `${STATE_DIR}/${ACCOUNT}/handoff/${keyId}${CONDEMNED}`;
    if (this.#view.parts.disk.durableContent(mark) !== undefined) this.#condemned.add(keyId);
  }

  isCondemned(keyId: string): boolean {
    return this.#condemned.has(keyId);
  }

  /** I3: the copy in custody goes, so a place has the secret, or had it when the process looked. */
  isRemoved(process: SimProcess, keyId: string): void {
    const { parts, fail } = this.#view;
    const key = parts.world.key(keyId);
    if (key === undefined || key.status !== 'Active' || key.isDeleted) return;
    if (parts.vault.has(keyId) || this.#isLostSince(process, keyId) || this.#isReplaced(key))
      return;
    fail('I3', `${process.name} removes the only copy of the secret of ${keyId}`);
  }

  #isLostSince(process: SimProcess, keyId: string): boolean {
    const { parts, knowledge } = this.#view;
    const lostMs = parts.vault.lostAtMs.get(keyId) ?? -1;
    return lostMs >= (knowledge.of(process).heldMs.get(keyId) ?? Number.POSITIVE_INFINITY);
  }

  /** Nobody is to find it in its places any more: its readers have its successor. */
  #isReplaced({ id, user }: SimKey): boolean {
    const { rotations } = new UserHistory(this.#view.seenJournal.recordsOf(user));
    return [...rotations].some(
      ({ oldKeyId, phase }) =>
        oldKeyId === id && (phase === 'deactivated' || phase === 'completed'),
    );
  }
}
