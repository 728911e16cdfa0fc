// Sums as `sha256sum` writes them.

/** The SHA-256 of each file, by its name. */
export function sumsIn(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^([0-9a-f]{64}) [ *](.+?)\r?$/gm);
  return new Map([...lines].map(([, sum = '', name = '']) => [name, sum]));
}
