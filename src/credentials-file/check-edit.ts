// The proof before a write: both readers see the same in the edited profiles, and in all others what
// they saw before.

import { assert, KeyturnError } from '../base/errors.ts';
import { problemsOf } from './disagreements.ts';
import type { KeyPair } from './edit.ts';
import { KEY_ID, SECRET } from './names.ts';
import { readLikeBotocore } from './read-like-botocore.ts';
import { readLikeSdk } from './read-like-sdk.ts';
import type { Reading, Settings } from './reading.ts';
import { placeOf } from './refuse-problems.ts';

/** Throws `file-not-understood` when the edit would not read as meant: then nothing is written. */
export function checkEdit(
  path: string,
  before: Buffer,
  after: Buffer,
  edited: readonly string[],
): void {
  const [problem] = problemsOf(after, edited);
  if (problem !== undefined) throw refusal(path, `${placeOf(problem)} ${problem.explanation}`);
  for (const read of [readLikeSdk, readLikeBotocore]) {
    const changed = changedProfiles(read(before), read(after)).filter(
      (profile) => !edited.includes(profile),
    );
    if (changed.length > 0) throw refusal(path, `profile ${changed[0]} would read differently`);
  }
}

function changedProfiles(before: Reading, after: Reading): string[] {
  assert(before.kind === 'read' && after.kind === 'read', 'an unreadable file was edited');
  const names = new Set([...before.sections.keys(), ...after.sections.keys()]);
  return [...names].filter(
    (name) => !sameSettings(before.sections.get(name), after.sections.get(name)),
  );
}

function sameSettings(a: Settings = new Map(), b: Settings = new Map()): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function refusal(path: string, what: string): KeyturnError {
  return new KeyturnError('file-not-understood', `${path} cannot be edited safely: ${what}`, {
    hint: 'write the odd part of the file plainly, one "name = value" a line, then run again',
  });
}

/** Throws `file-not-understood` unless both readers see these pairs in these profiles. */
export function requirePairs(bytes: Buffer, pairs: ReadonlyMap<string, KeyPair>): void {
  for (const read of [readLikeSdk, readLikeBotocore]) {
    const reading = read(bytes);
    for (const [profile, { id, secret }] of pairs) {
      const settings = reading.kind === 'read' ? reading.sections.get(profile) : undefined;
      if (settings?.get(KEY_ID) === id && settings.get(SECRET) === secret.reveal()) continue;
      throw refusal('the credentials file', `profile ${profile} would not hold the pair`);
    }
  }
}
