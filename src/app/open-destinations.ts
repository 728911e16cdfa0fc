// Destinations of a run, and those of rotations that other runs began, from the list of kinds.

import type { AccountGateway } from '../aws/gateway.ts';
import { keyOwners } from '../aws/whose-key.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { Destination } from '../destinations/destination.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { kindNamed, openDestination } from '../destinations/kinds.ts';
import type { DestinationChooser, DestinationOpener, Replaced } from '../engine/places.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import type { AccountState } from '../state/state-store.ts';
import { ownersKnownTo } from './known-owners.ts';
import { nodePrograms } from './node-programs.ts';
import { saveOptions } from './save-options.ts';

/** One place as the operator names it: `secrets-manager` and `app/{user}`. */
export interface DeliveryRequest {
  readonly kind: string;
  /** With {account} and {user}; empty for kinds that stand alone. */
  readonly template: string;
  /** How the pair is written there; as AWS made it when left out. */
  readonly form?: string | undefined;
}

export interface DestinationSurroundings {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces?: NewPlaces | undefined;
}

export function destinationOpener(surroundings: DestinationSurroundings): DestinationOpener {
  const { gateway, state, clock, emit, newPlaces } = surroundings;
  const { reader, services: aws } = gateway;
  const files = (path: string) => saveOptions(path, clock);
  const sources = { ask: keyOwners(reader, clock, gateway.caller.account), reader, state };
  const { account } = gateway.caller;
  const programs = nodePrograms(gateway.env);
  const parts = { aws, custody: state.custody, clock, emit, files, programs, account, newPlaces };
  return async (target, { user, oldKeyId }) => {
    const whoseKey = ownersKnownTo(user, sources);
    return await openDestination(target, { ...parts, user, oldKeyId, whoseKey });
  };
}

/** The places that the operator asked for, made for each user. */
export function destinationChooser(
  requests: readonly [DeliveryRequest, ...DeliveryRequest[]],
  surroundings: DestinationSurroundings,
): DestinationChooser {
  const { caller, services } = surroundings.gateway;
  const open = destinationOpener(surroundings);
  return async (user, oldKeyId) => {
    const facts = { account: caller.account, region: services.region, user };
    const openFor = async ({ kind, template, form }: DeliveryRequest): Promise<Destination> => {
      const place = kindNamed(kind)?.placeFor(template, facts) ?? template;
      const target = { kind, place, ...(form !== undefined && { form }) };
      return await openOwn(target, { user, oldKeyId }, open);
    };
    const [first, ...others] = requests;
    return [await openFor(first), ...(await Promise.all(others.map(openFor)))];
  };
}

/** One place, whoever the user is. */
export function onePlaceChooser(
  target: DeliveryTarget,
  surroundings: DestinationSurroundings,
): DestinationChooser {
  const open = destinationOpener(surroundings);
  return async (user, oldKeyId) => [await openOwn(target, { user, oldKeyId }, open)];
}

async function openOwn(
  target: DeliveryTarget,
  replaced: Replaced,
  open: DestinationOpener,
): Promise<Destination> {
  const opened = await open(target, replaced);
  if (opened !== undefined) return opened;
  throw new KeyturnError('internal', `${target.kind} ${target.place} cannot be opened`);
}
