// When a key was last used: recorded at each signed call, shown only after a while.

import type { AccessKey, KeyUse } from './model.ts';

const MINUTE_MS = 60 * 1000;
const SPAN_MS = 15 * MINUTE_MS;
/** More than show up late at any lag that is asked for: five days of uses in every span. */
const USES_KEPT = 500;

/** Records a use; only the first in any 15 minutes counts. */
export function recordUse(key: AccessKey, use: KeyUse): void {
  const newest = key.uses.at(-1);
  if (newest !== undefined && use.at.getTime() - newest.at.getTime() < SPAN_MS) return;
  key.uses.push(use);
  // A key that a workload uses for years must not fill the memory.
  if (key.uses.length >= 2 * USES_KEPT) key.uses.splice(0, USES_KEPT);
}

/** The newest use that shows by now, to the minute; undefined when none does. */
export function visibleUse(key: AccessKey, nowMs: number, lagSeconds: number): KeyUse | undefined {
  const use = key.uses.findLast(({ at }) => at.getTime() + lagSeconds * 1000 <= nowMs);
  if (use === undefined) return undefined;
  // Rounded down, so a use may seem up to a minute older than it is.
  return { ...use, at: new Date(Math.floor(use.at.getTime() / MINUTE_MS) * MINUTE_MS) };
}
