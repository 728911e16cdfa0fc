// Opens the state of a run where it is kept. What is at AWS is asked as the caller of the run: its
// credentials, its proxy and its authorities, never those of a member account.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Access, AccountState, StateStore } from '../state/state-store.ts';
import { openStateStore, type StoreOpening } from '../state/stores.ts';
import { type CustodyValues, custodyWish } from './custody-wish.ts';

export interface StateReach {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As the run has them; undefined for those of the environment. */
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly emit?: EventSink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How new secrets are kept; what is left out is as the environment says. */
  readonly custody?: CustodyValues | undefined;
  /** The command with which a person answers what the run asks. */
  readonly wordCommand?: string | undefined;
  /** Names the run in what it records, where several processes share it; a new one when left out. */
  readonly run?: string | undefined;
}

/** Nobody at AWS is asked for a directory. Throws `bad-value` for what is no place, and what signing in throws. */
export async function openState(place: string, reach: StateReach): Promise<StateStore> {
  return await openStateStore(place, openingOf(reach), reach.run);
}

/** What a store is opened with, whatever is done with it then. */
export function openingOf(reach: StateReach): Omit<StoreOpening, 'run'> {
  return {
    clock: reach.clock,
    custody: {
      ...custodyWish(reach.custody ?? {}, reach.env),
      goesOnBy: reach.wordCommand,
    },
    aws: async (region) => {
      const { openAwsState } = await import('../aws/open-aws-state.ts');
      return await openAwsState({ ...reach, region: region ?? reach.region });
    },
  };
}

/** The state of the account that the gateway is open to; what is recorded there names who signs. */
export async function openedFor(
  { caller }: Pick<AccountGateway, 'caller'>,
  store: StateStore,
  access: Access,
): Promise<AccountState> {
  return await store.open(caller.account, access, caller.arn);
}

/** How state is opened: for what it writes, or for a dry run, which leaves no trace. */
export function accessOf({
  dryRun,
  remembers = false,
}: {
  readonly dryRun: boolean;
  readonly remembers?: boolean | undefined;
}): Access {
  return dryRun && !remembers ? 'foretell' : 'write';
}
