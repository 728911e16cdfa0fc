// Tables and data keys at AWS as the caller of a run, for a store that is kept there. Imported when a store
// is opened that needs them: a run whose state is in files loads none of it.

import type { AwsKeptTexts } from '../base/aws-custody.ts';
import type { AwsDataKeys, AwsTableMaker, AwsTables } from '../base/aws-tables.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import { callerSettings } from './caller-settings.ts';
import { signIn } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import { openDataKeys } from './sdk-data-keys.ts';
import { openTables } from './sdk-tables.ts';
import type { ServiceSetup } from './service-client.ts';
import type { Environment } from './shared-config.ts';

export interface AwsStateOptions {
  readonly clock: Clock;
  readonly env: Environment;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly emit?: EventSink | undefined;
}

export interface OpenedAwsState {
  readonly tables: AwsTables;
  readonly dataKeys: AwsDataKeys;
  readonly maker: () => Promise<AwsTableMaker>;
  /** In that region, or in the one of the tables. */
  readonly texts: (region: string | undefined) => Promise<AwsKeptTexts>;
}

/** Calls under way at the same time, apart from those of the run. */
const PARALLEL_MAX = 64;

/** Throws as opening a gateway does before anybody is asked. Its calls are always awaited. */
export async function openAwsState({
  clock,
  env,
  profile,
  region,
  emit = () => {},
}: AwsStateOptions): Promise<OpenedAwsState> {
  const options = { clock, env, profile, region, emit, maxParallel: PARALLEL_MAX };
  const { sources, settings } = await callerSettings(options);
  const { credentials } = signIn(sources, settings, clock);
  const setup = (service: 'dynamodb' | 'kms' | 'secrets_manager'): ServiceSetup => ({
    ...{ settings, credentials, account: '', signal: undefined },
    endpoint: resolveEndpoint(service, sources),
  });
  return {
    tables: openTables(setup('dynamodb')),
    dataKeys: openDataKeys(setup('kms')),
    maker: async () => {
      const { openTableMaker } = await import('./sdk-table-maker.ts');
      return openTableMaker(setup('dynamodb'), setup('kms'));
    },
    texts: async (at = settings.region) => {
      const { openKeptTexts } = await import('./sdk-kept-texts.ts');
      const there = setup('secrets_manager');
      return openKeptTexts({ ...there, settings: { ...settings, region: at } });
    },
  };
}
