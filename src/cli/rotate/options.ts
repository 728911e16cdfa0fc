// Flags, environment and defaults become settled options, once. Nothing after this reads any of
// them. Precedence: flag, then environment, then default.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import type { CustodyValues } from '../../app/custody-wish.ts';
import { readFormerPlace } from '../../app/read-delivery.ts';
import type { RotateAccountOptions } from '../../app/rotate-account.ts';
import type { Telling } from '../../app/telling.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { LogLevel } from '../../base/events.ts';
import { shellWords } from '../../base/shell-words.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { parseFlags } from '../flags/argv.ts';
import { askedConfig } from '../flags/config-flag.ts';
import { custodyOf } from '../flags/custody-flags.ts';
import { newPlacesOf, resolveDeliveries } from '../flags/deliver-options.ts';
import { isVolatileStateAccepted, limitsOf } from '../flags/environment-limits.ts';
import type { FlagValues } from '../flags/flag.ts';
import {
  entranceWords,
  flagWords,
  takeOutCommand,
  undoRunCommand,
  whereaboutWords,
} from '../flags/later-command.ts';
import { tellingAsked } from '../flags/metrics-flags.ts';
import { retireOf } from '../flags/retire-flags.ts';
import { sameReach } from '../flags/same-reach.ts';
import { absolute, regionOf, type Surroundings, stateDirectory } from '../flags/surroundings.ts';
import { DEFAULTS, ROTATE_FLAGS } from './flags.ts';

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
  /** Where state is kept: a place that src/state/stores.ts opens. */
  readonly state: string;
  readonly custody: CustodyValues;
  /** Whether secrets may be kept where they can be lost. */
  readonly isVolatileStateAccepted: boolean;
  readonly log: LogOptions;
  /** What is told after the run, and where. */
  readonly telling: Telling;
  /** age recipients of hand-off files. */
  readonly recipients: readonly string[];
  /** Whether the exit code says if anything was or would be done. */
  readonly isExitCodeDetailed: boolean;
  /** The command that takes a run back, in one of its accounts; in the caller's own when left out. */
  readonly undoCommand: UndoCommand;
  /** The command that takes the secret of a key out of custody, where that is sealed. */
  readonly takeOutCommand: (keyId: string) => string;
}

export type UndoCommand = (run: string, account: string | undefined) => string;

export type Values = FlagValues<typeof ROTATE_FLAGS>;

/** What holds when no flag says otherwise, and differs between the places that run it. */
export interface RotateDefaults {
  readonly outputFormat: 'json' | 'text';
  readonly timeoutSeconds: number | undefined;
  /** Whether a configuration may stand beside the flags. */
  readonly readsConfig?: boolean;
  /** Whether one does, which was read already. */
  readonly hasConfig?: boolean;
}

export const PLAIN_DEFAULTS: RotateDefaults = { outputFormat: 'text', timeoutSeconds: undefined };

/** Throws `bad-value`, `conflicting-flags` and the like, all with exit code 2; or `state-dir`. */
export function resolveOptions(
  args: readonly string[],
  surroundings: Surroundings,
  defaults: RotateDefaults = PLAIN_DEFAULTS,
): ResolvedOptions {
  return settle(parseFlags(ROTATE_FLAGS, args), surroundings, defaults);
}

