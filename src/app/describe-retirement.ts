// An old key that waits until nobody uses it, as the document and the page tell of it.

import { minuteOf } from '../base/clock.ts';
import { kindNamed } from '../destinations/kinds.ts';
import type { RetirementOutcome } from '../engine/outcome.ts';
import type { Waiting } from '../lifecycle/quiet-gate.ts';
import type { Retirement } from '../reports/rotation-report.ts';

export function describeRetirement(
  username: string,
  outcome: RetirementOutcome,
): Omit<Retirement, 'account_id'> {
  const { kind, oldKey, newKeyId, since, waiting, went, isNewKeyUsed, targets } = outcome;
  const known = waiting?.lastUse === 'unreadable' ? undefined : waiting?.lastUse;
  const used = known?.used === 'at' ? known : undefined;
  return {
    username,
    old_key_id: oldKey.id,
    new_key_id: newKeyId ?? null,
    state: kind,
    old_key_status: oldKey.status,
    since: since?.toISOString() ?? null,
    reason: waiting === undefined ? (went ?? null) : whyWaiting(waiting, since),
    waits_for: waiting?.why ?? null,
    last_used: used?.at.toISOString() ?? (known === undefined ? null : 'never'),
    last_used_service: used?.service ?? null,
    last_used_region: used?.region ?? null,
    new_key_used: isNewKeyUsed ?? null,
    quiet_days: waiting === undefined ? null : waiting.quiet.sinceUseDays,
    next_run_at: waiting?.notBefore?.toISOString() ?? null,
    deadline: waiting?.deadline?.toISOString() ?? null,
    readers: targets.map(({ kind: place, place: where }) => ({
      kind: place,
      place: where,
      restart: kindNamed(place)?.restart ?? 'restart what reads it',
    })),
  };
}

/** Such as "it was used after the new key was delivered; 35 days without a use are waited for, because …". */
function whyWaiting(
  { why, lastUse, quiet, notBefore, deadline, heldBecause }: Waiting,
  since: Date | undefined,
): string {
  const { sinceUseDays: days, because } = quiet;
  if (why === 'settling') {
    const from = notBefore === undefined ? 'then' : minuteOf(notBefore);
    return `its readers may not have the new key before ${from}`;
  }
  if (why === 'vetoed') return `it could go, and stays: ${heldBecause}`;
  if (why === 'hooks-unknown')
    return 'its rotation began with hooks of a configuration that this run does not have';
  if (heldBecause !== undefined) return `it could go, and is held back: ${heldBecause}`;
  if (why === 'signs-calls') return 'the calls of this run depend on it';
  if (why === 'use-unknown')
    return 'AWS does not tell when it was used, and a key in use is not touched';
  const isCut = deadline !== undefined && notBefore?.getTime() === deadline.getTime();
  const time = notBefore && minuteOf(notBefore);
  const timed = isCut ? `, at most until its deadline, ${time}` : `, until ${time} at the earliest`;
  const until = time === undefined ? '' : timed;
  const isUsedSince =
    since !== undefined && lastUse !== 'unreadable' && lastUse.used === 'at' && lastUse.at > since;
  const what = isUsedSince
    ? 'it was used after the new key was delivered'
    : 'it may still be in use';
  return `${what}; ${days} days without a use are waited for${until} (${because})`;
}
