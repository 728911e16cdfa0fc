// How profiles of a credentials file are written as a place, for people and for later runs:
// `/home/ada/.aws/credentials [production] [staging]`. The first is the profile that is rotated, the
// others hold the same key and go with it.
//
// One profile is written as every version of keyturn reads it. More than one, or a name that this
// would read wrongly, is written in a form that begins with record format 3: there `%`, `[` and `]` in
// the path and in the names are escaped (`%25`, `%5B`, `%5D`). The target says which form it is, so
// that no place is ever read in the other one.

import { resolve } from 'node:path';
import type { DeliveryTarget, JournaledTarget } from '../../lifecycle/record.ts';

export interface ProfilePlace {
  /** Absolute, so that it leads there from whatever folder the next run is started in. */
  readonly path: string;
  readonly profile: string;
  /** Further profiles of the file that hold the same key. */
  readonly alsoProfiles: readonly string[];
}

export const CREDENTIALS_FILE = 'credentials-file';

/** The profile that keeps the pair which a rotation replaced. */
export function previousProfileOf(profile: string): string {
  return `${profile}-previous`;
}

export function targetOfProfiles({ path, profile, alsoProfiles }: ProfilePlace): DeliveryTarget {
  const absolute = resolve(path);
  const plain = { kind: CREDENTIALS_FILE, place: `${absolute} [${profile}]` };
  const isPlain =
    alsoProfiles.length === 0 && isSame(profilesOf(plain), { path: absolute, profile });
  if (isPlain) return plain;
  const names = [profile, ...alsoProfiles].map((name) => ` [${escaped(name)}]`);
  return { kind: CREDENTIALS_FILE, place: `${escaped(absolute)}${names.join('')}`, since: 3 };
}

/** Undefined when the target is none of this kind. */
export function profilesOf(target: JournaledTarget): ProfilePlace | undefined {
  const { place, since, alsoProfiles = [] } = target;
  if (since !== undefined) return escapedProfiles(place);
  const [, path, profile] = /^(.+) \[(.+)\]$/s.exec(place) ?? [];
  // Records of format 2 name the further profiles beside the place.
  return path === undefined || profile === undefined ? undefined : { path, profile, alsoProfiles };
}

/**
 * The profile tells whose rotation it is. A run that asks for it alone meets the one that was begun
 * with all profiles that share its key, and the other way round: then both are meant.
 */
export function jointProfiles(
  own: DeliveryTarget,
  begun: JournaledTarget,
): DeliveryTarget | undefined {
  const [mine, theirs] = [profilesOf(own), profilesOf(begun)];
  if (mine === undefined || theirs === undefined || !isSame(mine, theirs)) return undefined;
  const alsoProfiles = [...new Set([...mine.alsoProfiles, ...theirs.alsoProfiles])];
  return targetOfProfiles({ ...mine, alsoProfiles });
}

/** Each profile of the place, and the one that keeps the former pair. */
export function thingsOfProfiles(target: JournaledTarget): readonly string[] {
  const read = profilesOf(target);
  if (read === undefined) return [target.place];
  const { path, profile, alsoProfiles } = read;
  const names = [profile, ...alsoProfiles, previousProfileOf(profile)];
  return names.map((name) => `${path} [${name}]`);
}

type FirstProfile = Pick<ProfilePlace, 'path' | 'profile'>;

function isSame(one: FirstProfile | undefined, other: FirstProfile): boolean {
  return one?.path === other.path && one.profile === other.profile;
}

function escapedProfiles(place: string): ProfilePlace | undefined {
  const [, path, names] = /^([^[\]]+)((?: \[[^[\]]+\])+)$/.exec(place) ?? [];
  if (path === undefined || names === undefined) return undefined;
  const [profile, ...alsoProfiles] = names
    .slice(' ['.length, -']'.length)
    .split('] [')
    .map(unescaped);
  return profile === undefined ? undefined : { path: unescaped(path), profile, alsoProfiles };
}

function escaped(text: string): string {
  return text.replaceAll(/[%[\]]/g, (character) => encodeURIComponent(character));
}

function unescaped(text: string): string {
  return text.replaceAll(/%(?:25|5B|5D)/g, (code) => decodeURIComponent(code));
}
