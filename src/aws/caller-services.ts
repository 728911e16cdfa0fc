// Further AWS services as the same caller, for destinations and hooks. Each loads its part of the SDK, and
// resolves its endpoint, when it is first used: a run that delivers elsewhere pays for neither.

import type { AwsStores, Entrance } from '../base/aws-stores.ts';
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
  /** A session of the role, opened when something first goes through it. */
  readonly enter: (through: Entrance) => Promise<CredentialProvider>;
}

export function callerServices({ sources, enter, ...parts }: ServiceParts): AwsStores {
  const sessions = new Map<string, Promise<CredentialProvider>>();
  const sessionOf = (through: Entrance): Promise<CredentialProvider> => {
    const name = JSON.stringify(through);
    const known = sessions.get(name) ?? enter(through);
    sessions.set(name, known);
    return known;
  };
  const setup: SetupOf = async (service, { region, through }) => ({
    ...parts,
    ...(through !== undefined && {
      credentials: await sessionOf(through),
      account: through.role.split(':')[4] ?? parts.account,
    }),
    settings: { ...parts.settings, region },
    endpoint: resolveEndpoint(service, sources),
  });
  const secrets = oncePerPlace(async (where) => {
    const { openSecretStore } = await import('./sdk-secret-store.ts');
    return openSecretStore(await setup('secrets_manager', where));
  });
  const parameters = oncePerPlace(async (where) => {
    const { openParameterStore } = await import('./sdk-parameter-store.ts');
    return openParameterStore(await setup('ssm', where));
  });
  const secretMakers = oncePerPlace(async (where) => {
    const { openSecretMaker } = await import('./sdk-thing-makers.ts');
    return openSecretMaker(await setup('secrets_manager', where));
  });
  const parameterMakers = oncePerPlace(async (where) => {
    const { openParameterMaker } = await import('./sdk-thing-makers.ts');
    return openParameterMaker(await setup('ssm', where));
  });
  return {
    region: parts.settings.region,
    callerProof: async (options) => {
      const { signCallerProof } = await import('./sdk-caller-proof.ts');
      return await signCallerProof(options, parts.credentials);
    },
    secretStore: (region, through) => ({
      read: async (name, stage) => (await secrets({ region, through })).read(name, stage),
      stage: async (name, versionId, text) =>
        (await secrets({ region, through })).stage(name, versionId, text),
      promote: async (name, to, from) =>
        (await secrets({ region, through })).promote(name, to, from),
      replicas: async (name) => (await (await secrets({ region, through })).replicas?.(name)) ?? [],
      rotator: async (name) => await (await secrets({ region, through })).rotator?.(name),
      otherStages: async (name) =>
        (await (await secrets({ region, through })).otherStages?.(name)) ?? new Map(),
    }),
    parameterStore: (region, through) => ({
      read: async (name) => (await parameters({ region, through })).read(name),
      write: async (name, text, how) =>
        (await parameters({ region, through })).write(name, text, how),
      history: async (name) => (await parameters({ region, through })).history(name),
      room: async (name) => (await parameters({ region, through })).room(name),
    }),
    secretMaker: (region, through) => ({
      isThere: async (name) => (await secretMakers({ region, through })).isThere(name),
      make: async (name, thing) => (await secretMakers({ region, through })).make(name, thing),
    }),
    parameterMaker: (region, through) => ({
      isThere: async (name) => (await parameterMakers({ region, through })).isThere(name),
      make: async (name, thing) => (await parameterMakers({ region, through })).make(name, thing),
    }),
    ...listers(setup),
    ...watchers(setup),
  };
}

type SetupOf = (
  service: 'secrets_manager' | 'ssm' | 'cloudwatch',
  where: Where,
) => Promise<ServiceSetup>;

function watchers(setup: SetupOf): Pick<AwsStores, 'alarms'> {
  const alarms = oncePerPlace(async (where) => {
    const { openAlarmReader } = await import('./sdk-alarms.ts');
    return openAlarmReader(await setup('cloudwatch', where));
  });
  return {
    alarms: (region) => ({
      read: async (name) => (await alarms({ region, through: undefined })).read(name),
    }),
  };
}

function listers(setup: SetupOf): Pick<AwsStores, 'secretLister' | 'parameterLister'> {
  const secrets = oncePerPlace(async (where) => {
    const { openSecretLister } = await import('./sdk-thing-listers.ts');
    return openSecretLister(await setup('secrets_manager', where));
  });
  const parameters = oncePerPlace(async (where) => {
    const { openParameterLister } = await import('./sdk-thing-listers.ts');
    return openParameterLister(await setup('ssm', where));
  });
  return {
    secretLister: (region, through) => ({
      list: async function* (wish) {
        yield* (await secrets({ region, through })).list(wish);
      },
    }),
    parameterLister: (region, through) => ({
      list: async function* (wish) {
        yield* (await parameters({ region, through })).list(wish);
      },
    }),
  };
}

interface Where {
  readonly region: string;
  readonly through: Entrance | undefined;
}

function oncePerPlace<T>(open: (where: Where) => Promise<T>): (where: Where) => Promise<T> {
  const opened = new Map<string, Promise<T>>();
  return (where) => {
    const name = JSON.stringify(where);
    const known = opened.get(name) ?? open(where);
    opened.set(name, known);
    return known;
  };
}
