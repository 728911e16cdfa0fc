// Reads several things at once, a few ahead of whoever takes them, and hands them on in their order.

/** `read` of each, at most so many of them under way. What one throws is thrown when its turn comes. */
export async function* severalAtOnce<From, To>(
  items: AsyncIterable<From> | Iterable<From>,
  atOnce: number,
  read: (item: From) => Promise<To>,
): AsyncGenerator<To> {
  const underWay: Promise<To>[] = [];
  for await (const item of items) {
    const one = read(item);
    // Met when it is awaited.
    one.catch(() => {});
    underWay.push(one);
    if (underWay.length < atOnce) continue;
    yield (await underWay.shift()) as To;
  }
  for (const one of underWay) yield await one;
}
