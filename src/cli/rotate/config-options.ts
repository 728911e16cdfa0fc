// A configuration beside the flags of `rotate-iam-keys`: the file becomes the settings of each user, and a flag
// about the policy wins in every rule.

import type { ConfigFile } from '../../app/config/config-file.ts';
import { loadConfig } from '../../app/config/config-file.ts';
import { configuredRun } from '../../app/config/configured-run.ts';
import { CUSTODY_VARIABLES, type CustodyValues } from '../../app/custody-wish.ts';
import type { DeliveryRequest } from '../../app/open-destinations.ts';
import { withConfigured } from '../../app/telling.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import type { Config } from '../../config/read-config.ts';
import type { Overrides } from '../../config/settings.ts';
import { readCustody } from '../../custody/wish.ts';
import { handoff } from '../../destinations/handoff/index.ts';
import { printsSecret } from '../../destinations/kinds.ts';
import { refuseUseless } from '../flags/account-flags.ts';
import { takeOutCommand, undoRunCommand } from '../flags/later-command.ts';
import { askedMetrics } from '../flags/metrics-flags.ts';
import { sameReach } from '../flags/same-reach.ts';
import {
  absolute,
  type Surroundings,
  stateDirectory,
  stateVariable,
} from '../flags/surroundings.ts';
import { ROTATE_FLAGS } from './flags.ts';
import { type ResolvedOptions, type Values, wordCommand } from './options.ts';

export interface ConfiguredOptions {
  readonly options: ResolvedOptions;
  /** What is worth a remark: flags that win over the file. */
  readonly remarks: readonly string[];
  readonly config: Config;
  /** What the organization calls an account, as far as they were listed. */
  readonly nameOf: (account: string) => string | undefined;
}

export interface ConfigRequest extends ConfiguredRequest {
  readonly file: ConfigFile;
}

/** What stands beside a configuration, whoever has read that. */
export interface ConfiguredRequest {
  readonly values: Values;
  readonly options: ResolvedOptions;
  /** The only rule whose users the run is about. */
  readonly onlyRule?: string | undefined;
  /** Whether the file is of somebody who is not trusted: it does not say where the state is. */
  readonly isUntrusted?: boolean;
}

/** Throws `bad-config` and `conflicting-flags`. */
export async function withConfig(
  request: ConfigRequest,
  surroundings: Surroundings,
  now: Date,
): Promise<ConfiguredOptions> {
  const config = await loadConfig(request.file, now, request.isUntrusted);
  return besideConfig(config, request, surroundings);
}

/** As withConfig, with a configuration that is read already. */
export function besideConfig(
  config: Config,
  { values, options, onlyRule, isUntrusted = false }: ConfiguredRequest,
  surroundings: Surroundings,
): ConfiguredOptions {
  refuseConflicts(config, values);
  const overrides = overridesOf(values, options);
  const { roleName, externalId, excludeAccounts: excluded = [] } = values;
  const { governance, accounts, directory } = configuredRun(config, {
    overrides,
    recipients: options.recipients,
    onlyRule,
    accounts: { given: options.rotate.accounts, excluded, roleName, externalId },
  });
  if (accounts === undefined) {
    const useless = ['excludeAccounts', 'roleName', 'externalId'] as const;
    refuseUseless(values, useless, '--organization or --accounts');
  }
  const places = governance.everywhere.flat();
  refuseOutput(places, options);
  const isStateSaid =
    isUntrusted || values.stateDir !== undefined || Boolean(stateVariable(surroundings.env));
  const { state, custody } = config.model;
  const kept = isUntrusted
    ? options.custody
    : custodyBeside(options.custody, custody, surroundings.env);
  // Later commands read no file.
  const named = { ...values, ...kept, stateDir: isStateSaid ? values.stateDir : state };
  const asked = askedMetrics(values, surroundings);
  const told = {
    asked,
    env: surroundings.env,
    absolute: (path: string) => absolute(path, surroundings),
  };
  return {
    remarks: remarksOf(overrides, config.file),
    config,
    nameOf: (account) => directory.of(account).name,
    options: {
      ...options,
      // Whoever is not trusted does not say where anything is sent to.
      telling: isUntrusted ? options.telling : withConfigured(options.telling, config.model, told),
      state:
        isStateSaid || state === undefined ? options.state : stateDirectory(state, surroundings),
      custody: kept,
      undoCommand: (run, account) => undoRunCommand(run, account, named),
      takeOutCommand: (keyId) => takeOutCommand(keyId, named),
      rotate: {
        ...options.rotate,
        wordCommand: wordCommand(named),
        reach: sameReach(named, undefined),
        governance,
        accounts,
        daysThreshold: governance.earliest.daysThreshold,
        lookAheadDays: governance.earliest.lookAheadDays,
        isDeliverGiven: true,
      },
    },
  };
}

