// Topics and event buses as the caller of a run, and the way to whoever else is told. Nobody is asked before a
// message is sent: who tells nothing by AWS needs no credentials for it.

import type { EventBuses, Topics } from '../base/aws-messengers.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import { callerSettings } from './caller-settings.ts';
import { signIn } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import type { PlaceWays } from './gateway.ts';
import type { ServiceSetup } from './service-client.ts';
import type { Environment } from './shared-config.ts';

export interface MessengerOptions {
  readonly clock: Clock;
  readonly env: Environment;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

export interface OpenedMessengers {
  readonly ways: Pick<PlaceWays, 'route' | 'trust'>;
  topics(region: string): Promise<Topics>;
  /** In the region of the caller when left out. */
  buses(region: string | undefined): Promise<EventBuses>;
  close(): void;
}

/** Messages go one after the other. */
const PARALLEL_MAX = 4;

/** Throws as opening a gateway does before anybody is asked. */
export async function openMessengers(options: MessengerOptions): Promise<OpenedMessengers> {
  const { clock, env, profile, region, emit, signal } = options;
  const asked = { clock, env, profile, region, emit, maxParallel: PARALLEL_MAX };
  const { sources, settings, ways } = await callerSettings(asked);
  let credentials: ServiceSetup['credentials'] | undefined;
  const setup = (service: 'sns' | 'eventbridge', where: string): ServiceSetup => {
    credentials ??= signIn(sources, settings, clock).credentials;
    const own = { ...settings, region: where };
    const endpoint = resolveEndpoint(service, sources);
    return { settings: own, credentials, account: '', endpoint, signal };
  };
  return {
    ways,
    topics: async (where) => {
      const { openTopics } = await import('./sdk-topics.ts');
      return openTopics(setup('sns', where));
    },
    buses: async (where = settings.region) => {
      const { openEventBuses } = await import('./sdk-event-buses.ts');
      return openEventBuses(setup('eventbridge', where));
    },
    close: () => settings.wire.close(),
  };
}
