// The environment of processes that must not meet a real AWS, however this machine is set up.

import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The given environment without anything that configures AWS or keyturn, with a guard that refuses
 * endpoints outside this machine, and with home, state and temporary files in `folder`.
 */
export function safeEnvironment(env: Environment, folder: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(AWS|KEYTURN|XDG)_/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: folder,
    USERPROFILE: folder,
    TMPDIR: folder,
    AWS_CONFIG_FILE: join(folder, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-aws-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    KEYTURN_STATE_DIR: join(folder, 'state'),
  };
}
