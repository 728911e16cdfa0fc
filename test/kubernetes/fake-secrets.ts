// Secrets with owners of their keys, as server-side apply keeps them.

import { isDeepStrictEqual } from 'node:util';
import { type Reply, refused } from './fake-reply.ts';

export interface StoredSecret {
  readonly object: Record<string, unknown>;
  readonly uid: string;
  readonly version: number;
  readonly data: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
}

interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly keys: readonly string[];
  readonly time: string;
}

type Body = Record<string, unknown>;
let made = 0;

export function shownSecret({ object, uid, version, data, owners }: StoredSecret): unknown {
  const managedFields = owners.map(({ manager, operation, keys, time }) => ({
    manager,
    operation,
    time,
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
  }));
  const metadata = { ...(object.metadata as Body), uid, resourceVersion: `${version}` };
  return {
    type: 'Opaque',
    ...object,
    kind: 'Secret',
    data,
    metadata: { ...metadata, managedFields },
  };
}

const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

/** A write that is no apply: whoever changes a key has it from then on. */
export function mergeSecret(
  stored: StoredSecret | undefined,
  body: Body,
  manager: string,
): StoredSecret {
  const { data: given = {}, contentType: _, ...object } = body as Body & { data?: Body };
  const before = stored?.data ?? {};
  const data = Object.fromEntries(
    Object.entries({ ...before, ...given }).filter(([, value]) => value !== null),
  ) as Record<string, string>;
  const keys = Object.keys(given).filter((key) => data[key] !== before[key]);
  const others = (stored?.owners ?? []).map((owner) => ({
    ...owner,
    keys: owner.keys.filter((key) => !keys.includes(key)),
  }));
  made += 1;
  return {
    object: { ...stored?.object, ...object },
    uid: stored?.uid ?? `uid-${made}`,
    version: made,
    data,
    owners: [...others, { manager, operation: 'Update', keys, time: now() }],
  };
}

export function applySecret(
  stored: StoredSecret,
  body: Body,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): StoredSecret | Reply {
  const { data: given = {}, metadata } = body as { data?: Record<string, string>; metadata: Body };
  const isStale =
    (metadata.uid !== undefined && metadata.uid !== stored.uid) ||
    (metadata.resourceVersion !== undefined && metadata.resourceVersion !== `${stored.version}`);
  if (isStale) return refused(409, 'Conflict', 'the object has been modified');
  const keys = Object.keys(given);
  const isOwn = (owner: Owner) => owner.manager === manager && owner.operation === 'Apply';
  const own = stored.owners.find(isOwn);
  const others = stored.owners.filter((owner) => !isOwn(owner));
  const changed = keys.filter((key) => given[key] !== stored.data[key]);
  const causes = others.flatMap((owner) =>
    owner.keys
      .filter((key) => changed.includes(key))
      .map((key) => ({
        reason: 'FieldManagerConflict',
        field: `.data.${key}`,
        message: owner.manager,
      })),
  );
  if (causes.length > 0 && !force) return refused(409, 'Conflict', 'conflict', causes);
  const isOthers = (key: string) => others.some((owner) => owner.keys.includes(key));
  const gone = (own?.keys ?? []).filter((key) => !keys.includes(key) && !isOthers(key));
  const data = Object.fromEntries(
    Object.entries({ ...stored.data, ...given }).filter(([key]) => !gone.includes(key)),
  );
  const isSame =
    isDeepStrictEqual(data, stored.data) &&
    isDeepStrictEqual(own?.keys.toSorted(), keys.toSorted());
  if (isSame) return stored;
  if (stored.object.immutable === true) {
    return refused(422, 'Invalid', 'field is immutable when `immutable` is set');
  }
  made += 1;
  const left = others.map((owner) => ({
    ...owner,
    keys: owner.keys.filter((key) => !changed.includes(key)),
  }));
  const owners = [...left, { manager, operation: 'Apply' as const, keys, time: now() }];
  return { ...stored, version: made, data, owners };
}
