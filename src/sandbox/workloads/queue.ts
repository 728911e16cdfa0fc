// What comes next: a binary heap over things that each know when their next event is.

interface Timed {
  /** When its next event is. */
  readonly nextMs: number;
}

interface Entry<Item> {
  readonly item: Item;
  /** The number of the item in the order of adding, which decides at the same moment. */
  readonly order: number;
  nextMs: number;
}

export class TimeQueue<Item extends Timed> {
  readonly #heap: Entry<Item>[] = [];
  #added = 0;

  add(item: Item): void {
    this.#added += 1;
    this.#heap.push({ item, order: this.#added, nextMs: item.nextMs });
    this.#rise(this.#heap.length - 1);
  }

  /** The item whose event is next; undefined when there is none. */
  get first(): Item | undefined {
    return this.#heap[0]?.item;
  }

  /** Call it after the first item's event has been played: its next one finds its place. */
  settleFirst(): void {
    const [top] = this.#heap;
    if (top === undefined) return;
    top.nextMs = top.item.nextMs;
    this.#sink(0);
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      let least = at;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (left + 1 < this.#heap.length && this.#isBefore(left + 1, least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.nextMs < b.nextMs || (a.nextMs === b.nextMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
