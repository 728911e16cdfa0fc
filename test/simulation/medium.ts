// Where the state of a seed is kept, as the referee and the people of the simulation look at it: past the code
// that keeps it there.

import type { JournalView } from './journal-view.ts';
import type { SimKey } from './world.ts';

export interface Medium {
  /** The journal as a power cut would leave it. */
  readonly durable: JournalView;
  /** The journal as every process sees it. */
  readonly seen: JournalView;
  /** Whether the secret of the key is in custody, whatever is cut off now. */
  keeps(key: SimKey): boolean;
  /** Whether a person who looks finds it there. */
  shows(key: SimKey): boolean;
  /** A person takes it out. */
  remove(key: SimKey): void;
  /** Whether it is a fact for good that nobody has the secret of the key. */
  isCondemned(keyId: string): boolean;
  /** Whether anything is remembered of when keys were seen. */
  readonly hasSightings: boolean;
  /** Something was lost: whatever was read before is read anew. */
  forget(): void;
  /** The audit trail as every process sees it, line by line. */
  trail(): string;
  /** Everything in which no secret may be, with what it is called. */
  texts(): Iterable<readonly [place: string, text: string | Buffer]>;
}
