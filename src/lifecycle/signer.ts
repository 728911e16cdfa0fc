// Which keys the calls of a run depend on (I7). Making such a key Inactive, or deleting it, cuts the run
// off, or lets its session live on for a while and then keeps the next run from signing in.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { isSameUser } from '../base/user-name.ts';

/** What is known of the keys behind the calls. */
export interface KeysBehind {
  /** The account that the calls are made in: user names mean something only there. */
  readonly account: string;
  /**
   * The user's key that signs, or that opens the session or the role which signs; a session's own
   * ASIA… where no such key is known.
   */
  readonly accessKeyId: AccessKeyId;
  /** The user whose session signs, or opens the role which signs, where nobody can tell with which key. */
  readonly sessionOf?: SessionUser | undefined;
}

export interface SessionUser {
  readonly account: string;
  readonly user: string;
}

/** The one question about it: whether the calls may depend on this key of the user. */
export function dependsOn(
  { account, accessKeyId, sessionOf }: KeysBehind,
  user: string,
  keyId: AccessKeyId,
): boolean {
  if (keyId === accessKeyId) return true;
  return sessionOf?.account === account && isSameUser(sessionOf.user, user);
}

/** The same about one user, as a decision has it. */
export interface Signer {
  dependsOn(keyId: AccessKeyId): boolean;
  /** Whether such a key may be replaced all the same, by a run that then signs with the new one. */
  readonly isReplaceable: boolean;
}

/** Deactivating or deleting it would cut the run off, or the next one. */
export function ownKeyError(user: string, keyId: AccessKeyId): KeyturnError {
  return new KeyturnError(
    'own-key',
    `${keyId} of ${user} signs the calls of this run, or may have opened the session that does, so it is not touched by it`,
    {
      hint: [
        'run with a role that does not depend on it, or with another user’s key, to rotate this one',
        {
          inFile: [],
          byFlag:
            'a key that signs by itself is also replaced, last, by a run that is told with --deliver where its successor goes',
        },
      ],
    },
  );
}
