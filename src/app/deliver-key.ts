// Use case of `keyturn deliver`: the key of a user, who was rotated, to a place that is to have it too.

import type { AccountGateway } from '../aws/gateway.ts';
import { openGateway } from '../aws/open-gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { type AlsoDelivered, deliverAlso, foretellAlso } from '../engine/deliver-also.ts';
import { PATIENT } from '../lifecycle/retire-policy.ts';
import { accountWork, type Deliveries } from './account-work.ts';
import type { RunContext } from './run-context.ts';

export interface DeliverKeyOptions {
  readonly user: string;
  readonly to: Deliveries;
  readonly dryRun: boolean;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  readonly maxParallel: number;
  /** Keys of others that may be written over, by the operator's word (I14). */
  readonly mayReplace: ReadonlySet<AccessKeyId>;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces: NewPlaces | undefined;
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
  const { profile, region, maxParallel } = options;
  const { run } = context.state;
  const gateway = await openGateway({ ...context, profile, region, maxParallel, run });
  try {
    return await deliverIn(gateway, options, context);
  } finally {
    gateway.close();
  }
}

async function deliverIn(
  gateway: AccountGateway,
  { user, to, dryRun, mayReplace, newPlaces }: DeliverKeyOptions,
  context: RunContext,
): Promise<DeliveredKey> {
  const { account } = gateway.caller;
  const state = await context.state.open(account, dryRun ? 'foretell' : 'write');
  const policy = {
    ...({ oldKeyFate: 'deactivate', retire: PATIENT, cleanUpDays: undefined } as const),
    ...{ replacesOwnKey: false, takesDeliver: false },
  };
  const work = accountWork({
    ...{ ...context, gateway, state, policy, mayReplace, newPlaces, finishesOthers: true },
    deliver: () => to,
  });
  const places = await (dryRun ? foretellAlso(user, work) : deliverAlso(user, work));
  return { account, places };
}
