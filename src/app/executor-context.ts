// The executor's surroundings for one account, joined in one place for every use case.

import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Destination } from '../destinations/destination.ts';
import {
  DEFAULT_VERIFICATION,
  type ExecutorContext,
  type RotationPolicy,
} from '../executor/context.ts';
import { Probes } from '../executor/probes.ts';
import { embeddedRuntime } from '../executor/runtime.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import type { AccountState } from '../journal/journal.ts';
import {
  type DeliveryRequest,
  destinationChooser,
  destinationReopener,
} from './open-destinations.ts';

export interface ExecutorParts {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  /** Names this process in the journal. */
  readonly run: string;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  readonly policy: Omit<RotationPolicy, 'verification'>;
  /** Where the secrets of this run's own rotations go; the hand-off when left out. */
  readonly deliver?: Deliveries | Destination;
  /** Whether rotations that other faces began are finished too. */
  readonly finishesOthers: boolean;
}

type Deliveries = readonly [DeliveryRequest, ...DeliveryRequest[]];

const TO_HANDOFF: Deliveries = [{ kind: 'handoff', template: '' }];

export function executorContext(parts: ExecutorParts): ExecutorContext {
  const { gateway, state, run, clock, emit, signal, policy, deliver = TO_HANDOFF } = parts;
  const account = { gateway, handoff: state.handoff, clock };
  return {
    gateway,
    runtime: embeddedRuntime({ account: gateway.caller.account, run, state, clock }),
    handoff: state.handoff,
    sightings: state.sightings,
    slotSightings: state.slotSightings,
    destinations: 'place' in deliver ? () => [deliver] : destinationChooser(deliver, account),
    finishesOthers: parts.finishesOthers,
    reopen: destinationReopener(account),
    probes: new Probes(clock),
    clock,
    emit,
    policy: { ...policy, verification: DEFAULT_VERIFICATION },
    signal,
  };
}
