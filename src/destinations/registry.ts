// Every kind of destination, by import, so that one search finds all that belongs to it. A record
// names its destinations by kind and place, and this table leads back to them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { ParameterStore, SecretStore } from '../base/aws-stores.ts';
import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/files/file-system.ts';
import type { SaveOptions } from '../credentials-file/save.ts';
import { parsePlace, profileDestination } from './credentials-file/index.ts';
import type { DeliverableKind } from './deliverable.ts';
import type { Destination } from './destination.ts';
import { type HandoffReader, handoffDestination } from './handoff/index.ts';
import { regionalPlace } from './place.ts';
import { secretsManagerDestination } from './secrets-manager/index.ts';
import { ssmDestination } from './ssm/index.ts';
import { stdoutDestination } from './stdout/index.ts';

/** What destinations are made from; each takes what it needs. */
export interface DestinationParts {
  readonly handoff: HandoffReader;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** AWS's stores in a region. */
  readonly secretStore: (region: string) => SecretStore;
  readonly parameterStore: (region: string) => ParameterStore;
  /** How the credentials file at this path is written. */
  readonly save: (path: string) => SaveOptions;
  /** The key that the new one replaces. */
  readonly oldKeyId: AccessKeyId;
}

/** Undefined when the place is not one of the kind. */
type Open = (place: string, parts: DestinationParts) => Destination | undefined;

type Kind = DeliverableKind | 'credentials-file';

export const DESTINATIONS: Readonly<Record<Kind, Open>> = {
  stdout: (_, parts) => stdoutDestination(parts),
  handoff: handoffDestination,
  'secrets-manager': openSecret,
  ssm: openParameter,
  'credentials-file': openProfile,
};

/** Undefined for a kind that this version does not know, and for a place that is not of the kind. */
export function openDestination(
  { kind, place }: { readonly kind: string; readonly place: string },
  parts: DestinationParts,
): Destination | undefined {
  return Object.hasOwn(DESTINATIONS, kind) ? DESTINATIONS[kind as Kind](place, parts) : undefined;
}

function openSecret(
  place: string,
  { secretStore, clock }: DestinationParts,
): Destination | undefined {
  const at = regionalPlace(place);
  return at && secretsManagerDestination(at, { store: secretStore(at.region), clock });
}

function openParameter(
  place: string,
  { parameterStore, clock }: DestinationParts,
): Destination | undefined {
  const at = regionalPlace(place);
  return at && ssmDestination(at, { store: parameterStore(at.region), clock });
}

function openProfile(place: string, { save, oldKeyId }: DestinationParts): Destination | undefined {
  const parsed = parsePlace(place);
  if (parsed === undefined) return undefined;
  const { path, profile } = parsed;
  return profileDestination({ profile, alsoProfiles: [], oldKeyId, save: save(path) });
}
