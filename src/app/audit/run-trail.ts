// The audit trail of an account, for the run that works there: what it decided, beside what the journal tells.

import type { Clock } from '../../base/clock.ts';
import { toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { AuditTrail } from '../../state/state-store.ts';
import { type RunBeginning, type RunEnding, runBegan, runEnded } from './run-decisions.ts';

export class RunTrail {
  readonly #clock: Clock;
  readonly #emit: EventSink;
  /** Once the run works in the account; a dry run leaves no trace. */
  #trail: AuditTrail | undefined;

  constructor({ clock, emit }: { readonly clock: Clock; readonly emit: EventSink }) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Where nothing is to be done the one line at the end says so. */
  async begin(trail: AuditTrail, beginning: Omit<RunBeginning, 'at'>): Promise<void> {
    this.#trail = trail;
    if (beginning.candidates === 0) return;
    // A trail that cannot be written is told by the first step that must not be done then.
    await trail.tell([runBegan({ at: this.#clock.now(), ...beginning })]).catch(() => undefined);
  }

  /** Never throws: what cannot be told now is told by the next run, as far as the journal has it. */
  async end(ending: Omit<RunEnding, 'at'>): Promise<void> {
    try {
      await this.#trail?.tell(runEnded({ at: this.#clock.now(), ...ending }));
    } catch (thrown) {
      const { code, message: reason } = toKeyturnError(thrown);
      this.#emit({ code: code === 'trail-damaged' ? 'trail-stopped' : 'trail-behind', reason });
    }
  }
}
