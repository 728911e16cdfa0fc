// Destinations of a run, and those of rotations that other runs began, from the list of kinds.

import type { AccountGateway } from '../aws/gateway.ts';
import { keyOwners } from '../aws/whose-key.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { Destination } from '../destinations/destination.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { openDestination, staysInAws, targetFor } from '../destinations/kinds.ts';
import { unreadDestination } from '../destinations/unread.ts';
import { placeFacts } from '../engine/place-facts.ts';
import type { DestinationChooser, DestinationOpener, Replaced } from '../engine/places.ts';
import type { WhoseKey } from '../lifecycle/keys.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { AccountState } from '../state/state-store.ts';
import { ownersKnownTo } from './known-owners.ts';
import { nodePrograms } from './node-programs.ts';
import { placeCredentials } from './place-credentials.ts';
import { placeHttp } from './place-http.ts';
import { saveOptions } from './save-options.ts';

/** One place as the operator names it: `secrets-manager` and `app/{user}`. */
export interface DeliveryRequest {
  readonly kind: string;
  /** With {account} and {user}; empty for kinds that stand alone. */
  readonly template: string;
  /** Where it differs from the region of the run. */
  readonly region?: string;
  /** How this one is made where it does not exist, where it differs from the others of the run. */
  readonly newPlaces?: NewPlaces;
  /** How the pair is written there; as AWS made it when left out. */
  readonly form?: string | undefined;
}

/** The places of a user. */
export type RequestsFor = (user: string) => readonly [DeliveryRequest, ...DeliveryRequest[]];

export interface DestinationSurroundings {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces?: NewPlaces | undefined;
  /** Whether a person who was shown the places is at it. */
  readonly isAttended: boolean;
  /** Keys of others that may be written over, by the operator's word (I14). */
  readonly mayReplace?: ReadonlySet<AccessKeyId> | undefined;
  /** Whether places outside of AWS are not asked, because whoever names them is not trusted. */
  readonly isUntrusted?: boolean;
}

/** Opens a place that a record names; with the third argument one that the operator names. */
type PlaceOpener = (
  target: JournaledTarget,
  replaced: Replaced,
  asked?: AskedFor,
) => Promise<Destination | undefined>;

/** Of one place, which may be made in a way of its own. */
type AskedFor = Pick<DeliveryRequest, 'newPlaces'>;

/** One for all places of a run in an account: they share connections, sessions and credentials. */
export function destinationOpener(surroundings: DestinationSurroundings): PlaceOpener {
  const { gateway, state, clock, emit, isAttended, mayReplace, isUntrusted } = surroundings;
  const { reader, services: aws } = gateway;
  const files = (path: string) => saveOptions(path, clock);
  const sources = { ask: keyOwners(reader, clock, gateway.caller.account), reader, state };
  const { account } = gateway.caller;
  const programs = nodePrograms(gateway.env);
  const http = placeHttp(gateway, clock);
  const credentials = placeCredentials(gateway.env, programs);
  const custody = state.custody;
  const around = { files, programs, http, credentials };
  const parts = { aws, custody, clock, emit, ...around, account, isAttended };
  return async (target, { user, oldKeyId, oldKeyFate, newKeyId }, asked) => {
    if (isUntrusted && !staysInAws(target.kind)) return unreadDestination(target);
    const known = ownersKnownTo({ user, newKeyId }, sources);
    const whoseKey: WhoseKey = async (keyId) =>
      mayReplace?.has(keyId) ? { kind: 'nobody' } : await known(keyId);
    const oldKeyStays = oldKeyFate === 'keep';
    const about = { user, oldKeyId, whoseKey, oldKeyStays, isOnRecord: asked === undefined };
    const newPlaces = asked?.newPlaces ?? surroundings.newPlaces;
    return await openDestination(target, { ...parts, ...about, newPlaces });
  };
}

/** The places that the operator asked for, made for each user. */
export function destinationChooser(
  requestsFor: RequestsFor,
  { open, gateway }: { readonly open: PlaceOpener; readonly gateway: AccountGateway },
): DestinationChooser {
  return async (replaced) => {
    const facts = placeFacts(replaced.user, gateway);
    const openFor = async (request: DeliveryRequest): Promise<Destination> => {
      const { kind, template: name, form, region = facts.region, newPlaces } = request;
      const opener: DestinationOpener = (target, of) => open(target, of, { newPlaces });
      const target = targetFor({ kind, name }, { ...facts, region });
      const written = { ...target, ...(form !== undefined && { form }) };
      return await openOwn(written, replaced, opener);
    };
    const [first, ...others] = requestsFor(replaced.user);
    return [await openFor(first), ...(await Promise.all(others.map(openFor)))];
  };
}

/** One place, whoever the user is. */
export function onePlaceChooser(target: DeliveryTarget, open: PlaceOpener): DestinationChooser {
  const opener: DestinationOpener = (at, of) => open(at, of, {});
  return async (replaced) => [await openOwn(target, replaced, opener)];
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
