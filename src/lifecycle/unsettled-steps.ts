// Changes of keys that were asked for, and whose end is not on record (I16).

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyIntent, KeyStep } from './record.ts';

/** A change of a key that was asked for; what came of it is not on record. */
export interface UnsettledStep {
  readonly intent: KeyIntent;
  readonly at: Date;
}

/** The latest of each key, and its deletion: one that lands late makes the key go, whatever was asked of it since. */
export class UnsettledSteps {
  readonly #latest = new Map<AccessKeyId, UnsettledStep>();
  readonly #deletions = new Map<AccessKeyId, UnsettledStep>();

  all(): readonly UnsettledStep[] {
    return [...this.#deletions.values(), ...this.#latest.values()];
  }

  ask(asked: UnsettledStep): void {
    const { type, keyId } = asked.intent;
    if (type !== 'deleting') {
      this.#latest.set(keyId, asked);
      return;
    }
    this.#latest.delete(keyId);
    this.#deletions.set(keyId, asked);
  }

  /** The older one lapses first. */
  end({ type, keyId }: Exclude<KeyStep, KeyIntent>): void {
    const isOfDeletion = type === 'deleted' || (type === 'lapsed' && this.#deletions.has(keyId));
    if (isOfDeletion) this.#deletions.delete(keyId);
    if (!isOfDeletion || type === 'deleted') this.#latest.delete(keyId);
  }
}
