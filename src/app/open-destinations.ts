// Destinations of a run, and those of rotations that other runs began, from the registry.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { type DeliverableKind, deliverRule } from '../destinations/deliverable.ts';
import type { Destination } from '../destinations/destination.ts';
import { placeFor, placeOfRegion } from '../destinations/place.ts';
import { type DestinationParts, openDestination } from '../destinations/registry.ts';
import type { DestinationChooser } from '../executor/context.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import type { Handoff } from '../journal/journal.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import { saveOptions } from './save-options.ts';

/** One place as the operator names it: `secrets-manager` and `app/{user}`. */
export interface DeliveryRequest {
  readonly kind: DeliverableKind;
  /** With {account} and {user}; empty for kinds that stand alone. */
  readonly template: string;
}

export interface AccountParts {
  readonly gateway: AccountGateway;
  readonly handoff: Handoff;
  readonly clock: Clock;
}

export function destinationReopener(
  parts: AccountParts,
): (target: DeliveryTarget, oldKeyId: AccessKeyId) => Destination | undefined {
  return (target, oldKeyId) => openDestination(target, destinationParts(parts, oldKeyId));
}

export function destinationChooser(
  requests: readonly [DeliveryRequest, ...DeliveryRequest[]],
  parts: AccountParts,
): DestinationChooser {
  const { account } = parts.gateway.caller;
  const { region } = parts.gateway.services;
  return (user, oldKeyId) => {
    const open = ({ kind, template }: DeliveryRequest): Destination => {
      const rule = deliverRule(kind);
      const facts = { account, user };
      const place =
        rule === undefined
          ? template
          : placeOfRegion({ region, name: placeFor(template, facts, rule) });
      const opened = openDestination({ kind, place }, destinationParts(parts, oldKeyId));
      if (opened !== undefined) return opened;
      throw new KeyturnError('internal', `${kind} ${place} can not be opened`);
    };
    const [first, ...others] = requests;
    return [open(first), ...others.map(open)];
  };
}

function destinationParts(
  { gateway, handoff, clock }: AccountParts,
  oldKeyId: AccessKeyId,
): DestinationParts {
  return {
    ...gateway.services,
    handoff,
    clock,
    oldKeyId,
    fs: nodeFileSystem,
    save: (path) => saveOptions(path, clock),
  };
}
