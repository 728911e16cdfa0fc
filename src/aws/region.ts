// In which region the calls are made, and thereby in which partition; and which of AWS's own endpoints
// they go to there.

import { KeyturnError } from '../base/errors.ts';
import { isRegionName } from '../base/region-name.ts';
import type { EndpointSources } from './endpoint.ts';
import { isSwitchedOn, profileSettings } from './profile.ts';

export interface RegionSettings {
  readonly region: string;
  /** sts.amazonaws.com, and not the endpoint of the region. */
  readonly useGlobalSts: boolean;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
}

export const DEFAULT_REGION = 'us-east-1';

/**
 * Regions that stand for a partition, and the region that answers for it (AWS's table of partitions,
 * the credential scope of IAM's endpoint).
 */
const OF_A_PARTITION: ReadonlyMap<string, string> = new Map([
  ['aws-global', 'us-east-1'],
  ['aws-cn-global', 'cn-north-1'],
  ['aws-us-gov-global', 'us-gov-west-1'],
  ['aws-iso-global', 'us-iso-east-1'],
  ['aws-iso-b-global', 'us-isob-east-1'],
]);

/**
 * `named` goes before the environment, and that before the profile. Throws `bad-value` for what is not
 * a region.
 */
export function regionSettings(
  named: string | undefined,
  sources: EndpointSources,
): RegionSettings {
  const region = namedRegion(named, sources);
  return {
    region: OF_A_PARTITION.get(region) ?? region,
    useGlobalSts: region === 'aws-global' || isLegacySts(sources),
    useFipsEndpoint: fipsSwitch(sources) !== undefined,
    useDualstackEndpoint: dualstackSwitch(sources) !== undefined,
  };
}

/** What asks for FIPS endpoints, if anything does. */
export function fipsSwitch(sources: EndpointSources): { readonly source: string } | undefined {
  return isSwitchedOn(sources, 'AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint');
}

/** What asks for endpoints with IPv6 addresses, if anything does. */
export function dualstackSwitch(sources: EndpointSources): { readonly source: string } | undefined {
  return isSwitchedOn(sources, 'AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint');
}

function namedRegion(named: string | undefined, sources: EndpointSources): string {
  if (named !== undefined) return named;
  const { env } = sources;
  const { name, settings } = profileSettings(sources);
  const found = [
    { source: 'AWS_REGION', text: env.AWS_REGION },
    { source: 'AWS_DEFAULT_REGION', text: env.AWS_DEFAULT_REGION },
    { source: `region of profile ${name}`, text: settings.region },
  ].find(({ text }) => text);
  if (found?.text === undefined) return DEFAULT_REGION;
  if (isRegionName(found.text)) return found.text;
  const { source, text } = found;
  throw new KeyturnError(
    'bad-value',
    `${source} is ${JSON.stringify(text)}, which is not a region`,
    { hint: `write a region there, such as ${DEFAULT_REGION}, or name one with --region` },
  );
}

function isLegacySts(sources: EndpointSources): boolean {
  const { settings } = profileSettings(sources);
  const text = sources.env.AWS_STS_REGIONAL_ENDPOINTS || settings.sts_regional_endpoints;
  return text?.toLowerCase() === 'legacy';
}
