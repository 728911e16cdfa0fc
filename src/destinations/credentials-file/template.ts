// What an operator writes for profiles of a credentials file: `~/.aws/credentials`, which is the profile
// default there, `/srv/{user}/credentials#production`, or `…#production,staging` for two that share a key.

import { isAbsolute, join, resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import {
  expandPlace,
  leadsElsewhere,
  type PlaceFacts,
  type PlaceRule,
  unfit,
  withUser,
} from '../place.ts';
import { nameWritten } from '../written-name.ts';
import type { ProfilePlace } from './place.ts';

/** The profile that every AWS tool takes when none is named. */
const DEFAULT_PROFILE = 'default';
const HOME = '~/';

export const CREDENTIALS_FILES: PlaceRule = {
  example: '~/.aws/credentials#{user}',
  noun: 'a credentials file',
  takes:
    'an absolute path or one below ~/, and behind # the name of the profile when it is not default, or several with commas; in a name , / # and % are written as in a URL: %2C %2F %23 %25',
  isWhole: true,
  isName: (text) => templateAt(text) !== undefined,
  faultIn: profileFault,
};

/** What people write first that have a path or a profile with such a character; undefined for anything else. */
function profileFault(text: string): string | undefined {
  const [, path = '', behind] = /^(.*?)(?:#([^#/\\]*))?$/s.exec(text) ?? [];
  if (path !== text && behind === '') return 'the name of the profile is missing behind #';
  const odd = behind?.split(',').find((name) => profileIn(name) === undefined);
  if (odd === undefined) return undefined;
  if (odd.trim() === '') return 'the name of a profile is missing beside a comma';
  if (nameWritten(odd) === undefined) {
    return `the profile ${JSON.stringify(odd)} has a % that begins no code of two digits; a percent sign is written %25`;
  }
  return `the profile ${JSON.stringify(odd)} cannot be one: AWS's tools take no [, no ] and no blank around it`;
}

interface Template {
  readonly path: string;
  /** As they are written. */
  readonly names: readonly string[];
}

/** Undefined for a text that names no file, or no profile. What stands in braces is left as it is. */
function templateAt(text: string): Template | undefined {
  // A path may have a # too: what has a slash is no name of a profile, but one written as in a URL.
  const [, path = '', behind] = /^(.*?)(?:#([^#/\\]*))?$/s.exec(text) ?? [];
  const isPath = path.startsWith(HOME) || isAbsolute(path);
  // `/home/ada/.aws/credentials [production]` is how results write a place.
  if (!isPath || /[/\\]$| \[.*\]$|\p{Cc}/u.test(path)) return undefined;
  const names = (behind ?? DEFAULT_PROFILE).split(',');
  const profiles = names.map(profileIn);
  const isEach = profiles.every((name) => name !== undefined);
  if (!isEach || new Set(profiles).size < profiles.length) return undefined;
  return { path, names };
}

/** Undefined for what can be no name of a profile. */
function profileIn(text: string): string | undefined {
  try {
    const name = decodeURIComponent(text.trim());
    return name === '' || name !== name.trim() || /[[\]\p{Cc}]/u.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

/** The place for one user. Throws `not-deliverable`. */
export function profilesFor(text: string, facts: PlaceFacts): ProfilePlace {
  const template = templateAt(text);
  if (template === undefined) throw unfit(text, facts, CREDENTIALS_FILES);
  const { path, names } = template;
  const expanded = pathFor(path, facts);
  const profiles = names.map((name) => profileIn(expandPlace(name, facts)));
  const [profile, ...alsoProfiles] = profiles.filter((name) => name !== undefined);
  // Two templates can lead to one name.
  const isEach = new Set(profiles).size === alsoProfiles.length + 1;
  if (expanded === undefined || profile === undefined || !isEach)
    throw unfit(text, facts, CREDENTIALS_FILES);
  return { path: expanded, profile, alsoProfiles };
}

function pathFor(path: string, facts: PlaceFacts): string | undefined {
  const { home } = facts;
  if (leadsElsewhere(path, facts)) return undefined;
  if (!path.startsWith(HOME)) return resolve(expandPlace(path, facts));
  if (home !== undefined) return join(home, expandPlace(path.slice(HOME.length), facts));
  throw new KeyturnError('not-deliverable', `there is no home directory for ${path}`, {
    hint: 'set HOME, or write the path out',
  });
}

/** What an operator writes for the place, with {user} where a part of it is the user's name. */
export function templateOf({ path, profile, alsoProfiles }: ProfilePlace, user: string): string {
  const names = [profile, ...alsoProfiles].map((name) => nameAround(name, user));
  return written(withUser(path, user), profile, names);
}

/** What an operator writes for one profile, whosever it is. */
export function templateOfProfile(path: string, profile: string): string {
  return written(path, profile, [escapedName(profile)]);
}

function written(folders: string, profile: string, names: readonly string[]): string {
  const isPlain = names.length === 1 && profile === DEFAULT_PROFILE && !folders.includes('#');
  return isPlain ? folders : `${folders}#${names.join(',')}`;
}

/** A name as it is written; that of the user is filled in as it is, and may have any character. */
function nameAround(name: string, user: string): string {
  // Braces of its own stand for nobody.
  const parts = name.includes('{') ? [name] : withUser(name, user).split('{user}');
  return parts.map(escapedName).join('{user}');
}

function escapedName(name: string): string {
  return name.replaceAll(/[%#,/\\{}]/g, encodeURIComponent);
}
