// Who vouches for the certificates of those whom we ask: AWS_CA_BUNDLE, the profile's ca_bundle, or
// REQUESTS_CA_BUNDLE, in botocore's order. The file stands in the place of what Node trusts.

import { join } from 'node:path';
import { type BundleSetting, type Trust, trustIn } from '../http/certificates.ts';
import type { EndpointSources } from './endpoint.ts';
import { profileSettings } from './profile.ts';

/** Undefined where nothing is set. Throws `bad-value` for a file that holds no certificates. */
export function loadTrust(sources: EndpointSources): Trust | undefined {
  const setting = bundleSetting(sources);
  return setting && trustIn(setting);
}

function bundleSetting(sources: EndpointSources): BundleSetting | undefined {
  const { env } = sources;
  const { home } = sources.shared;
  const { name, settings } = profileSettings(sources);
  const candidates = [
    ['AWS_CA_BUNDLE', env.AWS_CA_BUNDLE],
    [`ca_bundle of profile ${name}`, settings.ca_bundle],
    ['REQUESTS_CA_BUNDLE', env.REQUESTS_CA_BUNDLE],
  ] as const;
  for (const [source, text] of candidates) {
    if (!text) continue;
    const isBelowHome = text.startsWith('~/') && home !== undefined;
    return { source, path: isBelowHome ? join(home, text.slice(2)) : text };
  }
  return undefined;
}
