// Use case of `keyctl -l`: the profiles of both files. No AWS call; nothing heavy is loaded.

import { readFileSync, statSync } from 'node:fs';
import { errnoOf, kindOf, systemReason } from '../../base/files/file-system.ts';
import { failure } from '../../credentials-file/failures.ts';
import { profilePaths } from '../../credentials-file/paths.ts';
import {
  KIND_WORDS,
  listProfiles as list,
  whyNotRotatable,
} from '../../credentials-file/profiles.ts';
import { isNoFile, notRegular, whyNotRegular } from '../../credentials-file/regular-file.ts';
import type { KeyctlContext, ProfileLine, SessionOptions } from './types.ts';

export async function listProfiles(
  options: Pick<SessionOptions, 'credentialsFile'>,
  context: Pick<KeyctlContext, 'env' | 'home'>,
): Promise<{
  readonly credentialsPath: string;
  readonly configPath: string;
  readonly profiles: readonly ProfileLine[];
}> {
  const paths = profilePaths(options.credentialsFile, {
    env: context.env,
    home: context.home,
    platform: process.platform,
  });
  const credentials = bytesOf(paths.credentials);
  const config = bytesOf(paths.config);
  const profiles = list({ credentials, config }).map((profile) => {
    const note = whyNotRotatable(profile);
    return {
      name: profile.name,
      keyId: profile.keyId,
      kind: KIND_WORDS[profile.kind],
      rotatable: note === undefined,
      note,
    };
  });
  return { credentialsPath: paths.credentials, configPath: paths.config, profiles };
}

/** Reads with node:fs, because loading node:fs/promises would take a tenth of the start-up time. */
function bytesOf(path: string): Buffer | undefined {
  if (isNoFile(path)) return Buffer.alloc(0);
  let reason: string | undefined;
  try {
    reason = whyNotRegular({ kind: kindOf(statSync(path)) });
    if (reason === undefined) return readFileSync(path);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw failure(path, systemReason(thrown), { cause: thrown, verb: 'read' });
  }
  throw notRegular(path, reason);
}
