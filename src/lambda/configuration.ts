// The configuration that an event names, wherever it is: in the event, in a parameter, or in the package.

import { loadConfig } from '../app/config/config-file.ts';
import { configFromText, configFromValue } from '../app/config/config-value.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { CONFIG_VARIABLE } from '../cli/flags/config-flag.ts';
import { absolute, type Surroundings } from '../cli/flags/surroundings.ts';
import type { Config } from '../config/read-config.ts';
import { type Fields, wrong } from './fields.ts';

const PARAMETER = 'ssm:';

export interface ConfigurationReach extends Surroundings {
  readonly clock: Clock;
  readonly region: string | undefined;
}

/** Undefined where none is named. Throws `bad-value`, `bad-config`, and what reading a parameter throws. */
export async function readConfiguration(
  { config: given }: Fields,
  reach: ConfigurationReach,
): Promise<Config | undefined> {
  const now = reach.clock.now();
  const named = given ?? (reach.env[CONFIG_VARIABLE] || undefined);
  if (named === undefined || named === '') return undefined;
  if (typeof named === 'object' && named !== null && !Array.isArray(named)) {
    return await configFromValue(named, now);
  }
  if (typeof named !== 'string') throw wrong('config', 'an object, ssm:NAME or a path', named);
  if (!named.startsWith(PARAMETER)) {
    return await loadConfig({ shown: named, path: absolute(named, reach) }, now);
  }
  const name = named.slice(PARAMETER.length);
  if (!/^[\w./:-]{1,2048}$/.test(name)) throw wrong('config', 'ssm:NAME of a parameter', named);
  return await configFromText(named, await textOf(name, reach), now);
}

async function textOf(name: string, reach: ConfigurationReach): Promise<string> {
  const { readParameter } = await import('../aws/read-parameter.ts');
  try {
    return await readParameter(name, reach);
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError) || thrown.code !== 'not-deliverable') throw thrown;
    // In the words for places of keys it would be about a destination.
    throw new KeyturnError('bad-config', `the configuration cannot be read: ${thrown.message}`, {
      cause: thrown,
    });
  }
}
