// Something that readers see with a delay: a write shows only after a while, as in a service that
// keeps several copies. Whoever writes always builds on the newest state.

/** States never change; a write adds one. */
export class Lagging<State> {
  readonly #states: { readonly sinceMs: number; readonly state: State }[];

  constructor(nowMs: number, first: State) {
    this.#states = [{ sinceMs: nowMs, state: first }];
  }

  get newest(): State {
    const last = this.#states.at(-1);
    if (last === undefined) throw new RangeError('sandbox: a state is never without any');
    return last.state;
  }

  write(nowMs: number, state: State): void {
    this.#states.push({ sinceMs: nowMs, state });
  }

  /** What a reader sees; undefined when it was made too lately to be seen. */
  seen(nowMs: number, lagMs: number): State | undefined {
    // Without a lag the clock has no say: one that was moved back must not bring old states back.
    if (lagMs === 0) return this.newest;
    return this.#states.findLast(({ sinceMs }) => sinceMs + lagMs <= nowMs)?.state;
  }
}
