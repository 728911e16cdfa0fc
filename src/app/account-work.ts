// One account at work, joined in one place for every use case.

import type { AccountGateway } from '../aws/gateway.ts';
import { chainedLimiter, createLimiter, type Limiter } from '../aws/limiter.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { SameReach } from '../base/key-command.ts';
import { handoff } from '../destinations/handoff/index.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import {
  type AccountWork,
  DEFAULT_VERIFICATION,
  type RotationPolicy,
} from '../engine/account-work.ts';
import { openPlaces, type TakenPlaces } from '../engine/places.ts';
import { Probes } from '../engine/probes.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import { PATIENT } from '../lifecycle/retire-policy.ts';
import type { AccountState } from '../state/state-store.ts';
import type { ChangeLog } from './change-log.ts';
import {
  type DeliveryRequest,
  destinationChooser,
  destinationOpener,
  onePlaceChooser,
  type RequestsFor,
} from './open-destinations.ts';

export interface AccountParts {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** Hears of every key that is changed (I16). */
  readonly changes?: ChangeLog;
  readonly policy: Omit<RotationPolicy, 'verification' | 'orphans'> &
    Partial<Pick<RotationPolicy, 'verification' | 'orphans'>>;
  /** Where the secrets of this run's own rotations go; custody keeps them when left out. */
  readonly deliver?: RequestsFor | DeliveryTarget;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces?: NewPlaces | undefined;
  /** Whether a person who was shown the places is at it; not so when left out. */
  readonly isAttended?: boolean;
  /** Whether places outside of AWS are not asked, because whoever names them is not trusted. */
  readonly isUntrusted?: boolean | undefined;
  /** Keys of others that may be written over, by the operator's word (I14). */
  readonly mayReplace?: ReadonlySet<AccessKeyId>;
  /** Whether rotations that other faces began are finished too. */
  readonly finishesOthers: boolean;
  /** Shared by the accounts of a run: how many secrets may be on their way into custody (I17). */
  readonly creating?: Limiter;
  /** Shared likewise: whose key goes where. */
  readonly taken?: TakenPlaces;
}

export type Deliveries = readonly [DeliveryRequest, ...DeliveryRequest[]];

const TO_CUSTODY: Deliveries = [{ kind: handoff.name, template: '' }];

export function accountWork(parts: AccountParts): AccountWork {
  const { gateway, state, clock, signal, policy, deliver = () => TO_CUSTODY } = parts;
  const { changes } = parts;
  const emit = changes?.listening(gateway.caller.account, parts.emit) ?? parts.emit;
  const { newPlaces, isAttended = false, mayReplace, isUntrusted = false } = parts;
  const around = { gateway, state, clock, emit };
  const open = destinationOpener({ ...around, newPlaces, isAttended, mayReplace, isUntrusted });
  return {
    ...{ gateway, state, clock, emit, signal },
    places: openPlaces({
      account: gateway.caller.account,
      taken: parts.taken,
      choose:
        typeof deliver !== 'function'
          ? onePlaceChooser(deliver, open)
          : destinationChooser(deliver, { open, gateway }),
      open,
      finishesOthers: parts.finishesOthers,
      oldKeyFate: policy.oldKeyFate,
    }),
    probes: new Probes(clock),
    creating:
      parts.creating === undefined
        ? createLimiter(1)
        : chainedLimiter(createLimiter(1), parts.creating),
    policy: { orphans: new Set(), verification: DEFAULT_VERIFICATION, ...policy },
  };
}

/** An account in which places are read and given keys that exist: no rotation begins, and none is taken further. */
export function placesWork({
  reach,
  ...parts
}: Omit<AccountParts, 'policy' | 'finishesOthers'> & {
  readonly reach: SameReach;
}): AccountWork {
  return accountWork({
    ...parts,
    finishesOthers: true,
    policy: {
      ...{ oldKeyFate: 'deactivate', retire: PATIENT, cleanUpDays: undefined },
      ...{ replacesOwnKey: false, takesDeliver: false, reach },
    },
  });
}
