// Whether a key is in use, before a person makes it Inactive (I15): judged by its last use alone, as AWS shows
// it late and in steps. Whatever is not known counts as use (I11).

import { MS_PER_DAY } from '../base/clock.ts';
import type { AccessKey, LastUse } from './keys.ts';

/** A use may be this late in showing: what AWS says now is about the time before that. */
export const EVIDENCE_LAG_MS = 6 * 60 * 60_000;

/** Of the uses within a quarter of an hour AWS shows the first one, cut to its minute. */
export const USE_RESOLUTION_MS = 16 * 60_000;

/** How long a key must not have been used, in days: two turns of what runs once a week. */
export const QUIET_DAYS = 14;

/** A session that a key has opened may live on for 36 hours, and shows as no use. */
export const QUIET_DAYS_MIN = 3;

export type UseVerdict =
  | { readonly kind: 'unused' }
  | { readonly kind: 'use-unknown' }
  | {
      readonly kind: 'in-use';
      readonly lastUse: Extract<LastUse, { used: 'at' }>;
      /** When it counts as unused, if nothing uses it until then. */
      readonly notBefore: Date;
    }
  /** So young that AWS would not show a use of it yet. */
  | { readonly kind: 'too-young'; readonly notBefore: Date };

/** Whether the key was used within the quiet days before what AWS's answer can be about. */
export function judgeUse(
  { createdAt, lastUse }: Pick<AccessKey, 'createdAt'> & { lastUse: LastUse | 'unreadable' },
  quietDays: number,
  now: Date,
): UseVerdict {
  if (lastUse === 'unreadable') return { kind: 'use-unknown' };
  if (lastUse.used === 'never') {
    const notBefore = new Date(createdAt.getTime() + EVIDENCE_LAG_MS);
    return now < notBefore ? { kind: 'too-young', notBefore } : { kind: 'unused' };
  }
  const quietMs = USE_RESOLUTION_MS + quietDays * MS_PER_DAY + EVIDENCE_LAG_MS;
  const notBefore = new Date(lastUse.at.getTime() + quietMs);
  return now < notBefore ? { kind: 'in-use', lastUse, notBefore } : { kind: 'unused' };
}
