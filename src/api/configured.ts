// Options of the library beside a configuration: what is given wins in every rule, as flags do.

import type { RotateAccountOptions } from '../app/rotate-account.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Overrides } from '../config/settings.ts';
import type { RotateOptions } from './rotate-account.ts';

/** The options of a run by the configuration. Throws `bad-config` and `bad-value`. */
export async function byConfiguration(
  options: RotateOptions,
  run: RotateAccountOptions,
  now: Date,
): Promise<RotateAccountOptions> {
  const { config: named, createMissing, deliver } = options;
  if (named === undefined) return run;
  if (createMissing !== undefined && deliver === undefined) {
    throw new KeyturnError(
      'bad-value',
      'createMissing says of all places what the configuration says of each',
      { hint: 'write create_missing: true beside the place, or name the places with deliver' },
    );
  }
  const [{ configuredRun }, config] = await Promise.all([
    import('../app/config/configured-run.ts'),
    readConfiguration(named, now),
  ]);
  const { governance, accounts } = configuredRun(config, {
    overrides: overridesOf(options, run),
    recipients: [],
    accounts: { given: undefined, excluded: [], roleName: undefined, externalId: undefined },
  });
  const { daysThreshold, lookAheadDays } = governance.earliest;
  return { ...run, governance, accounts, daysThreshold, lookAheadDays, isDeliverGiven: true };
}

async function readConfiguration(named: string | object, now: Date) {
  if (typeof named !== 'string') {
    const { configFromValue } = await import('../app/config/config-value.ts');
    return await configFromValue(named, now);
  }
  const [{ loadConfig }, { resolve }] = await Promise.all([
    import('../app/config/config-file.ts'),
    import('node:path'),
  ]);
  return await loadConfig({ path: resolve(named), shown: named }, now);
}

function overridesOf(options: RotateOptions, run: RotateAccountOptions): Overrides {
  const { daysThreshold, beforeNextRunDays, retire, quietDays, retireDeadlineDays } = options;
  const { cleanupInactive, inactiveDays = 30, deliver } = options;
  const all: { [Name in keyof Overrides]: Overrides[Name] | undefined } = {
    days_threshold: daysThreshold,
    before_next_run: beforeNextRunDays === undefined ? undefined : `${beforeNextRunDays}d`,
    retire,
    quiet_days: quietDays,
    retire_deadline_days: retireDeadlineDays,
    hold_days: cleanupInactive === undefined ? undefined : cleanupInactive ? inactiveDays : 'never',
    deliver: deliver && run.deliver.map((request) => placeOf(request, run.newPlaces)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function placeOf(
  { kind, template, form }: RotateAccountOptions['deliver'][number],
  newPlaces: RotateAccountOptions['newPlaces'],
) {
  return { kind, template, form, region: undefined, newPlaces };
}
