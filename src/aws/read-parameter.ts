// One parameter as the caller of a run, before any account is open. Imported when a configuration is kept in one.

import type { Clock } from '../base/clock.ts';
import { callerSettings } from './caller-settings.ts';
import { signIn } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import { openParameterStore } from './sdk-parameter-store.ts';
import type { Environment } from './shared-config.ts';

export interface ParameterReach {
  readonly clock: Clock;
  readonly env: Environment;
  readonly region: string | undefined;
}

/** Throws what signing in throws, and what reading it throws. */
export async function readParameter(name: string, reach: ParameterReach): Promise<string> {
  const options = { ...reach, profile: undefined, emit: () => {}, maxParallel: 1 };
  const { sources, settings } = await callerSettings(options);
  const { credentials } = signIn(sources, settings, reach.clock);
  const store = openParameterStore({
    ...{ settings, credentials, account: '', signal: undefined },
    endpoint: resolveEndpoint('ssm', sources),
  });
  return (await store.read(name)).text.reveal();
}
