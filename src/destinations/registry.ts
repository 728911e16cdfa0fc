// Every kind of destination, by import, so that one search finds all that belongs to it. A record
// names its destinations by kind and place, and this table leads back to them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { ParameterStore, SecretStore } from '../base/aws-stores.ts';
import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/files/file-system.ts';
import type { SaveOptions } from '../credentials-file/save.ts';
import { parsePlace, profileDestination } from './credentials-file/index.ts';
import type { Destination } from './destination.ts';
import { type HandoffReader, handoffDestination } from './handoff/index.ts';
import type { PlaceRule } from './place.ts';
import { secretsManagerDestination } from './secrets-manager/index.ts';
import { SECRET_NAMES } from './secrets-manager/names.ts';
import { ssmDestination } from './ssm/index.ts';
import { PARAMETER_NAMES } from './ssm/names.ts';
import { stdoutDestination } from './stdout/index.ts';

/** What destinations are made from; each takes what it needs. */
export interface DestinationParts {
  readonly handoff: HandoffReader;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly secretStore: SecretStore;
  readonly parameterStore: ParameterStore;
  /** How the credentials file at this path is written. */
  readonly save: (path: string) => SaveOptions;
  /** The key that the new one replaces. */
  readonly oldKeyId: AccessKeyId;
}

export interface DestinationKind {
  /** Undefined when the place is not one of this kind. */
  readonly open: (place: string, parts: DestinationParts) => Destination | undefined;
  /** How `--deliver` names it: by the kind alone, by `kind=NAME`, or not at all. */
  readonly deliver: 'alone' | PlaceRule | undefined;
}

export const DESTINATION_KINDS = {
  stdout: { open: (_, parts) => stdoutDestination(parts), deliver: 'alone' },
  handoff: { open: handoffDestination, deliver: 'alone' },
  'secrets-manager': {
    open: (name, { secretStore: store, clock }) =>
      secretsManagerDestination(name, { store, clock }),
    deliver: SECRET_NAMES,
  },
  ssm: {
    open: (name, { parameterStore: store, clock }) => ssmDestination(name, { store, clock }),
    deliver: PARAMETER_NAMES,
  },
  'credentials-file': { open: openProfile, deliver: undefined },
} as const satisfies Record<string, DestinationKind>;

type Kinds = typeof DESTINATION_KINDS;

/** The kinds that `--deliver` takes. */
export type DeliverableKind = {
  [Kind in keyof Kinds]: Kinds[Kind]['deliver'] extends undefined ? never : Kind;
}[keyof Kinds];

export const DELIVERABLE_KINDS = Object.entries(DESTINATION_KINDS).flatMap(([kind, { deliver }]) =>
  deliver === undefined ? [] : [kind as DeliverableKind],
);

/** What the name of a place may be; undefined for a kind that stands alone. */
export function deliverRule(kind: DeliverableKind): PlaceRule | undefined {
  const { deliver } = DESTINATION_KINDS[kind];
  return deliver === 'alone' ? undefined : deliver;
}

/** Undefined for a kind that this version does not know, and for a place that is not of the kind. */
export function openDestination(
  { kind, place }: { readonly kind: string; readonly place: string },
  parts: DestinationParts,
): Destination | undefined {
  if (!Object.hasOwn(DESTINATION_KINDS, kind)) return undefined;
  const found: DestinationKind = DESTINATION_KINDS[kind as keyof typeof DESTINATION_KINDS];
  return found.open(place, parts);
}

function openProfile(place: string, { save, oldKeyId }: DestinationParts): Destination | undefined {
  const parsed = parsePlace(place);
  if (parsed === undefined) return undefined;
  const { path, profile } = parsed;
  return profileDestination({ profile, alsoProfiles: [], oldKeyId, save: save(path) });
}
