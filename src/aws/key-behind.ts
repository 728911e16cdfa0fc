// Which long-term key opens the session that signs. Making that key Inactive lets the session live on
// for a while, and then neither this run nor the next one can sign in (I7).

import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';
import type { EndpointSources } from './endpoint.ts';

/**
 * The key at the end of the profile's chain of roles; undefined where the files do not tell, as with
 * SSO, a role of the machine, or a session handed in through the environment.
 */
export function keyBehindSession({
  env,
  shared,
  profile,
}: EndpointSources): AccessKeyId | undefined {
  if (profile === undefined && env.AWS_ACCESS_KEY_ID) return undefined;
  const visited = new Set<string>();
  let name = profile ?? 'default';
  while (!visited.has(name)) {
    visited.add(name);
    const settings = shared.profiles.get(name) ?? {};
    if (settings.role_arn && settings.credential_source === 'Environment') {
      return known(env.AWS_ACCESS_KEY_ID);
    }
    const source = settings.role_arn ? settings.source_profile : undefined;
    // Without a further source the profile's own pair signs, or opens a session with an MFA code.
    if (!source || source === name) return known(settings.aws_access_key_id);
    name = source;
  }
  return undefined;
}

function known(id: string | undefined): AccessKeyId | undefined {
  return id !== undefined && isAccessKeyId(id) ? id : undefined;
}
