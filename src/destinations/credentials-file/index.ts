// A profile of the credentials file as a destination: the new pair goes into the profile, the old
// one into `<profile>-previous`, in one write.

import { resolve } from 'node:path';
import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { requirePairs } from '../../credentials-file/check-edit.ts';
import {
  type Document,
  sectionOf,
  serialize,
  settingsOf,
} from '../../credentials-file/document.ts';
import { type KeyPair, setKeyPair, setPrevious } from '../../credentials-file/edit.ts';
import { KEY_ID, SECRET } from '../../credentials-file/names.ts';
import { readLikeBotocore } from '../../credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../credentials-file/read-like-sdk.ts';
import {
  applyEdit,
  type EditRequest,
  readFileBytes,
  type SaveOptions,
  saveEdit,
} from '../../credentials-file/save.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Destination } from '../destination.ts';

export interface ProfileDestinationOptions {
  readonly profile: string;
  /** Further profiles of the file that are to hold the new pair. */
  readonly alsoProfiles: readonly string[];
  /** The key that the profile held when the rotation was asked for. */
  readonly oldKeyId: AccessKeyId;
  readonly save: SaveOptions;
}

export interface ProfileDestination extends Destination {
  /** The backup made by the last delivery; undefined when it had nothing to change. */
  readonly backupPath: () => string | undefined;
}

export function previousProfileOf(profile: string): string {
  return `${profile}-previous`;
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
  let backupPath: string | undefined;
  const place = placeOf(save.path, profile);
  return {
    kind: 'credentials-file',
    place,
    backupPath: () => backupPath,
    async deliver(key) {
      try {
        const saved = await saveEdit(delivery(options, key), save);
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
    async putBack(oldKeyId) {
      await saveEdit(
        {
          profiles: [profile, previousProfileOf(profile)],
          edit: (document) => swapPairs(document, profile, oldKeyId),
        },
        save,
      );
    },
    async holds(keyId) {
      const bytes = await readFileBytes(save.fs, save.path);
      if (bytes === undefined) return false;
      // I3: with fresh eyes, and with those of both programs that will read it.
      return [readLikeSdk(bytes), readLikeBotocore(bytes)].every(
        (reading) =>
          reading.kind === 'read' && reading.sections.get(profile)?.get(KEY_ID) === keyId,
      );
    },
  };
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
    edit: (document) => putInPlace(document, options, key),
  };
}

/** The pair that a profile holds, if it holds one. */
export function pairOf(document: Document, profile: string): KeyPair | undefined {
  const section = sectionOf(document, profile);
  if (section === undefined) return undefined;
  const settings = settingsOf(document, section);
  const id = settings.find(({ name }) => name === KEY_ID)?.value;
  const secret = settings.find(({ name }) => name === SECRET)?.value;
  return id && secret ? { id, secret: new Secret(secret) } : undefined;
}

/**
 * The pair of the previous profile goes into the profile, and the other way round, so that an undo
 * can be undone. A profile that holds the old key already stays as it is.
 */
export function swapPairs(document: Document, profile: string, oldKeyId: AccessKeyId): Document {
  const previousProfile = previousProfileOf(profile);
  const current = pairOf(document, profile);
  if (current?.id === oldKeyId) return document;
  const previous = pairOf(document, previousProfile);
  if (current === undefined || previous === undefined || previous.id !== oldKeyId) {
    throw new KeyturnError(
      'credentials-file',
      `profile ${previousProfile} does not hold the pair of ${oldKeyId} any more`,
      { hint: 'a backup beside the file may hold it: credentials.backup.*' },
    );
  }
  const swapped = setKeyPair(setKeyPair(document, profile, previous), previousProfile, current);
  const expected = new Map([
    [profile, previous],
    [previousProfile, current],
  ]);
  requirePairs(serialize(swapped), expected);
  return swapped;
}

function putInPlace(
  document: Document,
  { profile, alsoProfiles, oldKeyId }: ProfileDestinationOptions,
  key: Pick<IssuedKey, 'keyId' | 'secret'>,
): Document {
  const pair = { id: key.keyId, secret: key.secret };
  const current = pairOf(document, profile);
  if (current === undefined) throw changed(profile, 'holds no access key any more');
  let edited = document;
  const expected = new Map([[profile, pair as KeyPair]]);
  // Repeated after a crash, the old pair is in its place already.
  if (current.id !== pair.id) {
    if (current.id !== oldKeyId) throw changed(profile, `holds ${current.id} now, not ${oldKeyId}`);
    edited = setPrevious(edited, profile, previousProfileOf(profile), current);
    edited = setKeyPair(edited, profile, pair);
    expected.set(previousProfileOf(profile), current);
  }
  for (const other of alsoProfiles) {
    if (pairOf(edited, other)?.id !== oldKeyId) continue;
    edited = setKeyPair(edited, other, pair);
    expected.set(other, pair);
  }
  requirePairs(serialize(edited), expected);
  return edited;
}

function changed(profile: string, what: string): KeyturnError {
  return new KeyturnError('delivery-failed', `profile ${profile} ${what}; somebody changed it`, {
    hint: 'put the profile right, then run again; the old key still works',
  });
}
