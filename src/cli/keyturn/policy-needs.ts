// What a command line needs of IAM, from its flags and the configuration that they name. AWS is not asked.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import { custodyWish } from '../../app/custody-wish.ts';
import type { DeliveryRequest } from '../../app/open-destinations.ts';
import type { LineNeeds, MembersNeeded } from '../../app/policy/line-policies.ts';
import type { Partition } from '../../app/policy/statement.ts';
import type { Config } from '../../config/read-config.ts';
import { askedConfig } from '../flags/config-flag.ts';
import type { Surroundings } from '../flags/surroundings.ts';
import { type ResolvedOptions, settle, type Values } from '../rotate/options.ts';

export interface PolicyAbout {
  /** The caller's own account, where it is told. */
  readonly account: string | undefined;
  readonly partition: Partition | undefined;
  /** That encrypts the places, where it is not AWS's own. */
  readonly placesKmsKey: string | undefined;
}

/** As the command itself settles its flags. Throws as it does. */
export async function needsOf(
  values: Values,
  about: PolicyAbout,
  surroundings: Surroundings,
  now: Date,
): Promise<LineNeeds> {
  // What limits a run limits no policy.
  const env = { ...surroundings.env, KEYTURN_REQUIRE_USER: undefined };
  const here = { ...surroundings, env };
  const plain = settle(defined(values), here, READS);
  const file = askedConfig(values.config, here);
  if (file === undefined) return needs({ options: plain, values, config: undefined }, about, env);
  const { withConfig } = await import('../rotate/config-options.ts');
  const request = { file, values, options: plain };
  const { options, config } = await withConfig(request, here, now);
  return needs({ options, values, config }, about, env);
}

const READS = { outputFormat: 'json', timeoutSeconds: undefined, readsConfig: true } as const;

function defined(values: Values): Values {
  return { ...values, outputFormat: values.outputFormat ?? 'json' };
}

interface Settled {
  readonly options: ResolvedOptions;
  readonly values: Values;
  readonly config: Config | undefined;
}

async function needs(
  { options, values, config }: Settled,
  { account = '*', partition, placesKmsKey }: PolicyAbout,
  env: Surroundings['env'],
): Promise<LineNeeds> {
  const { rotate } = options;
  const places = rotate.governance?.everywhere.flat() ?? rotate.deliver;
  const { custody, kmsKey } = custodyWish(options.custody, env);
  const region = rotate.region ?? '*';
  const isMade = config === undefined ? rotate.newPlaces : undefined;
  return {
    isDryRun: values.dryRun ?? false,
    at: { account, region, partition: partition ?? partitionOfRegion(region) },
    user: values.user,
    inventory: rotate.inventory ?? 'auto',
    members: membersOf(rotate.accounts, config),
    places: { places: distinct(places), newPlaces: isMade, kmsKey: placesKmsKey },
    state: { place: options.state, custody, kmsKey },
    ...(await asksOf(config)),
  };
}

async function asksOf(
  config: Config | undefined,
): Promise<Pick<LineNeeds, 'alarms' | 'messages' | 'asks'>> {
  if (config === undefined) {
    return {
      alarms: [],
      messages: { topics: [], buses: [] },
      asks: { tags: false, groups: false, units: false },
    };
  }
  const { model, exemptions } = config;
  const [{ askedBy }, { policiesIn }, { hookTextsOf, placesOf }] = await Promise.all([
    import('../../config/select.ts'),
    import('../../config/places-in.ts'),
    import('../../app/config/places-of-config.ts'),
  ]);
  const texts = [...placesOf(config, {}).map(({ template }) => template), ...hookTextsOf(config)];
  const asked = askedBy({ rules: model.rules, accounts: model.accounts, exemptions }, texts);
  const watches = policiesIn(model).flatMap(({ policy }) => policy?.hooks?.after_retire ?? []);
  const { channels = [], owners } = model.notify ?? {};
  return {
    messages: {
      topics: channels.flatMap(({ sns }) => sns ?? []),
      buses: channels.flatMap(({ eventbridge: bus, region }) =>
        bus === undefined ? [] : [{ bus, region }],
      ),
    },
    alarms: watches.flatMap(({ alarm: name, region }) =>
      name === undefined ? [] : [{ name, region }],
    ),
    asks: {
      tags: asked.tags || owners?.tags !== undefined,
      groups: asked.groups,
      units: asked.units || asked.accountTags,
    },
  };
}

function membersOf(
  selection: AccountSelection | undefined,
  config: Config | undefined,
): MembersNeeded | undefined {
  if (selection === undefined) return undefined;
  const { organization, named, roleName, externalId } = selection;
  const own = config?.model.accounts?.groups?.map(({ role }) => role ?? roleName) ?? [];
  return {
    listed: organization ? undefined : named,
    roleNames: [...new Set(own.length > 0 ? own : [roleName])],
    externalId,
  };
}

function distinct(places: readonly DeliveryRequest[]): readonly DeliveryRequest[] {
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

export function partitionOfRegion(region: string): Partition {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
