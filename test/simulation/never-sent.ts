// I2: which requests for a key never left, though a process had them on record and lived to say what came
// of them. Of a process that died in between nobody can tell.

import type { JournalRecord } from '../../src/lifecycle/record.ts';

export class NeverSent {
  readonly #sent: ReadonlyMap<string, number>;
  readonly #rotations = new Set<string>();

  /** How often CreateAccessKey was sent, by rotation. */
  constructor(sent: ReadonlyMap<string, number>) {
    this.#sent = sent;
  }

  /** What a process has recorded about a user whom it now leaves. */
  recorded(records: readonly JournalRecord[]): void {
    for (const { rotation, step } of records) {
      if (rotation === null || step.type !== 'closed' || this.#sent.has(rotation)) continue;
      const isItsOwn = records.some(
        (other) => other.rotation === rotation && other.step.type === 'intended',
      );
      if (isItsOwn) this.#rotations.add(rotation);
    }
  }

  has(rotation: string | null): boolean {
    return rotation !== null && this.#rotations.has(rotation);
  }
}
