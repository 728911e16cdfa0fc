// Which long-term keys a session depends on. Making such a key Inactive lets the session live on for a
// while, and then neither this run nor the next one can sign in (I7).

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeysBehind, SessionUser } from '../lifecycle/signer.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import type { Caller } from './gateway.ts';

/**
 * What the session of this caller depends on. Whoever opened it here is known by the key; of a session
 * that was handed in, STS tells at most the user. A role that was handed in tells neither.
 */
export async function keysBehind(
  caller: Caller,
  opener: Credentials | undefined,
  whoIs: (credentials: CredentialProvider) => Promise<Caller>,
): Promise<Partial<KeysBehind>> {
  if (opener === undefined) return { sessionOf: userOf(caller) };
  // AWS has opened a session with it, so it is one, whatever it looks like.
  const { accessKeyId, sessionToken } = opener;
  if (sessionToken === undefined) return { accessKeyId: accessKeyId as AccessKeyId };
  return { sessionOf: userOf(await whoIs(async () => opener)) };
}

/** The last part of `arn:aws:iam::123456789012:user/path/name`. */
function userOf({ account, arn }: Caller): SessionUser | undefined {
  const user = /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return user === undefined ? undefined : { account, user };
}
