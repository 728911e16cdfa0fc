// Takes from a source as fast as it gives, while the taker takes its time.

/** Yields what the source yields, in its order; `onItem` hears of each as soon as it is there. */
export async function* readAhead<T>(
  source: AsyncIterable<T> | Iterable<T>,
  onItem: (item: T) => void,
): AsyncGenerator<T> {
  const items: T[] = [];
  let isOver = false;
  let wake = (): void => {};
  async function take(): Promise<void> {
    try {
      for await (const item of source) {
        onItem(item);
        items.push(item);
        wake();
      }
    } finally {
      isOver = true;
      wake();
    }
  }
  const taking = take();
  // Its failure is met by the await below, once everything before it was handed on.
  taking.catch(() => {});
  for (let next = 0; ; ) {
    const item = items[next];
    if (next < items.length) {
      next += 1;
      yield item as T;
      continue;
    }
    if (isOver) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  await taking;
}
