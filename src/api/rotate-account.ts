// One call: rotate every due key of an account, as `rotate-iam-keys` does.

import type { RotateAccountOptions } from '../app/rotate-account.ts';
import { isCounted } from '../base/counted-events.ts';
import type { ExitCode } from '../base/error-code-info.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EngineEvent } from '../base/events.ts';
import { shellWords } from '../base/shell-words.ts';
import { byConfiguration } from './configured.ts';
import type { RotationReport } from './rotation-report.ts';

export interface RotateOptions {
  /**
   * Absolute path, or `dynamodb:TABLE[@REGION]`. Give every run of an account the same one: the journal is
   * there.
   */
  readonly stateDir: string;
  /**
   * Take a `stateDir` that does not last (in memory, on a hosted runner, in the folder of a CI job, in a container and on no volume, in
   * Lambda's /tmp), although nothing else keeps the new secrets. Otherwise that is refused.
   */
  readonly acceptVolatileState?: boolean;
  /**
   * What is rotated, when and where new secrets go: the path of a `keyturn.yaml`, or the same as a value. Other
   * options about the policy win over it, in every rule. It may name several accounts.
   */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** A key is due when it is at least this old; 90 when left out. */
  readonly daysThreshold?: number;
  /**
   * Also rotate keys that would pass the threshold within so many days: how long it is until the next run; 0
   * when left out.
   */
  readonly beforeNextRunDays?: number;
  /**
   * When the old key becomes Inactive: `when-quiet` (when left out) once AWS shows no use of it for
   * `quietDays`, `now` as soon as the new key is delivered, `never` leaves it Active.
   */
  readonly retire?: 'when-quiet' | 'now' | 'never';
  /** For how long nobody may have used the old key, in days; what fits the known uses of it when left out. */
  readonly quietDays?: number;
  /** So many days after the delivery it becomes Inactive although something uses it; never when left out. */
  readonly retireDeadlineDays?: number;
  /** Only read, and report what would happen. */
  readonly dryRun?: boolean;
  /** Only this IAM user; all users when left out. */
  readonly user?: string;
  /** Delete keys that have been Inactive long enough. */
  readonly cleanupInactive?: boolean;
  /** How long that is; 30 when left out. */
  readonly inactiveDays?: number;
  /** Profile of the AWS files; the SDK's own search when left out. */
  readonly profile?: string;
  /** Chooses the partition; when left out, that of the environment, of the profile, or us-east-1. */
  readonly region?: string;
  /**
   * How due keys are found: `report` from the account's credential report, `scan` by reading every
   * user, `auto` (when left out) by the report, and by a scan where that cannot be used. With `user`
   * neither is needed.
   */
  readonly inventory?: 'auto' | 'report' | 'scan';
  /** AWS calls under way at the same time; 16 when left out. */
  readonly maxParallel?: number;
  /** Begin nothing new after this long; no limit when left out. */
  readonly timeoutMs?: number;
  /**
   * Where new secrets go, in the words of --deliver (docs/destinations/ lists them all): `ssm=NAME`,
   * for instance, or `stdout`, with which the report holds them. Hand-off files when left out. When
   * given, the key that signs the calls is rotated too, last.
   */
  readonly deliver?: readonly string[];
  /**
   * Make places of `deliver` that do not exist: secrets and parameters of AWS under this KMS key (AWS's own when
   * left out) and with these tags. Nobody reads a new place yet, so it is refused beside `retire: 'now'`.
   */
  readonly createMissing?: {
    readonly kmsKey?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
  /**
   * Places where nobody reads a key any more, in the words of --moved-from: a user whose last rotation went
   * to a place that this run does not serve is refused otherwise (`places-left`).
   */
  readonly movedFrom?: readonly string[];
  /** What AWS settings are read from; process.env when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** When aborted, steps under way are finished and no new one begins. */
  readonly signal?: AbortSignal;
  /** Hears what happens. It must not throw. */
  readonly onEvent?: (event: EngineEvent) => void;
}

export interface RotateResult {
  readonly report: RotationReport;
  /** What `rotate-iam-keys` would exit with; 0 when everything was done. */
  readonly exitCode: ExitCode;
}

const RANGES = {
  daysThreshold: [1, 3650],
  inactiveDays: [1, 3650],
  beforeNextRunDays: [0, 365],
  quietDays: [3, 400],
  retireDeadlineDays: [7, 3650],
  maxParallel: [1, 64],
  timeoutMs: [1, 86_400_000],
} as const satisfies Partial<Record<keyof RotateOptions, readonly [number, number]>>;

/**
 * Runs to the end whatever happens to single users: what could not be done is in the report. Throws
 * a KeyturnError (`bad-value`, `bad-config`, `custody-not-lasting`) only for options that it does not take, and `no-sandbox`
 * where KEYTURN_SANDBOX names one that is not there; AWS was not asked then.
 */
export async function rotateAccount(options: RotateOptions): Promise<RotateResult> {
  refuseBadValues(options);
  const [{ rotateAccount: rotate }, { systemClock }, reading, stores, opening, sandbox, slips] =
    await Promise.all([
      import('../app/rotate-account.ts'),
      import('../base/clock.ts'),
      import('../app/read-delivery.ts'),
      import('../state/stores.ts'),
      import('../app/open-state.ts'),
      import('../app/sandbox-control.ts'),
      import('../state/misspelt-place.ts'),
    ]);
  slips.refuseMisspelt(options.stateDir, 'stateDir holds');
  if (!stores.isStatePlace(options.stateDir)) {
    throw new KeyturnError('bad-value', 'stateDir is not an absolute path');
  }
  const daysThreshold = options.daysThreshold ?? 90;
  const [first = 'handoff', ...others] = options.deliver ?? [];
  const read = (text: string) => reading.readDelivery(text, options.user, 'deliver');
  const deliveries = [read(first), ...others.map(read)] as const;
  reading.refuseTwice(deliveries, 'deliver');
  const env = options.env ?? process.env;
  const clock = await sandbox.sandboxClock(env, systemClock);
  const lookAheadDays = options.beforeNextRunDays ?? 0;
  const dueFromDays = daysThreshold - lookAheadDays;
  const wanted = { kind: 'due-key', daysThreshold: dueFromDays } as const;
  const plain: RotateAccountOptions = {
    daysThreshold,
    dryRun: options.dryRun ?? false,
    user: options.user,
    wanted,
    lookAheadDays,
    oldKeyFate: FATES[options.retire ?? 'when-quiet'],
    retire: { quietDays: options.quietDays, deadlineDays: options.retireDeadlineDays },
    cleanUpDays: options.cleanupInactive === true ? (options.inactiveDays ?? 30) : undefined,
    inventory: options.inventory ?? 'auto',
    profile: options.profile,
    region: options.region,
    maxParallel: options.maxParallel ?? 16,
    timeoutMs: options.timeoutMs,
    deliver: deliveries,
    isDeliverGiven: options.deliver !== undefined,
    reach: { flags: ['--state', options.stateDir] },
    wordCommand: shellWords(['keyturn', 'recover', '--state', options.stateDir]),
    ...(options.createMissing !== undefined && {
      newPlaces: { tags: {}, ...options.createMissing },
    }),
    movedFrom: options.movedFrom?.map((text) => reading.readFormerPlace(text, 'movedFrom')),
  };
  const run = await byConfiguration(options, plain, clock.now());
  const state = await opening.openState(options.stateDir, { ...options, clock, env });
  if (options.acceptVolatileState !== true && env.KEYTURN_ACCEPT_VOLATILE_STATE !== 'true') {
    const why = await stores.whyVolatile(options.stateDir, env);
    const { assertCustodyLasts } = await import('../app/custody-lasts.ts');
    if (why !== undefined) await assertCustodyLasts(run, { state, why });
  }
  return rotate(run, {
    clock,
    emit: (event) => {
      if (!isCounted(event)) options.onEvent?.(event);
    },
    signal: options.signal ?? new AbortController().signal,
    env,
    state,
  });
}

const FATES = { 'when-quiet': 'when-quiet', now: 'deactivate', never: 'keep' } as const;

function refuseBadValues(options: RotateOptions): void {
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = options[name as keyof typeof RANGES];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new KeyturnError('bad-value', `${name} takes ${min} to ${max}, not ${value}`);
    }
  }
  const { daysThreshold = 90, beforeNextRunDays = 0, retire = 'when-quiet' } = options;
  if (options.config === undefined && beforeNextRunDays >= daysThreshold) {
    throw new KeyturnError(
      'bad-value',
      `beforeNextRunDays is ${beforeNextRunDays}, and must be less than daysThreshold, ${daysThreshold}`,
    );
  }
  if (!(retire in FATES)) {
    throw new KeyturnError('bad-value', `retire takes when-quiet, now or never, not ${retire}`);
  }
  if (retire === 'now' && options.createMissing !== undefined) {
    throw new KeyturnError('bad-value', "createMissing is refused beside retire: 'now'", {
      hint: 'nobody reads a place that has just been made: it would cut off whatever uses the old key',
    });
  }
  const { inventory = 'auto' } = options;
  if (!['auto', 'report', 'scan'].includes(inventory)) {
    throw new KeyturnError('bad-value', `inventory takes auto, report or scan, not ${inventory}`);
  }
  // An empty name would mean all users, which nobody who names one wants.
  if (options.user !== undefined && !/^[\w+=,.@-]{1,64}$/.test(options.user)) {
    throw new KeyturnError('bad-value', `user ${JSON.stringify(options.user)} is no IAM user name`);
  }
}
