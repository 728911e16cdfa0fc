// When the audit trail of an account is written, whatever the store: the line that announces a change before the
// change, and what came of it soon after. One write tells all that was recorded until then, whoever waits for it, so
// users who are worked on at the same time share it.

import type { KeyStep, RotationStep } from '../lifecycle/record.ts';
import { type Actor, type Decision, decided, isIntent } from '../lifecycle/trail/fact.ts';
import type { TrailFact } from '../lifecycle/trail/line.ts';

/** Adds all that is recorded and not told yet, then these. */
export type WriteTrail = (facts: readonly TrailFact[]) => Promise<void>;

interface Waiting {
  readonly facts: readonly TrailFact[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class TrailWriter {
  readonly #write: WriteTrail;
  readonly #rest: () => Promise<void>;
  readonly #actor: Actor;
  #waiting: Waiting[] = [];
  #isWriting = false;
  /** The first look, at which it begins: before the first record of this process. */
  #opening: Promise<void> | undefined;
  #isFailing = false;
  /** Why, where it is failing. */
  #failure: unknown;
  /** Whether something is recorded that was not told. */
  #isBehind = false;
  #atWork = 0;

  /** `rest` is called when nothing is written any more for now; it never rejects. */
  constructor(actor: Actor, write: WriteTrail, rest: () => Promise<void> = async () => {}) {
    this.#actor = actor;
    this.#write = write;
    this.#rest = rest;
  }

  /** As AuditTrail has it. */
  async tell(decisions: readonly Decision[]): Promise<void> {
    const facts = decisions.map((decision) => decided(decision, this.#actor));
    const told = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ facts, resolve, reject });
    });
    if (!this.#isWriting) void this.#writeWaiting();
    await told;
  }

  /** Asked before a step is recorded. Throws where it announces a change and cannot be told. */
  async before(step: RotationStep | KeyStep): Promise<void> {
    const isDemanded = isIntent(step);
    // Whatever is recorded first waits for it too, or it would be older than the trail.
    const isFirst = this.#opening === undefined;
    this.#opening ??= this.tell([]).catch(() => undefined);
    await this.#opening;
    // Whatever else is recorded has happened: the journal must have it.
    if (isDemanded && this.#isFailing && !isFirst) await this.tell([]);
    if (isDemanded && this.#isFailing) throw this.#failure;
  }

  /** Asked once a step is recorded. Throws as before() does. */
  async after(step: RotationStep | KeyStep): Promise<void> {
    this.#isBehind = true;
    if (isIntent(step)) await this.tell([]);
  }

  /** What a dead process left is there to be told. */
  noteBehind(): void {
    this.#isBehind = true;
  }

  /** Tells what is left when nobody is at work any more. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#atWork += 1;
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
      // What cannot be told now is told by the next run.
      if (this.#atWork === 0 && this.#isBehind) await this.tell([]).catch(() => undefined);
      else if (this.#atWork === 0 && !this.#isWriting) await this.#rest();
    }
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#write(batch.flatMap(({ facts }) => facts));
      this.#isFailing = false;
      return undefined;
    } catch (error) {
      this.#isFailing = true;
      this.#failure = error;
      this.#isBehind = true;
      return { error };
    }
  }

  /** Never rejects: each failure goes to those who wait for what was to be told. */
  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      this.#isBehind = false;
      const failure = await this.#writeBatch(batch);
      if (this.#atWork === 0 && this.#waiting.length === 0) await this.#rest();
      for (const { resolve, reject } of batch) {
        if (failure === undefined) resolve();
        else reject(failure.error);
      }
    }
    this.#isWriting = false;
  }
}
