// The last use of a key as documents tell it.

import type { LastUse } from '../lifecycle/keys.ts';

interface LastUseFields {
  /** ISO 8601, `never`, or null where nobody knows. */
  readonly last_used: string | null;
  readonly last_used_service: string | null;
  readonly last_used_region: string | null;
}

export function lastUseFields(lastUse: LastUse | 'unreadable'): LastUseFields {
  const nowhere = { last_used_service: null, last_used_region: null };
  if (lastUse === 'unreadable') return { last_used: null, ...nowhere };
  if (lastUse.used === 'never') return { last_used: 'never', ...nowhere };
  return {
    last_used: lastUse.at.toISOString(),
    last_used_service: lastUse.service ?? null,
    last_used_region: lastUse.region ?? null,
  };
}
