// Patterns with `*` (any characters, none and `/` too) and `?` (one), as in IAM policies. Matched in linear time
// for each star, whatever somebody writes.

/** Goes back to the last `*` alone. */
export function globMatches(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  let index = 0;
  while (index < name.length) {
    if (at < pattern.length && pattern[at] === '*') {
      [star, mark] = [at, index];
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      mark += 1;
      [at, index] = [star + 1, mark];
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** What every name begins with that the pattern matches. */
export function globBeginning(pattern: string): string {
  return pattern.replace(/[*?].*$/s, '');
}
