// Flags, environment and defaults become settled options, once. Nothing after this reads any of
// them. Precedence: flag, then environment, then default.

import { isAbsolute, join, resolve } from 'node:path';
import type { RotateAccountOptions } from '../app/rotate-account.ts';
import { KeyturnError } from '../base/errors.ts';
import type { LogLevel } from '../base/events.ts';
import { parseFlags, quoted } from './argv.ts';
import type { FlagValues } from './flag.ts';
import { DEFAULTS, ROTATE_FLAGS } from './rotate-flags.ts';
import { regionName } from './value-rules.ts';

/** What the surroundings say, read once from the process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Undefined when the system knows of none. */
  readonly home: string | undefined;
}

export interface LogOptions {
  readonly format: 'text' | 'json';
  readonly level: LogLevel;
  /** Whether the level was asked for, or is the default. */
  readonly isLevelGiven: boolean;
  /** Absolute path. */
  readonly file: string | undefined;
}

export interface ResolvedOptions {
  readonly rotate: RotateAccountOptions;
  readonly outputFormat: 'json' | 'text';
  readonly log: LogOptions;
}

type Values = FlagValues<typeof ROTATE_FLAGS>;

/** Throws `bad-value`, `conflicting-flags` and the like, all with exit code 2; or `state-dir`. */
export function resolveOptions(
  args: readonly string[],
  surroundings: Surroundings,
): ResolvedOptions {
  const values = parseFlags(ROTATE_FLAGS, args);
  refuseConflicts(values);
  const outputFormat = values.outputFormat ?? 'text';
  return {
    outputFormat,
    rotate: {
      daysThreshold: values.daysThreshold ?? DEFAULTS.daysThreshold,
      dryRun: values.dryRun ?? false,
      user: values.user,
      cleanupInactive: values.cleanupInactive ?? false,
      inactiveDays: values.inactiveDays ?? DEFAULTS.inactiveDays,
      profile: values.profile,
      region: values.region ?? regionOf(surroundings.env),
      maxParallel: values.maxParallel ?? DEFAULTS.maxParallel,
      timeoutMs: values.timeout === undefined ? undefined : values.timeout * 1000,
      stateDir: stateDirectory(values.stateDir, surroundings),
      secretsInReport: outputFormat === 'json',
    },
    log: logOptions(values, surroundings),
  };
}

function logOptions(values: Values, surroundings: Surroundings): LogOptions {
  return {
    format: values.logFormat ?? 'text',
    level: values.logLevel ?? 'info',
    isLevelGiven: values.logLevel !== undefined,
    file: values.logFile === undefined ? undefined : absolute(values.logFile, surroundings),
  };
}

/**
 * `--inactive-days` alone would promise a clean-up that does not happen. With an explicit
 * `--cleanup-inactive=false` the writer has said so, as schedulers do that send every field.
 */
function refuseConflicts(values: Values): void {
  if (values.inactiveDays === undefined || values.cleanupInactive !== undefined) return;
  throw new KeyturnError(
    'conflicting-flags',
    `--inactive-days ${values.inactiveDays} has no effect without --cleanup-inactive`,
    { hint: 'add --cleanup-inactive, or leave --inactive-days out' },
  );
}

/**
 * The environment is looked at because every AWS tool does, and because the region decides the
 * partition: with AWS_REGION=us-gov-west-1 the commercial endpoint would refuse the credentials.
 */
function regionOf(env: Surroundings['env']): string {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const region = regionName.read(text);
    if (region !== undefined) return region;
    throw new KeyturnError('bad-value', `${name} holds ${quoted(text)}, which is not a region`, {
      hint: `set ${name} to a region such as us-east-1, or name one with --region`,
    });
  }
  return DEFAULTS.region;
}

function stateDirectory(flag: string | undefined, surroundings: Surroundings): string {
  const { env, home } = surroundings;
  if (flag !== undefined) return absolute(flag, surroundings);
  if (env.KEYTURN_STATE_DIR) return absolute(env.KEYTURN_STATE_DIR, surroundings);
  // The XDG specification says to ignore a relative path.
  const base = env.XDG_STATE_HOME;
  if (base && isAbsolute(base)) return join(base, 'keyturn');
  if (home !== undefined) return join(home, '.local', 'state', 'keyturn');
  throw new KeyturnError('state-dir', 'there is no home directory to keep the journal in', {
    hint: 'name a directory with --state-dir or KEYTURN_STATE_DIR',
  });
}

/** `~/` is expanded here too: a shell leaves it alone in `--state-dir=~/x`. */
function absolute(path: string, { cwd, home }: Surroundings): string {
  if (home !== undefined && path.startsWith('~/')) return join(home, path.slice(2));
  return resolve(cwd, path);
}
