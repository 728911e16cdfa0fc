// Further AWS services as the same caller, for destinations. Each loads its part of the SDK, and
// resolves its endpoint, when it is first used: a run that delivers elsewhere pays for neither.

import type { ClientSettings } from './clients.ts';
import type { CredentialProvider } from './credentials.ts';
import { type EndpointSources, resolveEndpoint } from './endpoint.ts';
import type { CallerServices } from './gateway.ts';
import type { ServiceSurroundings } from './service-client.ts';

export interface ServiceParts {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly credentials: CredentialProvider;
  readonly account: string;
  readonly signal: AbortSignal | undefined;
}

export function callerServices({ sources, ...parts }: ServiceParts): CallerServices {
  const surroundings = (service: 'secrets_manager' | 'ssm'): ServiceSurroundings => ({
    ...parts,
    endpoint: resolveEndpoint(service, sources),
  });
  const secrets = once(async () => {
    const { openSecretStore } = await import('./sdk-secret-store.ts');
    return openSecretStore(surroundings('secrets_manager'));
  });
  const parameters = once(async () => {
    const { openParameterStore } = await import('./sdk-parameter-store.ts');
    return openParameterStore(surroundings('ssm'));
  });
  return {
    secretStore: {
      read: async (name, stage) => (await secrets()).read(name, stage),
      stage: async (name, versionId, text) => (await secrets()).stage(name, versionId, text),
      promote: async (name, to, from) => (await secrets()).promote(name, to, from),
    },
    parameterStore: {
      read: async (name) => (await parameters()).read(name),
      write: async (name, text) => (await parameters()).write(name, text),
      history: async (name) => (await parameters()).history(name),
    },
  };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
