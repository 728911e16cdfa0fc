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

/**
 * `chosen` is the file named on the command line. Throws `credentials-file` without a home, and
 * `bad-value` for a path that only the AWS CLI would expand.
 */
export function profilePaths(chosen: string | undefined, around: PathSurroundings): ProfilePaths {
  // The shell has expanded what is on the command line, and the SDK is handed the same text.
  if (!chosen) refuseCliOnly('AWS_SHARED_CREDENTIALS_FILE', around);
  refuseCliOnly('AWS_CONFIG_FILE', around);
  const { env } = around;
  const variables = chosen ? { ...env, AWS_SHARED_CREDENTIALS_FILE: chosen } : env;
  return sdkPaths({ ...around, env: variables });
}

/**
 * Where the SDK looks, whatever the AWS CLI makes of it. Throws `credentials-file` without a home; a config
 * file is optional, so that one counts as missing then, as it does to the AWS CLI.
 */
export function sdkPaths(around: PathSurroundings): ProfilePaths {
  return {
    credentials: fromEnvironment('AWS_SHARED_CREDENTIALS_FILE', 'credentials', around),
    config: fromEnvironment('AWS_CONFIG_FILE', 'config', {
      ...around,
      home: around.home ?? NO_HOME,
    }),
  };
}

/** Stands for the home of a user without one: there is nothing in it. */
export const NO_HOME = '/nonexistent';

function fromEnvironment(variable: string, name: string, around: PathSurroundings): string {
  const given = around.env[variable];
  if (given) return expanded(given, around);
  return pathOf(around).join(homeFolder(around), '.aws', name);
}

function refuseCliOnly(variable: string, { env, platform }: PathSurroundings): void {
  const given = env[variable];
  if (!given || !isExpandedByCliOnly(given, platform)) return;
  throw new KeyturnError(
    'bad-value',
    `${variable} is ${JSON.stringify(given)}, which the AWS CLI expands and the AWS SDK does not`,
    { hint: `set ${variable} to the full path, so that both use the same file` },
  );
}

/** botocore also expands $NAME, ${NAME}, and on Windows %NAME% and ~\ (os.path.expandvars). */
function isExpandedByCliOnly(given: string, platform: NodeJS.Platform): boolean {
  if (/\$(?:\w+|\{[^}]*\})/.test(given)) return true;
  return platform === 'win32' && /^~\\|%[^%]+%/.test(given);
}

function expanded(given: string, around: PathSurroundings): string {
  return given.startsWith('~/') ? pathOf(around).join(homeFolder(around), given.slice(2)) : given;
}

function pathOf({ platform }: PathSurroundings): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** The SDK's order: HOME, USERPROFILE, HOMEDRIVE with HOMEPATH, then what the system says. */
function homeFolder({ env, home }: PathSurroundings): string {
  const fromDrive = env.HOMEPATH ? `${env.HOMEDRIVE || 'C:\\'}${env.HOMEPATH}` : undefined;
  const folder = env.HOME || env.USERPROFILE || fromDrive || home;
  if (folder !== undefined) return folder;
  throw new KeyturnError('credentials-file', 'there is no home directory to look for .aws in', {
    hint: 'set HOME, or name the file with AWS_SHARED_CREDENTIALS_FILE or --credentials, and AWS_CONFIG_FILE if there is one',
  });
}
