// A hint below what it is about.

import type { Page } from './page.ts';

/** Commands stand on lines of their own, and are left as they are. */
export function hintLines(hint: string, page: Page): string[] {
  return hint
    .split('\n')
    .map((line) => (line.startsWith('  ') ? `  ${line}` : page.wrap('  ', line)));
}
