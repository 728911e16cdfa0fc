// The document of a `keyturn undo` that failed before it began: the same shape as of one that fails later.
// Nothing of undo is imported: bad input must not load anything.

import type { KeyturnError } from '../../base/errors.ts';
import { countChanges } from '../../base/key-changes.ts';
import { printableJson } from '../../base/printable.ts';

/** What stdout gets; undefined where JSON is not wanted. */
export function undoFailure(
  args: readonly string[],
  { code, message, hint }: KeyturnError,
): string | undefined {
  if (!args.includes('--json') && !args.includes('--json=true')) return undefined;
  const told = { changes: [], kept_handoffs: [], summary: { changes: countChanges([]) } };
  const error = { code, message, hint: hint ?? null };
  return `${printableJson({ error, ...told, next_run_at: null }, 2)}\n`;
}
