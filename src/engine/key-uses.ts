// What is known of the use of a key (I15): what runs have seen of it, and since when it could be used at all.

import type { Clock } from '../base/clock.ts';
import { activeAgainAfter, activeSince, type StatusSights } from '../lifecycle/active-since.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { UseHistory } from '../lifecycle/use-history.ts';
import type { AccountState, Sightings } from '../state/state-store.ts';
import type { UserAtHand } from './user-work.ts';

/** Where it is known from. */
export interface UseSources {
  readonly user: string;
  readonly history: UserHistory;
  readonly account: { readonly state: Pick<AccountState, 'sightings'>; readonly clock: Clock };
}

export function usesOfKey(key: AccessKey, { user, history, account }: UseSources): UseHistory {
  const { state, clock } = account;
  const { sightings } = state;
  const since = activeSince(key.id, sightsOf(history, sightings), clock.now());
  const uses = sightings.usesOf(user, key);
  return since === undefined ? uses : { ...uses, activeSince: since };
}

/**
 * A key that somebody has made Active by hand counts as Active from its first sight on, so that sight is
 * remembered. Throws `state-dir`.
 */
export async function rememberTakenBack(
  keys: readonly AccessKey[],
  { history, account }: Pick<UserAtHand, 'history' | 'account'>,
): Promise<void> {
  const { clock, state } = account;
  const sights = sightsOf(history, state.sightings);
  const back = keys.flatMap(({ id: keyId, status }) => {
    const inactiveAt = status === 'Active' ? activeAgainAfter(keyId, sights) : undefined;
    return inactiveAt === undefined ? [] : [{ keyId, inactiveAt }];
  });
  if (back.length > 0) await state.sightings.remember([{ at: clock.now(), activeAgain: back }]);
}

function sightsOf(history: UserHistory, sightings: Sightings): StatusSights {
  return {
    history,
    inactiveSince: (keyId) => sightings.inactiveSince(keyId),
    activeAgainSince: (keyId) => sightings.activeAgainSince(keyId),
  };
}
