// Use case of `keyctl -l`: the profiles of both files. No AWS call; nothing heavy is loaded.

import { lstatSync, readFileSync, statSync } from 'node:fs';
import type { KeyturnError } from '../../base/errors.ts';
import { kindOf } from '../../base/files/file-system.ts';
import { failure } from '../../credentials-file/failures.ts';
import {
  isMissing,
  isNoFile,
  notRegular,
  unreadable,
  whyNotRegular,
} from '../../credentials-file/not-regular.ts';
import { profilePaths } from '../../credentials-file/paths.ts';
import {
  KIND_WORDS,
  listProfiles as list,
  whyNotRotatable,
} from '../../credentials-file/profiles.ts';
import { type FoundTroubles, findTroubles } from './file-troubles.ts';
import type { ListProfiles, ProfileLine } from './types.ts';

export const listProfiles: ListProfiles = async (options, context) => {
  const paths = profilePaths(options.credentialsFile, {
    env: context.env,
    home: context.home,
    platform: process.platform,
  });
  const credentials = bytesOf(paths.credentials);
  const config = bytesOf(paths.config);
  const nowhere = credentials === undefined ? linkToNowhere(paths.credentials) : undefined;
  const found = findTroubles(paths, { credentials, config, nowhere });
  const listed = list({ credentials, config }).map((profile) => {
    const note = found.noteOn(profile.name) ?? whyNotRotatable(profile);
    return {
      name: profile.name,
      keyId: profile.keyId,
      kind: KIND_WORDS[profile.kind],
      rotatable: note === undefined,
      note,
    };
  });
  const profiles = withSkipped(listed, found);
  const { faults, whyMissing } = found;
  return {
    credentialsPath: paths.credentials,
    configPath: paths.config,
    profiles,
    faults,
    whyMissing,
  };
};

/** What the AWS SDK skips or spells in another way stands in the list as the AWS CLI sees it. */
function withSkipped(
  listed: readonly ProfileLine[],
  { skipped, noteOn }: FoundTroubles,
): ProfileLine[] {
  const headers = skipped.filter((name) => /^profile\s/.test(name));
  const spelled = new Set(headers.map((name) => name.replace(/^profile\s+/, 'profile.')));
  const kept = listed.filter(({ name }) => !spelled.has(name));
  const names = new Set(kept.map(({ name }) => name));
  const added = skipped.flatMap((name): ProfileLine[] => {
    const note = noteOn(name);
    if (note === undefined || names.has(name)) return [];
    return [{ name, keyId: undefined, kind: 'unreadable', rotatable: false, note }];
  });
  return [...kept, ...added];
}

function linkToNowhere(path: string): KeyturnError | undefined {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info?.isSymbolicLink() !== true) return undefined;
  return failure(path, 'it is a symbolic link that leads nowhere', { verb: 'read' });
}

/** Reads with node:fs, because loading node:fs/promises would take a tenth of the start-up time. */
function bytesOf(path: string): Buffer | undefined {
  if (isNoFile(path)) return Buffer.alloc(0);
  let reason: string | undefined;
  try {
    reason = whyNotRegular({ kind: kindOf(statSync(path)) });
    if (reason === undefined) return readFileSync(path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw unreadable(path, thrown);
  }
  throw notRegular(path, reason);
}
