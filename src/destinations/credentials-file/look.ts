// I14 for profiles of a credentials file: what is in them, whose key that is, whether anybody would be left
// with the old pair. Asked before a key is made, with a stand-in for the new pair, and at the write.

import { dirname, join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { looksLikeKeyId, shownKeyId } from '../../base/key-id-text.ts';
import { bySetting, CREATE_MISSING, deliveringTo } from '../../base/settings-words.ts';
import { isSameUser } from '../../base/user-name.ts';
import { type Document, parseDocument, sectionOf } from '../../credentials-file/document.ts';
import {
  holdsPair,
  listProfiles,
  type Profile,
  usedOtherwise,
  whyNotRotatable,
} from '../../credentials-file/profiles.ts';
import { refuseProblems } from '../../credentials-file/refuse-problems.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { applyEdit } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import { type Pair, type ReplacedKey, refuseForeignKey } from '../look.ts';
import { readersOf, sourcedFrom } from './holders.ts';
import { formerPair, pairOf } from './pairs.ts';
import { type ProfilePlace, previousProfileOf } from './place.ts';
import { deliveryEdit, profilesOfEdit } from './profile-edits.ts';
import { templateOf } from './template.ts';

/** The profiles of a place, and what their new pair replaces. */
export interface ProfilesAtHand {
  readonly place: ProfilePlace;
  readonly save: SaveOptions;
  readonly replaced: ReplacedKey;
  /** Whether the old key stays Active, so that whoever keeps it is not cut off. */
  readonly oldKeyStays: boolean;
}

/**
 * What the file would hold with the pair in the profiles, once it was looked at from all sides. Throws
 * `not-deliverable`, or `file-not-understood` with the line.
 */
export async function editedFile(at: ProfilesAtHand, bytes: Buffer, pair: Pair): Promise<Buffer> {
  const { place, save } = at;
  refuseProblems(place.path, bytes, profilesOfEdit(place));
  const document = parseDocument(bytes);
  const config = await configBeside(save);
  const profiles = new Map(
    listProfiles({ credentials: bytes, config }).map((each) => [each.name, each]),
  );
  const alsoProfiles: string[] = [];
  for (const name of place.alsoProfiles) {
    if (!isLeft(name, at, { document, pair })) alsoProfiles.push(name);
  }
  const served = { ...place, alsoProfiles };
  for (const name of [place.profile, ...alsoProfiles]) {
    if (sectionOf(document, name) === undefined) throw noProfile(place.path, name);
    refuseOtherUse(place.path, profiles.get(name));
    const where = `profile ${name} of ${place.path}`;
    await refuseForeignKey(pairOf(document, name)?.id, where, { pair, replaced: at.replaced });
  }
  if (formerPair(document, place.profile, pair.keyId) !== undefined) {
    refuseSourced(place, [bytes, config]);
    refuseUsedPrevious(place, profiles.get(previousProfileOf(place.profile)));
    await refuseForeignPrevious(at, document);
  }
  const after = applyEdit(place.path, bytes, deliveryEdit(served, pair));
  if (!at.oldKeyStays) refuseTrace(at, { before: document, after });
  return after;
}

/** The config file that the tools of whoever owns the credentials file read with it, as far as it can be read. */
async function configBeside({ fs, path }: SaveOptions): Promise<Buffer | undefined> {
  return await readFileBytes(fs, join(dirname(path), 'config')).catch(() => undefined);
}

interface Found {
  readonly document: Document;
  readonly pair: Pair;
}

/**
 * A further profile shared the key once, and somebody has given it another one since, or taken it away. Where
 * the old key stays, nobody needs that changed back.
 */
function isLeft(
  name: string,
  { oldKeyStays, replaced }: ProfilesAtHand,
  { document, pair }: Found,
): boolean {
  if (!oldKeyStays) return false;
  if (sectionOf(document, name) === undefined) return true;
  const id = pairOf(document, name)?.id;
  return id !== undefined && id !== replaced.oldKeyId && id !== pair.keyId;
}

export function noProfile(path: string, name: string): KeyturnError {
  return new KeyturnError('not-deliverable', `${path} has no profile ${name}`, {
    hint: [
      bySetting(CREATE_MISSING, (how) => `add a line [${name}] to it, or have it made with ${how}`),
    ],
  });
}

export function noFile(path: string): KeyturnError {
  return new KeyturnError('not-deliverable', `there is no file ${path}`, {
    hint: [bySetting(CREATE_MISSING, (how) => `check the path; or have the file made with ${how}`)],
  });
}

/** A profile that is a role, SSO, a session, a program or half a pair has readers who need it as it is. */
function refuseOtherUse(path: string, profile: Profile | undefined): void {
  if (profile === undefined || profile.kind === 'settings-only') return;
  if (whyNotRotatable(profile) === undefined) return;
  // A placeholder in the place of the pair.
  const isPair = profile.kind === 'access-key' && profile.keyIn === 'credentials';
  if (isPair && profile.keyId === undefined) return;
  throw new KeyturnError('not-deliverable', usedOtherwise(path, profile), {
    hint: 'name another profile, or put that one right',
  });
}

/** Whoever names the previous profile as the source of a role reads the former pair. */
function refuseSourced({ profile, path }: ProfilePlace, files: readonly (Buffer | undefined)[]) {
  const previous = previousProfileOf(profile);
  const [reader] = sourcedFrom(previous, files);
  if (reader === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `profile ${previous} of ${path} is in use for something else: it is the source_profile of ${reader}`,
    { hint: reservedFor(profile) },
  );
}

/** Whose pair it holds is asked later; what is no pair at all is somebody's profile of another kind. */
function refuseUsedPrevious({ profile, path }: ProfilePlace, previous: Profile | undefined): void {
  if (previous === undefined || previous.kind === 'settings-only' || holdsPair(previous)) return;
  throw new KeyturnError('not-deliverable', usedOtherwise(path, previous), {
    hint: reservedFor(profile),
  });
}

/**
 * The previous profile is written over with the pair that is replaced, so what it holds must be one of
 * the same user's, or dead. Of a pair that nobody can tell the owner of, the profile may be the only holder.
 */
async function refuseForeignPrevious(at: ProfilesAtHand, document: Document): Promise<void> {
  const { profile, path } = at.place;
  const { user, oldKeyId, whoseKey } = at.replaced;
  const previous = previousProfileOf(profile);
  const id = pairOf(document, previous)?.id;
  if (id === undefined || id === oldKeyId) return;
  const held = `profile ${previous} of ${path} holds ${shownKeyId(id)}`;
  if (!looksLikeKeyId(id) || !id.startsWith('AKIA')) {
    // A session, a key of another service, or a word that stands for one: no former pair of ours.
    throw new KeyturnError('not-deliverable', `${held}, and no key of an IAM user`, {
      hint: reservedFor(profile),
    });
  }
  const owner = await whoseKey(id);
  if (owner.kind === 'nobody') return;
  if (owner.kind === 'user' && isSameUser(owner.user, user)) return;
  if (owner.kind !== 'unknown') {
    const whose = owner.kind === 'user' ? owner.user : `account ${owner.account}`;
    throw new KeyturnError(
      'not-deliverable',
      `${held}, which is a key of ${whose} and not of ${user}`,
      { hint: reservedFor(profile) },
    );
  }
  const { code, message, hintParts } = owner.error;
  const wayOut = `the former pair of ${profile} is to go there: take the profile ${previous} out of the file if nobody needs its pair, else give it another name; or sign with a profile that may ask whose key it is (-a, iam:GetAccessKeyLastUsed on all users)`;
  throw new KeyturnError(
    'not-deliverable',
    `${held}, and whose key that is could not be found out: ${message}`,
    { hint: code === 'access-denied' ? wayOut : hintParts },
  );
}

function reservedFor(profile: string): string {
  return `the former pair of ${profile} is to go there: give that profile another name first`;
}

interface Edit {
  readonly before: Document;
  readonly after: Buffer;
}

/** Whoever reads the old key in another profile of the file would be cut off when it goes. */
function refuseTrace({ place, replaced }: ProfilesAtHand, { before, after }: Edit): void {
  const { path, profile, alsoProfiles } = place;
  const { oldKeyId, user } = replaced;
  const stored = pairOf(before, profile);
  const traces = [oldKeyId, ...(stored?.id === oldKeyId ? [stored.secret.reveal()] : [])];
  const served = [profile, ...alsoProfiles];
  const [reader] = readersOf(after, traces);
  if (reader === undefined) return;
  const isServed = served.includes(reader);
  const wider = templateOf({ ...place, alsoProfiles: [...alsoProfiles, reader] }, user);
  throw new KeyturnError(
    'not-deliverable',
    `${isServed ? 'another setting of ' : ''}profile ${reader} of ${path} has ${oldKeyId} too, which would stay: whoever reads it there would be left with a key that does not work`,
    {
      hint: isServed
        ? 'take that setting out'
        : [
            'take it out of that profile, or serve both:',
            deliveringTo(`credentials-file=${wider}`),
          ],
    },
  );
}
