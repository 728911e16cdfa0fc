// Keys that nobody can use and that only a person may delete, because a person had a part.

import type { Rotation } from '../../src/lifecycle/rotation.ts';
import type { RunResult } from './one-run.ts';
import { MINUTE_MS, type Stage } from './stage.ts';
import type { SimKey, SimUser } from './world.ts';

export interface LeftKey {
  readonly user: SimUser;
  readonly key: SimKey;
  readonly open: Rotation | undefined;
  readonly last: RunResult | undefined;
}

/**
 * A key that nobody can use, that may not be deleted, and of which the last run told: a person took
 * every working key from the user, so this one may be the last; or changed the user's keys so that
 * the open rotation is a question; or deleted a key while a request was lost, which made room for a
 * late one and took away the key beside which it could be judged. Or its vault lost it after the
 * rotation had ended, or a person has changed this very key.
 */
export function isLeftToPerson(
  { user, key, open, last }: LeftKey,
  { referee, vault }: Pick<Stage, 'referee' | 'vault'>,
): boolean {
  const isKnown = key.operatorTouchedMs !== undefined;
  if (isKnown || vault.lostAtMs.has(key.id)) return true;
  if (last?.toldOf.has(user.name) !== true) return false;
  const hasFreedSlot = user.keys.some(({ operatorDeletedMs = 0 }) => {
    const sinceMs = key.createdAtMs + 1_000 - operatorDeletedMs;
    return sinceMs >= 0 && sinceMs <= 30 * MINUTE_MS;
  });
  const isQuestion = open !== undefined || !referee.look(user);
  return hasFreedSlot || (user.isOperatorTouched && isQuestion);
}
