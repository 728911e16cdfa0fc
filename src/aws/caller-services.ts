// Further AWS services as the same caller, for destinations. Each loads its part of the SDK, and
// resolves its endpoint, when it is first used: a run that delivers elsewhere pays for neither.

import type { AwsStores } from '../base/aws-stores.ts';
import type { ClientSettings } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { type EndpointSources, resolveEndpoint } from './endpoint.ts';
import type { ServiceSetup } from './service-client.ts';

export interface ServiceParts {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly credentials: CredentialProvider;
  readonly account: string;
  readonly signal: AbortSignal | undefined;
}

export function callerServices({ sources, ...parts }: ServiceParts): AwsStores {
  const setup = (service: 'secrets_manager' | 'ssm', region: string): ServiceSetup => ({
    ...parts,
    settings: { ...parts.settings, region },
    endpoint: resolveEndpoint(service, sources),
  });
  const secrets = oncePerRegion(async (region) => {
    const { openSecretStore } = await import('./sdk-secret-store.ts');
    return openSecretStore(setup('secrets_manager', region));
  });
  const parameters = oncePerRegion(async (region) => {
    const { openParameterStore } = await import('./sdk-parameter-store.ts');
    return openParameterStore(setup('ssm', region));
  });
  const secretMakers = oncePerRegion(async (region) => {
    const { openSecretMaker } = await import('./sdk-thing-makers.ts');
    return openSecretMaker(setup('secrets_manager', region));
  });
  const parameterMakers = oncePerRegion(async (region) => {
    const { openParameterMaker } = await import('./sdk-thing-makers.ts');
    return openParameterMaker(setup('ssm', region));
  });
  return {
    region: parts.settings.region,
    callerProof: async (options) => {
      const { signCallerProof } = await import('./sdk-caller-proof.ts');
      return await signCallerProof(options, parts.credentials);
    },
    secretStore: (region) => ({
      read: async (name, stage) => (await secrets(region)).read(name, stage),
      stage: async (name, versionId, text) => (await secrets(region)).stage(name, versionId, text),
      promote: async (name, to, from) => (await secrets(region)).promote(name, to, from),
    }),
    parameterStore: (region) => ({
      read: async (name) => (await parameters(region)).read(name),
      write: async (name, text, what) => (await parameters(region)).write(name, text, what),
      history: async (name) => (await parameters(region)).history(name),
      room: async (name) => (await parameters(region)).room(name),
    }),
    secretMaker: (region) => ({
      isThere: async (name) => (await secretMakers(region)).isThere(name),
      make: async (name, thing) => (await secretMakers(region)).make(name, thing),
    }),
    parameterMaker: (region) => ({
      isThere: async (name) => (await parameterMakers(region)).isThere(name),
      make: async (name, thing) => (await parameterMakers(region)).make(name, thing),
    }),
  };
}

function oncePerRegion<T>(open: (region: string) => Promise<T>): (region: string) => Promise<T> {
  const opened = new Map<string, Promise<T>>();
  return (region) => {
    const known = opened.get(region) ?? open(region);
    opened.set(region, known);
    return known;
  };
}
