// Under which name a session is kept for the rest of the run: a code of an MFA device is taken only once.

import type { EndpointSources } from './endpoint.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { wayOf } from './profile-way.ts';

/** The profile, and the pairs that it builds on: whoever replaces one of them opens another session. */
export function nameOfSession(
  { shared, profile }: EndpointSources,
  { isMfaWanted }: Pick<GatewayOptions, 'isMfaWanted'>,
): string {
  const pairs: (string | undefined)[] = [];
  const visited = new Set<string>();
  for (let name = profile ?? 'default'; !visited.has(name); ) {
    visited.add(name);
    const settings = shared.profiles.get(name) ?? {};
    pairs.push(settings.aws_access_key_id);
    name = settings.source_profile ?? name;
  }
  const name = profile ?? 'default';
  return JSON.stringify([name, isMfaWanted === true, wayOf(name, shared) ?? null, ...pairs]);
}
