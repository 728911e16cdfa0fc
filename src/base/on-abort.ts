// Waits that end early when a run is stopped. Hundreds of them depend on one signal, and Node compares each listener
// that comes or goes with the others of the signal: so they share one.

const waits = new WeakMap<AbortSignal, Waits>();

/** Calls once when the signal is aborted, and returns what keeps it from that. For a signal that is not aborted yet. */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  let all = waits.get(signal);
  if (all === undefined) {
    all = new Waits(signal);
    waits.set(signal, all);
  }
  return all.add(act);
}

/** All that wait for one signal. */
class Waits {
  readonly #signal: AbortSignal;
  readonly #acts = new Set<{ readonly act: () => void }>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(act: () => void): () => void {
    // Its own, also where two hand in the same function.
    const entry = { act };
    if (this.#acts.size === 0) this.#signal.addEventListener('abort', this.#end, { once: true });
    this.#acts.add(entry);
    return () => {
      // A signal that is listened to is kept alive by Node.
      if (this.#acts.delete(entry) && this.#acts.size === 0) {
        this.#signal.removeEventListener('abort', this.#end);
      }
    };
  }

  readonly #end = (): void => {
    const acts = [...this.#acts];
    this.#acts.clear();
    for (const { act } of acts) act();
  };
}
