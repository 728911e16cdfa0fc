// The file behind a profile, looked at before any call is made.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { command } from '../../base/hint.ts';
import { problemsOf } from '../../credentials-file/disagreements.ts';
import { profilePaths } from '../../credentials-file/paths.ts';
import {
  holdsPair,
  insteadOfRotating,
  listProfiles,
  type Profile,
  usedOtherwise,
  whyNotRotatable,
} from '../../credentials-file/profiles.ts';
import { problemError, refuseProblems } from '../../credentials-file/refuse-problems.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import { previousProfileOf } from '../../destinations/credentials-file/place.ts';
import { saveOptions } from '../save-options.ts';
import type { KeyctlContext, SessionOptions } from './types.ts';

export interface ProfileFile {
  readonly path: string;
  readonly profiles: readonly Profile[];
  readonly save: SaveOptions;
}

export interface OpenedProfileFile extends ProfileFile {
  /** Undefined when there is no such file. */
  readonly bytes: Buffer | undefined;
  /** What keeps the AWS CLI or the AWS SDK from the config file: its settings do not count then. */
  readonly configFault: KeyturnError | undefined;
}

/** Reads both files of profiles. Throws `credentials-file`. */
export async function openProfileFile(
  options: Pick<SessionOptions, 'credentialsFile'>,
  context: Pick<KeyctlContext, 'env' | 'home' | 'clock'>,
): Promise<OpenedProfileFile> {
  const paths = profilePaths(options.credentialsFile, {
    env: context.env,
    home: context.home,
    platform: process.platform,
  });
  const bytes = await readFileBytes(nodeFileSystem, paths.credentials);
  const config = await readFileBytes(nodeFileSystem, paths.config);
  return {
    path: paths.credentials,
    bytes,
    configFault: config && problemError(paths.config, problemsOf(config, [])),
    profiles: listProfiles({ credentials: bytes, config }),
    save: saveOptions(paths.credentials, context.clock),
  };
}

export interface TargetKey {
  readonly keyId: AccessKeyId;
  /** Other profiles of the file that hold the same key. */
  readonly sameKeyProfiles: readonly string[];
}

/**
 * The long-term key of a profile that may be edited. Throws `unknown-profile`, `not-rotatable`,
 * `file-not-understood` with the line.
 */
export function targetKey(file: OpenedProfileFile, name: string): TargetKey {
  // Faults of the file are told first: they can make a profile look missing, or of another kind.
  if (file.bytes) refuseProblems(file.path, file.bytes, [name, previousProfileOf(name)]);
  const profile = requireProfile(file, name);
  const obstacle = whyNotRotatable(profile);
  if (obstacle !== undefined || profile.keyId === undefined || file.bytes === undefined) {
    throw new KeyturnError(
      'not-rotatable',
      `profile ${name} in ${file.path} cannot be rotated: ${obstacle ?? 'it has no key'}`,
      { hint: insteadOfRotating(profile) },
    );
  }
  const { keyId } = profile;
  // The profile that keeps a replaced pair is not counted: it is meant to hold the old key.
  const kept = file.profiles.map((each) => previousProfileOf(each.name));
  const sameKeyProfiles = file.profiles
    .filter((other) => other.keyId === keyId && other.keyIn === 'credentials')
    .map((other) => other.name)
    .filter((other) => other !== name && !kept.includes(other));
  return { keyId: accessKeyId(keyId), sameKeyProfiles };
}

/**
 * The former pair is to go into the previous profile, and would take its place. Whose pair it holds is asked
 * of AWS later; what is no pair at all is somebody's profile of another kind. Throws `not-deliverable`.
 */
export function refuseOtherUse({ path, profiles }: ProfileFile, name: string): void {
  const previous = profiles.find((each) => each.name === previousProfileOf(name));
  if (previous === undefined || previous.kind === 'settings-only') return;
  if (previous.keyId !== undefined && holdsPair(previous)) return;
  throw new KeyturnError('not-deliverable', usedOtherwise(path, previous), {
    hint: `the former pair of ${name} is to go there: give that profile another name first`,
  });
}

export function requireProfile(file: ProfileFile, name: string): Profile {
  const profile = file.profiles.find((each) => each.name === name);
  if (profile !== undefined) return profile;
  const known = file.profiles.map((each) => each.name).sort();
  throw new KeyturnError(
    'unknown-profile',
    `profile ${JSON.stringify(name)} is not in ${file.path}`,
    {
      hint:
        known.length === 0
          ? ['the file holds no profile; create one:', command('aws', 'configure')]
          : `known profiles: ${known.join(', ')}`,
    },
  );
}

/** The environment in which the SDK reads the file named on the command line. */
export function environmentFor(
  options: Pick<SessionOptions, 'credentialsFile'>,
  env: KeyctlContext['env'],
): KeyctlContext['env'] {
  return options.credentialsFile === undefined
    ? env
    : { ...env, AWS_SHARED_CREDENTIALS_FILE: options.credentialsFile };
}
