// What every call of a run needs beside its signature: where it goes, how it gets there, and how long it is
// tried. Resolved from the options, the environment and the profile in effect.

import { routerOf } from '../http/proxies.ts';
import { type ClientSettings, openWire } from './clients.ts';
import { type EndpointSources, refuseInsecureEndpoints, resolveEndpoint } from './endpoint.ts';
import type { PlaceWays } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { DEFAULT_TIMEOUTS } from './http-handler.ts';
import { chooseProfile } from './profile.ts';
import { silenceSdkWarnings } from './quiet-sdk.ts';
import { dualstackSwitch, fipsSwitch, regionSettings } from './region.ts';
import { loadSharedConfig, withPairAlone } from './shared-config.ts';
import { loadTrust } from './trust.ts';

export interface CallerSettings {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly ways: Pick<PlaceWays, 'route' | 'trust'>;
}

/** Throws `unknown-profile`, `bad-value`, `endpoint-guard`, `endpoint-insecure`; nobody was asked then. */
export async function callerSettings(options: GatewayOptions): Promise<CallerSettings> {
  silenceSdkWarnings();
  const { env, clock, emit } = options;
  const loaded = await loadSharedConfig(env);
  const chosen = chooseProfile(options.profile, env);
  const shared = options.signsWithPair === true ? withPairAlone(loaded, chosen.profile) : loaded;
  const sources: EndpointSources = { env, shared, ...chosen, sandbox: clock.shift?.sandbox };
  refuseInsecureEndpoints(sources);
  const timeouts = options.timeouts ?? DEFAULT_TIMEOUTS;
  const { region, ...variants } = regionSettings(options.region, sources);
  const iamEndpoint = resolveEndpoint('iam', sources);
  const stsEndpoint = resolveEndpoint('sts', sources);
  const route = routerOf(env);
  const trust = loadTrust(sources);
  // Whoever connects over TLS learns what is wrong with it before anything is done.
  if ([iamEndpoint, stsEndpoint].some(isOverTls)) void trust?.context;
  const wire = openWire(options.maxParallel, timeouts, {
    route,
    trust,
    variant: (fipsSwitch(sources) ?? dualstackSwitch(sources))?.source,
  });
  const { throttledMs = DEFAULT_TIMEOUTS.throttledMs } = timeouts;
  const settings: ClientSettings = {
    region,
    iamEndpoint,
    stsEndpoint,
    variants,
    wire,
    patience: { clock, throttledMs },
    emit,
    run: options.run,
  };
  return { sources, settings, ways: { route, trust } };
}

/** AWS's own endpoints are, and they are not named. */
function isOverTls(endpoint: string | undefined): boolean {
  return endpoint === undefined || endpoint.startsWith('https:');
}
