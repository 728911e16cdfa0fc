// Virtual time. Nothing in a simulation waits for the real clock: whatever takes time puts an event
// here, and the events run one after another, each until nothing more can happen without the next.

interface Scheduled {
  readonly atMs: number;
  /** Breaks ties in the order of scheduling. */
  readonly number: number;
  readonly act: () => void;
}

export class Schedule {
  readonly #heap: Scheduled[] = [];
  #nowMs: number;
  #number = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** True time, which no clock of a simulated machine need agree with. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, act: () => void): void {
    this.#number += 1;
    this.#push({ atMs: this.#nowMs + Math.max(0, delayMs), number: this.#number, act });
  }

  /** Runs events until `isOver`, or until none is left. */
  async runUntil(isOver: () => boolean): Promise<void> {
    await settled();
    while (!isOver()) {
      const next = this.#pop();
      if (next === undefined) return;
      this.#nowMs = next.atMs;
      next.act();
      await settled();
    }
  }

  /** Lets time pass, with everything that is due meanwhile. */
  async pass(durationMs: number): Promise<void> {
    let isOver = false;
    this.after(durationMs, () => {
      isOver = true;
    });
    await this.runUntil(() => isOver);
  }

  #push(entry: Scheduled): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Scheduled)) break;
      heap[at] = heap[parent] as Scheduled;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Scheduled | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Scheduled)) child += 1;
      if (!isBefore(heap[child] as Scheduled, last)) break;
      heap[at] = heap[child] as Scheduled;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number);
}

/** Resolves when every promise that can go on has gone on: ticks run once the others are done. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
