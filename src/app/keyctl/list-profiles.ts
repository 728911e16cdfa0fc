// Use case of `keyctl -l`: the profiles of both files. No AWS call; nothing heavy is loaded.

import { readFileSync } from 'node:fs';
import { KeyturnError } from '../../base/errors.ts';
import { profilePaths } from '../../credentials-file/paths.ts';
import {
  KIND_WORDS,
  listProfiles as list,
  whyNotRotatable,
} from '../../credentials-file/profiles.ts';
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
  try {
    return readFileSync(path);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new KeyturnError('credentials-file', `${path} cannot be read: ${code ?? 'unknown'}`, {
      hint: 'repair its permissions (0600), then run again',
    });
  }
}
