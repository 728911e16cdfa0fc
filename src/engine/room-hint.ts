// What a person can do where a user has no room for a new key, and nothing may be deleted to make some.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { type Clock, MS_PER_DAY, minuteOf } from '../base/clock.ts';
import { unreachable } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { deletion, keyCommand, type SameReach } from '../base/key-command.ts';
import { bySetting, CLEAN_UP } from '../base/settings-words.ts';
import { HOLD_DAYS } from '../lifecycle/retirement.ts';
import type { WayToRoom } from '../lifecycle/slot.ts';

interface CleaningUp {
  readonly clock: Clock;
  readonly policy: {
    /** Undefined where clean-up was not asked for. */
    readonly cleanUpDays?: number | undefined;
    readonly reach?: SameReach | undefined;
  };
}

/** When a run deletes an Inactive key, and the command with which a person does now. */
export function inactiveKeyHint(
  keyId: AccessKeyId,
  freeFrom: Date | undefined,
  { clock, policy }: CleaningUp,
): Hint {
  const { cleanUpDays, reach } = policy;
  const isOver = freeFrom !== undefined && freeFrom <= clock.now();
  const until =
    freeFrom === undefined ? ' once its hold is over' : ` from ${minuteOf(freeFrom)} on`;
  const deletes = (run: string) =>
    `${run} deletes ${keyId}${isOver ? '' : until}; or, if nothing needs it, now:`;
  const cleansUp = cleanUpDays !== undefined;
  return [
    cleansUp ? deletes('a run like this one') : bySetting(CLEAN_UP, deletes),
    deletion(keyId, { isHoldOver: isOver }, reach),
  ];
}

/** When clean-up as it was asked for deletes a key that is held until then by the hold of everybody. */
export function cleanUpFrom(until: Date, { cleanUpDays = HOLD_DAYS }: CleaningUp['policy']): Date {
  return new Date(until.getTime() + (cleanUpDays - HOLD_DAYS) * MS_PER_DAY);
}

export function roomHint(way: WayToRoom, reach: SameReach | undefined): Hint {
  switch (way.kind) {
    case 'delete-in-iam':
      return 'delete keys in IAM until one is left';
    case 'sign-otherwise':
      return 'sign with a role, or with the key of another user, and run again';
    case 'deactivate-first':
      return [
        'if nothing uses it, make it Inactive, with keyctl finish where a profile keeps it as [PROFILE-previous], or:',
        keyCommand('deactivate', way.keyId, reach),
        `when nothing has missed it for ${HOLD_DAYS} days, run this again, and it is deleted to make room`,
      ];
    case 'find-user':
      return 'find what still holds it, give it the new key, and run again a day later';
    case 'activate':
      return [
        'if that key is to be replaced, make it Active again:',
        keyCommand('activate', way.keyId, reach),
      ];
    case 'wait-or-delete': {
      const { command } = keyCommand('delete', way.keyId, reach);
      return [
        `run again after ${minuteOf(way.until)}; or at once, if nothing needs that key, after deleting it:`,
        { command: `${command} --although-held` },
      ];
    }
    default:
      return unreachable(way);
  }
}
