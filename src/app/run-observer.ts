// Who hears, account by account, what is told after a run: metrics and notifications. Nothing that happens here
// fails a run, and a run that tells nothing has no observer.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Inventory } from '../aws/inventory.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import type { AccountState, OpenUser } from '../state/state-store.ts';
import type { HeldUser } from './find-candidates.ts';
import type { RunSettings } from './run-settings.ts';

/** The keys of an account, as a run has just read them. */
export interface KeysRead {
  readonly account: string;
  /** Whether they are all keys of the account, or those of some users alone. */
  readonly isWhole: boolean;
  readonly inventory: Inventory;
  readonly settings: Pick<RunSettings, 'of' | 'shortlist'>;
  /** Past which age a key should not be there any more, where no rule says it for a user. */
  readonly overdueDays: number;
  readonly open: readonly OpenUser[];
  readonly now: Date;
}

/** The users of an account have had their turns; the account is open still. */
export interface UsersDone {
  readonly account: string;
  readonly outcomes: readonly UserOutcome[];
  readonly held: readonly HeldUser[];
  readonly gateway: Pick<AccountGateway, 'userFacts'>;
  readonly state: Pick<AccountState, 'openUsers'>;
}

export interface RunObserver {
  /** Users of whom it will ask what holds for them, beside those who may have something to do. */
  alsoAsked(read: KeysRead): readonly string[];
  keysRead(read: KeysRead): void;
  usersDone(done: UsersDone): Promise<void>;
}

/** What of a run is wanted, as far as it decides whether all keys of an account are read. */
export interface Reach {
  readonly user?: string | undefined;
  readonly usersOf?: unknown;
  readonly wanted: Wanted;
  readonly daysThreshold: number;
}

export function wholeOf(reach: Reach): Pick<KeysRead, 'isWhole' | 'overdueDays'> {
  const { user, usersOf, wanted, daysThreshold: overdueDays } = reach;
  const isWhole = user === undefined && usersOf === undefined && wanted.kind === 'due-key';
  return { isWhole, overdueDays };
}
