// Command lines for the reader to paste that are about the same accounts and the same state as the
// command which names them.

import type { CustodyValues } from '../../app/custody-wish.ts';
import { shellWords, flagWords as wordsOfFlag } from '../../base/shell-words.ts';
import { custodyWords } from './custody-flags.ts';

/** Where the calls come from, and where the state is. */
export interface Whereabouts extends CustodyValues {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly stateDir?: string | undefined;
}

/** How the accounts of members are entered. */
export interface Entrance {
  readonly roleName?: string | undefined;
  readonly externalId?: string | undefined;
}

/** The words of one flag; none where it was not given. */
export function flagWords(name: string, value: string | undefined): readonly string[] {
  return wordsOfFlag(`--${name}`, value);
}

export function entranceWords({ roleName, externalId }: Entrance): readonly string[] {
  return [...flagWords('role-name', roleName), ...flagWords('external-id', externalId)];
}

export function whereaboutWords(given: Whereabouts): readonly string[] {
  const { profile, region, stateDir } = given;
  return [
    ...flagWords('profile', profile),
    ...flagWords('region', region),
    ...flagWords('state', stateDir),
    ...custodyWords(given),
  ];
}

/** Takes the secret of a key out of custody. */
export function takeOutCommand(keyId: string, given: Whereabouts): string {
  const words = ['keyturn', 'state', 'secret', keyId, '--to', 'FILE', ...whereaboutWords(given)];
  return shellWords(words);
}

/** Takes back what a run rotated; without an account, in the caller's own. */
export function undoRunCommand(
  run: string,
  account: string | undefined,
  given: Entrance & Whereabouts,
): string {
  const entered =
    account === undefined ? [] : [...flagWords('account', account), ...entranceWords(given)];
  const words = ['keyturn', 'undo', '--run', run, ...entered, ...whereaboutWords(given)];
  return shellWords(words);
}
