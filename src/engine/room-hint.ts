// What a person can do where a user has no room for a new key, and nothing may be deleted to make some.

import { minuteOf } from '../base/clock.ts';
import { unreachable } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { keyCommand, type SameReach } from '../base/key-command.ts';
import { HOLD_DAYS } from '../lifecycle/retirement.ts';
import type { WayToRoom } from '../lifecycle/slot.ts';

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
