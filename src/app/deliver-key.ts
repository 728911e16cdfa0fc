// Use case of `keyturn deliver`: the key of a user, who was rotated, to a place that is to have it too.

import type { AccountGateway } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Command } from '../base/hint.ts';
import type { SameReach } from '../base/key-command.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { type AlsoDelivered, deliverAlso, foretellAlso } from '../engine/deliver-also.ts';
import { type Deliveries, placesWork } from './account-work.ts';
import { enterAccount, type Way } from './enter-account.ts';
import { openedFor } from './open-state.ts';
import type { RunContext } from './run-context.ts';
import { orElsewhere } from './undo-account.ts';

export interface DeliverKeyOptions extends Way {
  readonly user: string;
  readonly to: Deliveries;
  readonly dryRun: boolean;
  readonly maxParallel: number;
  /** Keys of others that may be written over, by the operator's word (I14). */
  readonly mayReplace: ReadonlySet<AccessKeyId>;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces: NewPlaces | undefined;
  /** How another command reaches the account, for hints. */
  readonly reach: SameReach;
  /** The same command in another account, for hints. */
  readonly commandIn: (account: string) => Command;
}

export interface DeliveredKey {
  readonly account: string;
  readonly places: readonly AlsoDelivered[];
}

/** Throws why nothing could be delivered. */
export async function deliverKey(
  options: DeliverKeyOptions,
  context: RunContext,
): Promise<DeliveredKey> {
  const { gateway, close } = await enterAccount(options, context);
  try {
    return await deliverIn(gateway, options, context);
  } catch (thrown) {
    throw await whereKnown(toKeyturnError(thrown), gateway, { options, context });
  } finally {
    close();
  }
}

interface Asked {
  readonly options: DeliverKeyOptions;
  readonly context: RunContext;
}

/** A key that nobody made here may have been made in another account. */
async function whereKnown(
  error: KeyturnError,
  gateway: AccountGateway,
  { options: { user, commandIn }, context: { state: store } }: Asked,
): Promise<KeyturnError> {
  if (error.code !== 'secret-missing') return error;
  const own = gateway.caller.account;
  const { records } = await (await store.open(own, 'read')).history(user);
  return records.length > 0 ? error : await orElsewhere(error, user, { own, store, commandIn });
}

async function deliverIn(
  gateway: AccountGateway,
  { user, to, dryRun, mayReplace, newPlaces, reach }: DeliverKeyOptions,
  context: RunContext,
): Promise<DeliveredKey> {
  const { account } = gateway.caller;
  const state = await openedFor(gateway, context.state, dryRun ? 'foretell' : 'write');
  const work = placesWork({
    ...{ ...context, gateway, state, mayReplace, newPlaces, reach },
    deliver: () => to,
  });
  const places = await (dryRun ? foretellAlso(user, work) : deliverAlso(user, work));
  return { account, places };
}
