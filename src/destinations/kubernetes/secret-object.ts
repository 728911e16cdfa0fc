// A Secret as the API shows it: what it holds, who owns what of it, and the patch that sets a pair. Pure.

import { Secret } from '../../base/secret.ts';
import { namesOf } from '../variable-names.ts';
import type { SecretAt } from './place.ts';

/** What the keys of a place are to hold, by their names. */
export type KeyTexts = ReadonlyMap<string, Secret>;

/** Under this name keyturn owns the keys that it applies. */
export const FIELD_MANAGER = 'keyturn';

export interface SecretObject {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly isImmutable: boolean;
  /** Each value as it is stored, in base64. */
  readonly data: ReadonlyMap<string, Secret>;
  readonly owners: readonly FieldOwner[];
  /** Objects that this one belongs to; their controllers write it. */
  readonly controllers: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** On its way out: whoever waits to finish that lets it stay until then. */
  readonly isBeingDeleted: boolean;
}

export interface FieldOwner {
  readonly manager: string;
  readonly operation: string;
  /** The keys of its data that it owns. */
  readonly keys: readonly string[];
  /** ISO 8601, to the second: when it last changed something. */
  readonly time: string | undefined;
}

/** Undefined for a body that is no Secret. */
export function readSecret(body: unknown): SecretObject | undefined {
  const object = recordIn(body);
  const metadata = recordIn(object.metadata);
  const { uid, resourceVersion } = metadata;
  if (object.kind !== 'Secret' || typeof uid !== 'string' || typeof resourceVersion !== 'string') {
    return undefined;
  }
  return {
    ...{ uid, resourceVersion, type: typeof object.type === 'string' ? object.type : 'Opaque' },
    isImmutable: object.immutable === true,
    data: new Map(textsIn(object.data).map(([key, value]) => [key, new Secret(value)])),
    owners: listIn(metadata.managedFields).map(readOwner),
    controllers: listIn(metadata.ownerReferences)
      .filter(({ controller }) => controller === true)
      .map(({ kind, name }) => `${String(kind)}/${String(name)}`),
    labels: Object.fromEntries(textsIn(metadata.labels)),
    annotations: Object.fromEntries(textsIn(metadata.annotations)),
    isBeingDeleted: typeof metadata.deletionTimestamp === 'string',
  };
}

function readOwner(entry: Readonly<Record<string, unknown>>): FieldOwner {
  const fields = recordIn(recordIn(entry.fieldsV1)['f:data']);
  return {
    manager: String(entry.manager),
    operation: String(entry.operation),
    keys: Object.keys(fields).flatMap((key) => (key.startsWith('f:') ? [key.slice(2)] : [])),
    time: typeof entry.time === 'string' ? entry.time : undefined,
  };
}

/** The text of a key; undefined when there is none. */
export function textOf({ data }: SecretObject, key: string): string | undefined {
  const value = data.get(key);
  return value && Buffer.from(value.reveal(), 'base64').toString('utf8');
}

/** All of its data as one JSON object of texts, which is how it is looked at. */
export function textsOf(object: SecretObject): string {
  const texts = [...object.data.keys()].map((key) => [key, textOf(object, key)]);
  return JSON.stringify(Object.fromEntries(texts));
}

/** Bytes of what its data would hold. */
export function sizeWith(object: SecretObject, texts: KeyTexts): number {
  const others = [...object.data].filter(([key]) => !texts.has(key));
  const sizes = others.map(([, value]) => Buffer.from(value.reveal(), 'base64').length);
  const own = [...texts.values()].map((text) => Buffer.byteLength(text.reveal()));
  return [...sizes, ...own].reduce((sum, size) => sum + size, 0);
}

/** Others who own one of the keys, and would be written over. */
export function othersAt({ owners }: SecretObject, { pair }: SecretAt): readonly FieldOwner[] {
  const isThere = (key: string) => namesOf(pair).includes(key);
  return owners.filter(({ manager, operation, keys }) => {
    const isOurs = manager === FIELD_MANAGER && operation === 'Apply';
    return !isOurs && keys.some(isThere);
  });
}

/**
 * What is applied: the texts, and every key that keyturn has applied before with the value that it has, because
 * what a manager leaves out is taken away. `uid` and `resourceVersion` are of what was read, so that anything
 * else that was written since is not written over.
 */
export function patchOf(object: SecretObject, at: SecretAt, texts: KeyTexts) {
  const applied = object.owners
    .filter(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
    .flatMap(({ keys }) => keys);
  const kept = applied.flatMap((key) => {
    const value = object.data.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: at.name,
      namespace: at.namespace,
      uid: object.uid,
      resourceVersion: object.resourceVersion,
    },
    data: {
      ...Object.fromEntries(kept),
      ...Object.fromEntries(
        [...texts].map(([key, text]) => [
          key,
          new Secret(Buffer.from(text.reveal()).toString('base64')),
        ]),
      ),
    },
  };
}

/** When one of the keys was last written, by the clock of the cluster; undefined where it does not tell. */
export function writtenAt({ owners }: SecretObject, { pair }: SecretAt): string | undefined {
  const times = owners
    .filter(({ keys }) => namesOf(pair).some((name) => keys.includes(name)))
    .flatMap(({ time }) => (time === undefined ? [] : [time]));
  return times.sort().at(-1);
}

export function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function listIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordIn) : [];
}

function textsIn(value: unknown): [string, string][] {
  return Object.entries(recordIn(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
}
