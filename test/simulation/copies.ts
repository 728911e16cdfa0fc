// The copies of a new secret in custody: the last one is not removed (I3), and once a key is condemned
// there will never be another one (I10).

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { Rotation } from '../../src/lifecycle/rotation.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import type { SimKey } from './world.ts';

export class Copies {
  readonly #view: View;
  readonly #condemned = new Set<string>();

  constructor(view: View) {
    this.#view = view;
  }

  /** A process was told so; it counts once it is durable. */
  condemned(keyId: string): void {
    if (this.#view.parts.medium.isCondemned(keyId)) this.#condemned.add(keyId);
  }

  isCondemned(keyId: string): boolean {
    return this.#condemned.has(keyId);
  }

  /** I3: the copy in custody goes, so a place has the secret, and was read since the old key went. */
  isRemoved(process: SimProcess, keyId: string): void {
    const { parts, knowledge, fail } = this.#view;
    const key = parts.world.key(keyId);
    if (key === undefined || key.status !== 'Active' || key.isDeleted || this.#isReplaced(key))
      return;
    const { heldMs, changedMs } = knowledge.of(process);
    // What was undone keeps its secret where the place can be put back.
    const isUndone = this.#rotationsOf(key).some(
      (each) => each.phase === 'undone' && each.newKeyId === keyId,
    );
    const readMs = heldMs.get(keyId) ?? Number.NEGATIVE_INFINITY;
    if (!isUndone && readMs < (changedMs.get(key.user) ?? 0)) {
      fail('I3', `${process.name} did not read the place again before the copy of ${keyId} went`);
    }
    const isLostSince = (parts.vault.lostAtMs.get(keyId) ?? -1) >= readMs;
    if (parts.vault.has(keyId) || isLostSince) return;
    fail('I3', `${process.name} removes the only copy of the secret of ${keyId}`);
  }

  /** Nobody is to find it in its places any more: its readers have its successor. */
  #isReplaced(key: SimKey): boolean {
    return this.#rotationsOf(key).some(
      ({ oldKeyId, phase }) =>
        oldKeyId === key.id && (phase === 'deactivated' || phase === 'completed'),
    );
  }

  #rotationsOf({ user }: SimKey): readonly Rotation[] {
    return [...new UserHistory(this.#view.seenJournal.recordsOf(user)).rotations];
  }
}
