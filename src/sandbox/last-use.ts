// When a key was last used: recorded at each signed call, shown only after a while.

import type { AccessKey, KeyUse } from './model.ts';

const SPAN_MS = 15 * 60 * 1000;

/** Records a use; only the first in any 15 minutes counts. */
export function recordUse(key: AccessKey, use: KeyUse): void {
  const newest = key.uses.at(-1);
  if (newest !== undefined && use.at.getTime() - newest.at.getTime() < SPAN_MS) return;
  key.uses.push(use);
}

/** The newest use that shows by now; undefined when none does. */
export function visibleUse(key: AccessKey, nowMs: number, lagSeconds: number): KeyUse | undefined {
  return key.uses.findLast((use) => use.at.getTime() + lagSeconds * 1000 <= nowMs);
}
