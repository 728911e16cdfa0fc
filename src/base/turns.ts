// Work on one thing that must not overlap: whoever comes later waits for those before.

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Resolves or fails as the work does; what an earlier one failed with is not passed on. */
  async take<T>(thing: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(thing) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(thing, mine);
    return await mine;
  }
}
