// Lets those through one after the other who have come in an order, however long each takes to arrive.

export interface Ticket {
  /** Resolves once all who came before are through. Rejects with the reason of the signal. */
  turn(signal: AbortSignal): Promise<void>;
  /** Lets the next one through; safe to repeat. */
  through(): void;
}

export class InOrder {
  #last: Promise<void> = Promise.resolve();

  /** Whoever takes one has to be through it some time, whatever comes. */
  ticket(): Ticket {
    const before = this.#last;
    let through = () => {};
    const own = new Promise<void>((resolve) => {
      through = resolve;
    });
    this.#last = before.then(() => own);
    return { through, turn: (signal) => unlessAborted(before, signal) };
  }
}

async function unlessAborted(before: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let give = () => {};
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
  });
  try {
    await Promise.race([before, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
