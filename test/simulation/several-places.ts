// A rotation to several places: the old key goes when each of them was read again with the new one (I3, I13), and a
// place that has the key by its receipt is not written again by whoever takes the rotation up.

import type { RotationStep } from '../../src/lifecycle/record.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import type { SimKey } from './world.ts';

interface OldKeyGoes {
  readonly process: SimProcess;
  readonly key: SimKey;
  readonly newKeyId: string;
  readonly intent: Extract<RotationStep, { readonly type: 'intended' }>;
}

export class SeveralPlaces {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  losesOldKey({ process, key, newKeyId, intent }: OldKeyGoes): void {
    const { parts, knowledge, fail } = this.#view;
    const { heldAtMs, signedMs } = knowledge.of(process);
    const { target, alsoTargets = [] } = intent;
    for (const { kind } of [target, ...alsoTargets]) {
      const readMs = heldAtMs.get(`${kind} ${newKeyId}`) ?? -1;
      if (readMs < (signedMs.get(newKeyId) ?? 0)) {
        fail('I13', `${process.name} did not read ${kind} again before ${key.id} went`);
      }
      if (kind !== 'sim-vault' || parts.vault.keeps(newKeyId)) continue;
      // What it lost after it was read the process could not know.
      const isLostSince = (parts.vault.lostAtMs.get(newKeyId) ?? -1) >= readMs;
      if (!isLostSince) fail('I3', `${key.id} goes, and the vault does not have ${newKeyId}`);
    }
  }

  /** A place is about to be written. */
  writes(userName: string, kind: string, keyId: string): void {
    const { parts, seenJournal, fail } = this.#view;
    if (!parts.vault.keeps(keyId)) return;
    const records = seenJournal.recordsOf(userName);
    const isOfKey = ({ rotation }: { readonly rotation: string | null }) =>
      seenJournal.newKeyOf(rotation) === keyId;
    const isPlaced = records.some(
      (record) =>
        record.step.type === 'placed' && record.step.target.kind === kind && isOfKey(record),
    );
    if (isPlaced) fail('I13', `${kind} is written again, and has ${keyId} by its receipt`);
  }
}
