// The pairs of a rotation in a credentials file, as pure functions from document to document: the
// new pair goes into the profile, the old one into `<profile>-previous`, and back.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
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
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { UndonePair } from '../destination.ts';
import { previousProfileOf } from './place.ts';

/** The profile, and further ones that share its key. */
export interface SharedProfiles {
  readonly profile: string;
  readonly alsoProfiles: readonly string[];
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

/** The pair that is replaced, and is to be kept: that of a key. After a crash it is in its place already. */
export function formerPair(
  document: Document,
  profile: string,
  newKeyId: AccessKeyId,
): KeyPair | undefined {
  const current = pairOf(document, profile);
  return current !== undefined && current.id !== newKeyId && looksLikeKeyId(current.id)
    ? current
    : undefined;
}

/** The pair in each of the profiles, which are there, and the former one of the first in its previous profile. */
export function putInPlace(
  document: Document,
  { profile, alsoProfiles }: SharedProfiles,
  { keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>,
): Document {
  const pair = { id: keyId, secret };
  const former = formerPair(document, profile, keyId);
  const expected = new Map<string, KeyPair>();
  let edited = document;
  if (former !== undefined) {
    edited = setPrevious(edited, profile, previousProfileOf(profile), former);
    expected.set(previousProfileOf(profile), former);
  }
  for (const name of [profile, ...alsoProfiles]) {
    edited = setKeyPair(edited, name, pair);
    expected.set(name, pair);
  }
  requirePairs(serialize(edited), expected);
  return edited;
}

/**
 * The pair of the previous profile goes into the profile, and the other way round, so that an undo
 * can be undone. Where that is done already nothing changes; undefined when it cannot be done.
 */
export function swapPairs(
  document: Document,
  { profile, alsoProfiles }: SharedProfiles,
  { toKeyId, fromKeyId }: UndonePair,
): Document | undefined {
  const previousProfile = previousProfileOf(profile);
  const current = pairOf(document, profile);
  const previous = pairOf(document, previousProfile);
  const expected = new Map<string, KeyPair>();
  if (current?.id === toKeyId) {
    return replaceIn(document, alsoProfiles, fromKeyId, current, expected);
  }
  if (current?.id !== fromKeyId || previous?.id !== toKeyId) return undefined;
  const swapped = setKeyPair(setKeyPair(document, profile, previous), previousProfile, current);
  expected.set(profile, previous).set(previousProfile, current);
  return replaceIn(swapped, alsoProfiles, fromKeyId, previous, expected);
}

/** Puts the pair into those of the profiles that hold the key, and proves all that is expected. */
function replaceIn(
  document: Document,
  profiles: readonly string[],
  keyId: AccessKeyId,
  pair: KeyPair,
  expected: Map<string, KeyPair>,
): Document {
  let edited = document;
  for (const profile of profiles) {
    if (pairOf(edited, profile)?.id !== keyId) continue;
    edited = setKeyPair(edited, profile, pair);
    expected.set(profile, pair);
  }
  requirePairs(serialize(edited), expected);
  return edited;
}
