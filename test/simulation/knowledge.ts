// What the referee knows that every process knows.

import type { SimProcess } from './machine.ts';
import type { SimUser } from './world.ts';

export interface KnowledgeOfProcess {
  /** Users whose keys it has read inside its critical section. */
  readonly listed: Set<string>;
  readonly viewMs: Map<string, number>;
  /** When it entered the critical section of a user. */
  readonly enteredMs: Map<string, number>;
  /** When AWS had accepted a new key several times in a row. */
  readonly signedMs: Map<string, number>;
  readonly heldMs: Map<string, number>;
  /** The same of each place of the rotation, by its kind. */
  readonly heldAtMs: Map<string, number>;
  /** When it read what the secret of a user gives to readers. */
  readonly placeReadMs: Map<string, number>;
  /** When it asked for the last use of a key. */
  readonly lookedMs: Map<string, number>;
  /** When it asked, and AWS did not tell. */
  readonly unreadMs: Map<string, number>;
  /** Keys of which AWS told it of no use the last time, although there were some. */
  readonly forgotten: Set<string>;
  /** When it had read what was remembered of keys. */
  openedMs: number;
  /** When it last heard that AWS had changed a key of the user. */
  readonly changedMs: Map<string, number>;
  readonly inARow: Map<string, number>;
  /** AWS does not tell it how many users there are. */
  isCountDenied: boolean;
  /** Whom AWS left out when it named the users. */
  readonly leftOut: Set<SimUser>;
}

export class Knowledge {
  readonly #processes = new Map<SimProcess, KnowledgeOfProcess>();

  of(process: SimProcess): KnowledgeOfProcess {
    let known = this.#processes.get(process);
    if (known === undefined) {
      known = {
        listed: new Set(),
        viewMs: new Map(),
        enteredMs: new Map(),
        signedMs: new Map(),
        heldMs: new Map(),
        heldAtMs: new Map(),
        placeReadMs: new Map(),
        lookedMs: new Map(),
        unreadMs: new Map(),
        forgotten: new Set(),
        openedMs: 0,
        changedMs: new Map(),
        inARow: new Map(),
        isCountDenied: false,
        leftOut: new Set(),
      };
      this.#processes.set(process, known);
    }
    return known;
  }
}
