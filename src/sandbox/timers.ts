// Sleeps that can all be called off, so that closing the sandbox leaves nothing behind.

export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();

  /** Resolves after the time, and never when `clear` comes first. */
  sleep(durationMs: number): Promise<void> {
    if (durationMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#pending.delete(timer);
        resolve();
      }, durationMs);
      this.#pending.add(timer);
    });
  }

  clear(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
