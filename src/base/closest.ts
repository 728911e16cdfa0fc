// "Did you mean": the known word that is fewest edits away.

/** The closest known word, or undefined when none is close enough to be worth a hint. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceFrom(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function distanceFrom(word: string, candidate: string): number {
  if (candidate.startsWith(word) && word.length >= 3) return 1;
  const distance = edits(word, candidate);
  const [own, known] = [partsOf(word), partsOf(candidate)];
  // threshold-days is as good as days-threshold, and nearer than any other word.
  return own.length < 2 || own.length !== known.length
    ? distance
    : Math.min(distance, 1 + edits(own.toSorted().join(), known.toSorted().join()));
}

function partsOf(word: string): string[] {
  return word.split(/[_-]/);
}

/** The few known words that come nearest, the best first; letter case does not count. */
export function nearest(word: string, known: readonly string[], max: number): string[] {
  const wanted = word.toLowerCase();
  const bound = Math.max(2, Math.floor(word.length / 3));
  return known
    .map((name) => ({ name, distance: distanceTo(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= bound)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, max)
    .map(({ name }) => name);
}

function distanceTo(wanted: string, name: string): number {
  const isPart = wanted.length >= 3 && (name.includes(wanted) || wanted.includes(name));
  return isPart ? Math.min(1, edits(wanted, name)) : edits(wanted, name);
}

/** Levenshtein distance. Words come from argv: they are cut so that the work stays small. */
export function edits(left: string, right: string): number {
  const source = left.slice(0, 64);
  const target = right.slice(0, 64);
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (let i = 1; i <= source.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= target.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (source[i - 1] === target[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[target.length] ?? 0;
}
