// What every executable takes from its surroundings when no flag says otherwise.

import { isAbsolute, join, resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { refuseMisspelt } from '../../state/misspelt-place.ts';
import { isStatePlace } from '../../state/stores.ts';
import { quoted } from './argv.ts';
import { regionName } from './value-rules.ts';

/** What the surroundings say, read once from the process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Undefined when the system knows of none. */
  readonly home: string | undefined;
}

/**
 * The region of the environment counts because every AWS tool honours it, and because it decides the
 * partition: with AWS_REGION=us-gov-west-1 the commercial endpoint would refuse the credentials.
 * Undefined where it names none: then the profile that signs may.
 */
export function regionOf(env: Surroundings['env']): string | undefined {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const region = regionName.read(text);
    if (region !== undefined) return region;
    throw new KeyturnError('bad-value', `${name} holds ${quoted(text)}, which is not a region`, {
      hint: `set ${name} to a region such as us-east-1, or name one with --region`,
    });
  }
  return undefined;
}

/** The place of state that the environment names. KEYTURN_STATE_DIR is its former name. */
export function stateVariable(env: Surroundings['env']): string | undefined {
  return env[stateVariableName(env)];
}

function stateVariableName(env: Surroundings['env']): 'KEYTURN_STATE' | 'KEYTURN_STATE_DIR' {
  return env.KEYTURN_STATE ? 'KEYTURN_STATE' : 'KEYTURN_STATE_DIR';
}

/**
 * Where the state is kept: any place of a kind of store, or a path. Throws `bad-value` for what is near a kind and
 * none, and `state-dir` when nothing tells.
 */
export function stateDirectory(flag: string | undefined, surroundings: Surroundings): string {
  const { env, home } = surroundings;
  const given = flag ?? stateVariable(env);
  if (given) {
    refuseMisspelt(given, flag === undefined ? `${stateVariableName(env)} holds` : undefined);
    // What is no path is taken as it is.
    return isStatePlace(given) && !isAbsolute(given) ? given : absolute(given, surroundings);
  }
  // The XDG specification says to ignore a relative path.
  const base = env.XDG_STATE_HOME;
  if (base && isAbsolute(base)) return join(base, 'keyturn');
  if (home !== undefined) return join(home, '.local', 'state', 'keyturn');
  throw new KeyturnError('state-dir', 'there is no home directory to keep the journal in', {
    hint: 'name a place with --state or KEYTURN_STATE',
  });
}

/** `~/` is expanded here too: a shell leaves it alone in `--state=~/x`. */
export function absolute(path: string, { cwd, home }: Surroundings): string {
  if (home !== undefined && path.startsWith('~/')) return join(home, path.slice(2));
  if (cwd === '' && !isAbsolute(path)) {
    throw new KeyturnError(
      'bad-value',
      `${JSON.stringify(path)} is relative to a folder that is gone`,
      {
        hint: 'name an absolute path, or run the command in a folder that exists',
      },
    );
  }
  return resolve(cwd, path);
}
