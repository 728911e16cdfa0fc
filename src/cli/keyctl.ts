// `keyctl` is not there yet, and says so. It will rotate the key behind a profile.

import { KeyturnError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { type Command, runCli } from './run.ts';

const PAGE = `keyctl: rotates the access key behind a profile of ~/.aws/credentials.

It comes with a later version of keyturn and does nothing yet.
Until then, rotate the keys of one user with:

  rotate-iam-keys --user NAME --dry-run
`;

export const keyctlCommand: Command = {
  program: 'keyctl',
  run: async ({ host }) => {
    const [first] = host.args;
    if (first !== '--help' && first !== '-h' && first !== '--version' && first !== '-V') {
      throw new KeyturnError(
        'unknown-command',
        `keyctl comes with a later version of keyturn; ${VERSION} does not have it`,
        { hint: 'nothing was done; to rotate the keys of one user: rotate-iam-keys --user NAME' },
      );
    }
    const isVersion = first === '--version' || first === '-V';
    await host.stdout.write(isVersion ? `keyctl ${VERSION}\n` : PAGE);
    return 0;
  },
};

export function main(): Promise<void> {
  return runCli(keyctlCommand);
}