/** A flag wins over the environment, and that over the file, each of them by itself. */
function custodyBeside(
  given: CustodyValues,
  file: Config['model']['custody'],
  env: Surroundings['env'],
): CustodyValues {
  const { by, identity, kms_key: kmsKey, tags } = file ?? {};
  const said = (name: keyof CustodyValues) =>
    given[name] !== undefined || Boolean(env[CUSTODY_VARIABLES[name]]);
  return {
    ...given,
    ...(by !== undefined && !said('custody') && { custody: readCustody(by) }),
    ...(identity !== undefined && !said('custodyIdentity') && { custodyIdentity: identity }),
    ...(kmsKey !== undefined && !said('custodyKmsKey') && { custodyKmsKey: kmsKey }),
    ...(tags !== undefined && !said('custodyTags') && { custodyTags: Object.entries(tags) }),
  };
}

/** Flags that say about all places what the file says about each. */
function refuseConflicts({ file }: Config, values: Values): void {
  for (const name of ['createMissing', 'createKmsKey', 'createTags'] as const) {
    if (values[name] === undefined || values[name] === false || values.deliver !== undefined)
      continue;
    const flag = `--${ROTATE_FLAGS[name].names[0]}`;
    throw new KeyturnError(
      'conflicting-flags',
      `${flag} says of all places what ${file} says of each`,
      {
        hint: 'write create_missing: true beside the place in the file, or name the places with --deliver',
      },
    );
  }
}

function overridesOf(values: Values, { rotate, recipients }: ResolvedOptions): Overrides {
  const { daysThreshold, beforeNextRun, retire, quietDays, retireDeadlineDays } = values;
  const { cleanupInactive, inactiveDays = 30, deliver } = values;
  const all: { [Name in keyof Overrides]: Overrides[Name] | undefined } = {
    days_threshold: daysThreshold,
    before_next_run: beforeNextRun === undefined ? undefined : `${beforeNextRun * 24}h`,
    retire,
    quiet_days: quietDays,
    retire_deadline_days: retireDeadlineDays,
    hold_days: cleanupInactive === undefined ? undefined : cleanupInactive ? inactiveDays : 'never',
    deliver:
      deliver === undefined && recipients.length === 0
        ? undefined
        : deliver &&
          rotate.deliver.map(({ kind, template, form }) => ({
            ...{ kind, template, form, region: undefined },
            newPlaces: rotate.newPlaces,
          })),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const FLAG_OF: Readonly<Record<keyof Overrides, string>> = {
  days_threshold: '--days-threshold',
  before_next_run: '--before-next-run',
  retire: '--retire',
  quiet_days: '--quiet-days',
  retire_deadline_days: '--retire-deadline-days',
  hold_days: '--cleanup-inactive',
  deliver: '--deliver',
};

function remarksOf(overrides: Overrides, file: string): readonly string[] {
  const flags = Object.keys(overrides).map((key) => FLAG_OF[key as keyof Overrides]);
  if (flags.length === 0) return [];
  return [`${flags.join(', ')} ${flags.length === 1 ? 'wins' : 'win'} in every rule of ${file}`];
}

function refuseOutput(
  places: readonly DeliveryRequest[],
  { outputFormat, recipients }: ResolvedOptions,
): void {
  if (outputFormat === 'text' && places.some(({ kind }) => printsSecret(kind))) {
    throw new KeyturnError(
      'conflicting-flags',
      'the configuration delivers to stdout, and with text output secrets would stand on a terminal',
      { hint: 'add --output-format json, or deliver to handoff' },
    );
  }
  if (recipients.length > 0 && !places.some(({ kind }) => kind === handoff.name)) {
    throw new KeyturnError(
      'conflicting-flags',
      '--handoff-recipient has no effect: no rule of the configuration delivers to handoff',
      { hint: ['leave it out, or see what the rules say:', command('keyturn', 'validate')] },
    );
  }
}
