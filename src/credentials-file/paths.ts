// Where the files of profiles are: the AWS SDK's rules.

import { posix, win32 } from 'node:path';
import { KeyturnError } from '../base/errors.ts';

export interface PathSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the system says, for when the environment does not. */
  readonly home: string | undefined;
  readonly platform: NodeJS.Platform;
}

export interface ProfilePaths {
  readonly credentials: string;
  readonly config: string;
}

/** `chosen` is the file named on the command line. Throws `credentials-file` without a home. */
export function profilePaths(chosen: string | undefined, around: PathSurroundings): ProfilePaths {
  const { env } = around;
  return {
    credentials: resolvePath(
      chosen || env.AWS_SHARED_CREDENTIALS_FILE || undefined,
      'credentials',
      around,
    ),
    config: resolvePath(env.AWS_CONFIG_FILE || undefined, 'config', around),
  };
}

function resolvePath(given: string | undefined, name: string, around: PathSurroundings): string {
  const { join } = around.platform === 'win32' ? win32 : posix;
  if (given === undefined) return join(homeFolder(around), '.aws', name);
  const afterTilde = /^~[/\\](.*)$/s.exec(given)?.[1];
  return afterTilde === undefined ? given : join(homeFolder(around), afterTilde);
}

/** The SDK's order: HOME, USERPROFILE, HOMEDRIVE with HOMEPATH, then what the system says. */
function homeFolder({ env, home }: PathSurroundings): string {
  const fromDrive = env.HOMEPATH ? `${env.HOMEDRIVE || 'C:\\'}${env.HOMEPATH}` : undefined;
  const folder = env.HOME || env.USERPROFILE || fromDrive || home;
  if (folder !== undefined) return folder;
  throw new KeyturnError('credentials-file', 'there is no home directory to look for .aws in', {
    hint: 'set HOME, or name both files: AWS_SHARED_CREDENTIALS_FILE (or --credentials) and AWS_CONFIG_FILE',
  });
}
