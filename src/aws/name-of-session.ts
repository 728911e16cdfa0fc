// Under which name a session is kept for the rest of the run: a code of an MFA device is taken only once.

import type { EndpointSources } from './endpoint.ts';
import type { GatewayOptions } from './gateway-options.ts';

/** The profile, and the pairs that it builds on: whoever replaces one of them opens another session. */
export function nameOfSession(
  { shared, profile }: EndpointSources,
  { isMfaWanted, signsWithPair }: Pick<GatewayOptions, 'isMfaWanted' | 'signsWithPair'>,
): string {
  const pairs: (string | undefined)[] = [];
  const visited = new Set<string>();
  for (let name = profile ?? 'default'; !visited.has(name); ) {
    visited.add(name);
    const settings = shared.profiles.get(name) ?? {};
    pairs.push(settings.aws_access_key_id);
    name = settings.source_profile ?? name;
  }
  // Without a role to assume, signing with the pair is no other way.
  const { role_arn: role } = shared.profiles.get(profile ?? 'default') ?? {};
  const how = [isMfaWanted === true, signsWithPair === true && Boolean(role)];
  return JSON.stringify([profile ?? null, ...how, ...pairs]);
}
