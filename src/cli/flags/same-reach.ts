// How another command reaches the same account and the same state, for hints that can be pasted.

import type { SameReach } from '../../base/key-command.ts';
import {
  type Entrance,
  entranceWords,
  flagWords,
  type Whereabouts,
  whereaboutWords,
} from './later-command.ts';

/** `account` is undefined for the caller's own account, which is entered through no role. */
export function sameReach(given: Entrance & Whereabouts, account: string | undefined): SameReach {
  const member =
    account === undefined ? [] : [...flagWords('account', account), ...entranceWords(given)];
  return { flags: [...member, ...whereaboutWords(given)] };
}
