// Waiting for something to become true, without a claim about how soon.

const TRIES_MAX = 500;
const PAUSE_MS = 10;

/** Resolves when the condition holds. Rejects when it does not in some five seconds, or as said. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  triesMax = TRIES_MAX,
): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new RangeError('the condition never held');
}
