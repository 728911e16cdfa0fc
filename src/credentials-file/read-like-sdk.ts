// The AWS SDK for JavaScript's reading: line by line, forgiving, last one wins.

import { type ReadFile, ReadingBuilder } from './reading.ts';

const TYPED_HEADER = /^([\w-]+)\s(["'])?([\w\-@+.%:/]+)\2$/;
const SECTION_TYPES = ['profile', 'sso-session', 'services'];
const COMMENT = /(^|\s)[;#]/;
/** Headers at which the SDK throws, and then goes on as if the file were empty. */
export const FATAL_HEADERS: readonly string[] = ['__proto__', 'profile __proto__'];

/**
 * Never fails. Headers of a type (`[profile x]`) are spelled `profile.x`, as the SDK does; headers
 * with a space that are of no type it knows are dropped with their settings.
 */
export function readLikeSdk(bytes: Buffer): ReadFile {
  const found = new ReadingBuilder();
  let number = 0;
  let section: string | undefined;
  let nestedUnder: string | undefined;
  for (const raw of bytes.toString('utf8').split(/\r?\n/)) {
    number += 1;
    const line = (raw.split(COMMENT)[0] ?? '').trim();
    if (line.startsWith('[') && line.endsWith(']')) {
      const header = line.slice(1, -1);
      if (FATAL_HEADERS.includes(header)) return new ReadingBuilder().finish();
      section = sectionName(header);
      nestedUnder = undefined;
      if (section) found.header(section, number);
      continue;
    }
    const equals = line.indexOf('=');
    if (!section || equals < 1) continue;
    const name = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    if (value === '') {
      nestedUnder = name;
      continue;
    }
    if (nestedUnder && raw.trimStart() === raw) nestedUnder = undefined;
    const fullName = nestedUnder ? `${nestedUnder}.${name}` : name;
    found.open(section);
    if (fullName !== '__proto__') found.set(section, fullName, value, number);
  }
  return found.finish();
}

/** Undefined for a section that the SDK drops. */
function sectionName(header: string): string | undefined {
  const typed = TYPED_HEADER.exec(header);
  if (typed === null) return header;
  const [, type = '', , name = ''] = typed;
  return SECTION_TYPES.includes(type) ? `${type}.${name}` : undefined;
}
