// One account at work, joined in one place for every use case.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import { handoff } from '../destinations/handoff/index.ts';
import {
  type AccountWork,
  DEFAULT_VERIFICATION,
  type RotationPolicy,
} from '../engine/account-work.ts';
import { openPlaces } from '../engine/places.ts';
import { Probes } from '../engine/probes.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import type { AccountState } from '../state/state-store.ts';
import {
  type DeliveryRequest,
  destinationChooser,
  destinationOpener,
  onePlaceChooser,
} from './open-destinations.ts';

export interface AccountParts {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  readonly policy: Omit<RotationPolicy, 'verification'>;
  /** Where the secrets of this run's own rotations go; custody keeps them when left out. */
  readonly deliver?: Deliveries | DeliveryTarget;
  /** Whether rotations that other faces began are finished too. */
  readonly finishesOthers: boolean;
}

export type Deliveries = readonly [DeliveryRequest, ...DeliveryRequest[]];

const TO_CUSTODY: Deliveries = [{ kind: handoff.name, template: '' }];

export function accountWork(parts: AccountParts): AccountWork {
  const { gateway, state, clock, emit, signal, policy, deliver = TO_CUSTODY } = parts;
  const surroundings = { gateway, custody: state.custody, clock, emit };
  return {
    ...{ gateway, state, clock, emit, signal },
    places: openPlaces({
      choose:
        'place' in deliver
          ? onePlaceChooser(deliver, surroundings)
          : destinationChooser(deliver, surroundings),
      open: destinationOpener(surroundings),
      finishesOthers: parts.finishesOthers,
    }),
    probes: new Probes(clock),
    policy: { ...policy, verification: DEFAULT_VERIFICATION },
  };
}
