// A profile of the credentials file as a destination: the new pair goes into the profile, the old
// one into `<profile>-previous`, in one write.

import { resolve } from 'node:path';
import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { type Document, parseDocument } from '../../credentials-file/document.ts';
import { KEY_ID } from '../../credentials-file/names.ts';
import { readLikeBotocore } from '../../credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../credentials-file/read-like-sdk.ts';
import type { Settings } from '../../credentials-file/reading.ts';
import {
  applyEdit,
  type EditRequest,
  readFileBytes,
  type SaveOptions,
  saveEdit,
} from '../../credentials-file/save.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Destination, UndonePair } from '../destination.ts';
import { pairOf, previousProfileOf, putInPlace, type SharedProfiles, swapPairs } from './pairs.ts';

export { pairOf, previousProfileOf };

export interface ProfileDestinationOptions extends SharedProfiles {
  /** The key that the profile held when the rotation was asked for. */
  readonly oldKeyId: AccessKeyId;
  readonly save: SaveOptions;
}

export interface ProfileDestination extends Destination {
  /** The backup made by the last change; undefined when there was nothing to change. */
  readonly backupPath: () => string | undefined;
  /** The profiles that held the key when it was last looked for. */
  readonly holders: () => readonly string[];
}

/**
 * "/home/ada/.aws/credentials [production]": for people, and to find the place again, from whatever
 * folder the next run is started in.
 */
function placeOf(path: string, profile: string): string {
  return `${resolve(path)} [${profile}]`;
}

export function parsePlace(place: string): { path: string; profile: string } | undefined {
  const match = /^(.+) \[(.+)\]$/s.exec(place);
  const [, path, profile] = match ?? [];
  return path === undefined || profile === undefined ? undefined : { path, profile };
}

export function profileDestination(options: ProfileDestinationOptions): ProfileDestination {
  const { profile, save } = options;
  let { alsoProfiles } = options;
  let backupPath: string | undefined;
  let holders: readonly string[] = [];
  const place = placeOf(save.path, profile);
  const destination: ProfileDestination = {
    kind: 'credentials-file',
    place,
    ...(alsoProfiles.length > 0 && { alsoProfiles }),
    including(target) {
      // Those of this run, and those that the rotation promised to whoever began it.
      alsoProfiles = [...new Set([...alsoProfiles, ...(target.alsoProfiles ?? [])])];
      return destination;
    },
    backupPath: () => backupPath,
    holders: () => holders,
    async deliver(key) {
      try {
        const saved = await saveEdit(delivery({ ...options, alsoProfiles }, key), save);
        backupPath = saved.backupPath;
      } catch (thrown) {
        const error = toKeyturnError(thrown);
        throw new KeyturnError('delivery-failed', error.message, {
          hint: `the new secret is kept in the state directory; ${error.hint ?? 'run again'}`,
          cause: { code: error.code },
        });
      }
      return { kind: 'credentials-file', reference: place };
    },
    async holds(keyId) {
      const bytes = await readFileBytes(save.fs, save.path);
      if (bytes === undefined) return false;
      // I3: with fresh eyes, and with those of both programs that will read it.
      const readings = [readLikeSdk(bytes), readLikeBotocore(bytes)].map((reading) =>
        reading.kind === 'read' ? holdersIn(reading.sections, keyId) : [],
      );
      holders = readings[0] ?? [];
      return readings.every((names) => names.includes(profile));
    },
    wayBack: {
      async secretOf(keyId) {
        const bytes = await readFileBytes(save.fs, save.path);
        const document = bytes && parseDocument(bytes);
        const pairs = [profile, previousProfileOf(profile)].map(
          (name) => document && pairOf(document, name),
        );
        return pairs.find((pair) => pair?.id === keyId)?.secret;
      },
      async putBack(undo) {
        if ((await readFileBytes(save.fs, save.path)) === undefined) return false;
        const swap = swapping({ profile, alsoProfiles }, undo);
        const saved = await saveEdit(swap.request, save);
        backupPath = saved.backupPath;
        return swap.isPossible();
      },
    },
  };
  return destination;
}

function holdersIn(sections: ReadonlyMap<string, Settings>, keyId: AccessKeyId): string[] {
  return [...sections]
    .filter(([, settings]) => settings.get(KEY_ID) === keyId)
    .map(([name]) => name);
}

/** Shaped like a pair that AWS could make. It is never written. */
const REHEARSED: Pick<IssuedKey, 'keyId' | 'secret'> = {
  keyId: accessKeyId('AKIAREHEARSALEXAMPLE'),
  secret: new Secret('rehearsal/rehearsal+rehearsal/EXAMPLEKEY'),
};

/**
 * Whether a delivery could be written into the file as it is. Call it before a key is created: a file
 * that only then turns out to be odd would leave the rotation half done. Throws
 * `file-not-understood` with the line.
 */
export function rehearseDelivery(options: ProfileDestinationOptions, bytes: Buffer): void {
  applyEdit(options.save.path, bytes, delivery(options, REHEARSED));
}

function delivery(
  options: ProfileDestinationOptions,
  key: Pick<IssuedKey, 'keyId' | 'secret'>,
): EditRequest {
  const { profile, alsoProfiles } = options;
  return {
    profiles: [profile, previousProfileOf(profile), ...alsoProfiles],
    edit: (document) => putInPlace(document, options, options.oldKeyId, key),
  };
}

/**
 * Whether the pairs could be swapped in the file as it is. Call it before a key is touched. Throws
 * `file-not-understood` with the line; returns whether both pairs are there.
 */
export function rehearseSwap(
  options: Pick<ProfileDestinationOptions, 'profile' | 'save'>,
  undo: UndonePair,
  bytes: Buffer,
): boolean {
  const swap = swapping({ profile: options.profile, alsoProfiles: [] }, undo);
  applyEdit(options.save.path, bytes, swap.request);
  return swap.isPossible();
}

function swapping(
  shared: SharedProfiles,
  undo: UndonePair,
): { readonly request: EditRequest; readonly isPossible: () => boolean } {
  let isPossible = true;
  const edit = (document: Document): Document => {
    const swapped = swapPairs(document, shared, undo);
    isPossible = swapped !== undefined;
    return swapped ?? document;
  };
  const profiles = [shared.profile, previousProfileOf(shared.profile), ...shared.alsoProfiles];
  return { request: { profiles, edit }, isPossible: () => isPossible };
}