/** As resolveOptions, for a command that has read its flags already. */
export function settle(
  values: Values,
  surroundings: Surroundings,
  defaults: RotateDefaults = PLAIN_DEFAULTS,
): ResolvedOptions {
  refuseConflicts(values);
  const limits = limitsOf(surroundings.env, values.user);
  const outputFormat = values.outputFormat ?? defaults.outputFormat;
  const timeoutSeconds = values.timeout ?? defaults.timeoutSeconds;
  const { handoffRecipientsFile: file } = values;
  const accounts = selectionBeside(values, surroundings, defaults);
  const { recipients, ...deliveries } = resolveDeliveries({
    ...values,
    accounts,
    outputFormat,
    recipientsFile: file === undefined ? undefined : absolute(file, surroundings),
  });
  const daysThreshold = values.daysThreshold ?? DEFAULTS.daysThreshold;
  const dueFromDays = dueFrom(daysThreshold, values.beforeNextRun);
  return {
    recipients,
    outputFormat,
    telling: tellingAsked(values, surroundings),
    isExitCodeDetailed: values.detailedExitcode ?? false,
    state: stateDirectory(values.stateDir, surroundings),
    custody: custodyOf(values),
    undoCommand: (run, account) => undoRunCommand(run, account, values),
    takeOutCommand: (keyId) => takeOutCommand(keyId, values),
    isVolatileStateAccepted: isVolatileStateAccepted(surroundings.env, values.acceptVolatileState),
    rotate: {
      daysThreshold,
      dryRun: limits.isDryRunForced || (values.dryRun ?? false),
      user: values.user,
      inventory: values.inventory ?? 'auto',
      accounts,
      wanted: { kind: 'due-key', daysThreshold: dueFromDays },
      lookAheadDays: values.beforeNextRun ?? 0,
      ...retireOf(values, 'when-quiet'),
      cleanUpDays:
        values.cleanupInactive === true
          ? (values.inactiveDays ?? DEFAULTS.inactiveDays)
          : undefined,
      profile: values.profile,
      region: values.region ?? regionOf(surroundings.env),
      maxParallel: values.maxParallel ?? DEFAULTS.maxParallel,
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
      wordCommand: wordCommand(values),
      reach: sameReach(values, undefined),
      memberFlags: entranceWords(values),
      ...(values.movedFrom !== undefined && {
        movedFrom: values.movedFrom.map((text) => readFormerPlace(text, '--moved-from')),
      }),
      ...deliveries,
      newPlaces: newPlacesOf(values, deliveries.deliver),
    },
    log: resolveLog(values, surroundings),
  };
}

/** Where a file may name the accounts, flags that leave some out are judged beside it (config-accounts.ts). */
function selectionBeside(
  values: Values,
  surroundings: Surroundings,
  { readsConfig = false, hasConfig = false }: RotateDefaults,
): AccountSelection | undefined {
  const isOfFile = values.organization === undefined && values.accounts === undefined;
  const isThere =
    hasConfig || (readsConfig && askedConfig(values.config, surroundings) !== undefined);
  return isOfFile && isThere ? undefined : selectionOf(values);
}

/** From which age on a key is due now, so that none passes the threshold before the next run. */
function dueFrom(daysThreshold: number, lookAheadDays = 0): number {
  if (lookAheadDays < daysThreshold) return daysThreshold - lookAheadDays;
  throw new KeyturnError(
    'conflicting-flags',
    `every key would be due: the next run comes after ${lookAheadDays} days, and the threshold is ${daysThreshold}`,
    { hint: 'raise --days-threshold, lower --before-next-run, or run more often' },
  );
}

/** The command with which a person answers what a run asks, about the same accounts and state. */
export function wordCommand(values: Values): string {
  return shellWords([
    ...['keyturn', 'recover'],
    ...(values.organization === true ? ['--organization'] : []),
    ...flagWords('accounts', values.accounts?.join(',')),
    ...entranceWords(values),
    ...whereaboutWords(values),
  ]);
}

/** Where log lines go; several commands share these flags. */
export function resolveLog(
  values: Pick<Values, 'logFormat' | 'logLevel' | 'logFile'>,
  surroundings: Surroundings,
): LogOptions {
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
  if (values.inventory === 'report' && values.user !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      `--inventory report has no effect with --user ${values.user}`,
      { hint: 'leave --inventory out: only the keys of that user are read' },
    );
  }
  if (values.inactiveDays === undefined || values.cleanupInactive !== undefined) return;
  throw new KeyturnError(
    'conflicting-flags',
    `--inactive-days ${values.inactiveDays} has no effect without --cleanup-inactive`,
    { hint: 'add --cleanup-inactive, or leave --inactive-days out' },
  );
}
