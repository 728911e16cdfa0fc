// The users and keys that a run of one account looks at, and what is remembered of them.

import { accountUsers } from '../aws/account-users.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import {
  type Inventory,
  readUsers,
  scanned,
  takeInventory,
  type UserKeys,
} from '../aws/inventory.ts';
import { isReportEnough, takeReportInventory } from '../aws/report-inventory.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { comparableUserName } from '../base/user-name.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import type { AccountState, Seen } from '../state/state-store.ts';
import { openUsers, type Scope } from './find-candidates.ts';
import { seenKeys } from './seen-keys.ts';
import { inSlice } from './user-slice.ts';

/** `auto` reads the credential report and falls back to `scan`; `report` never falls back. */
export type InventoryMode = 'auto' | 'report' | 'scan';

export interface InventoryOptions extends Scope {
  /** How keys are found; not asked when the run is about one user. */
  readonly inventory: InventoryMode;
  /** AWS calls under way at the same time. */
  readonly maxParallel: number;
  /** Keys of which the operator says that nobody made them by hand. */
  readonly orphans?: ReadonlySet<AccessKeyId>;
}

/** An account whose keys are read. */
export interface AccountToRead {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

export async function accountInventory(
  account: AccountToRead,
  options: InventoryOptions,
): Promise<Inventory> {
  const { maxParallel: parallel, user, wanted } = options;
  const { emit, signal, gateway } = account;
  const reading = { parallel, emit, signal, isMeant: isMeantBy(options) };
  if (wanted.kind === 'recovery') return await unfinishedUsers(account, options);
  if (options.users !== undefined) return await theseUsers(gateway, options.users, reading);
  if (user !== undefined) return await takeInventory(gateway.reader, { ...reading, user });
  if (options.inventory === 'scan') return await takeInventory(gateway.reader, reading);
  try {
    return await byReport(account, options);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run') throw error;
    if (options.inventory === 'report') throw asUnusable(error);
    emit({ code: 'report-unusable', errorCode: error.code, reason: error.message });
    const users = accountUsers(gateway, emit);
    const inventory = await takeInventory(gateway.reader, { ...reading, users });
    return { ...inventory, source: { kind: 'scan', fallbackReason: error.message } };
  }
}

/** Undefined where all users of the account are meant. */
function isMeantBy({ slice }: InventoryOptions): ((user: string) => boolean) | undefined {
  return slice && ((user) => inSlice(user, slice));
}

/** Who does not exist any more is left out. */
async function theseUsers(
  { reader }: AccountGateway,
  users: readonly string[],
  reading: Parameters<typeof readUsers>[2],
): Promise<Inventory> {
  const read = await readUsers(reader, users, reading);
  return scanned(read.users, read.unreadable);
}

async function byReport(
  { gateway, state, clock, emit, signal }: AccountToRead,
  options: InventoryOptions,
): Promise<Inventory> {
  const { wanted, maxParallel: parallel, cleanUpDays } = options;
  const daysThreshold = wanted.kind === 'due-key' ? wanted.daysThreshold : 0;
  if (!isReportEnough(daysThreshold, cleanUpDays)) {
    throw new KeyturnError(
      'report-unusable',
      'a credential report may be hours old, and the threshold is not longer than that',
    );
  }
  // Also those whose lost request may have landed late: the report does not tell of a young key.
  const unfinished = await openUsers(state, undefined);
  const alsoRead = new Map(unfinished.map(({ user }) => [comparableUserName(user), user]));
  const { account } = gateway.caller;
  return await takeReportInventory(gateway, {
    ...{ clock, emit, signal, account, parallel },
    ...{ daysThreshold, inactiveDays: cleanUpDays, alsoRead, isMeant: isMeantBy(options) },
  });
}

function asUnusable({ code, message, hintParts }: KeyturnError): KeyturnError {
  const how = 'with --inventory auto, all users are read one by one instead';
  return code === 'report-unusable'
    ? new KeyturnError(code, message, { hint: how })
    : new KeyturnError('report-unusable', `the credential report cannot be read: ${message}`, {
        hint: [...hintParts, how],
      });
}

async function unfinishedUsers(
  { gateway, state, emit, signal }: AccountToRead,
  { user: scope, maxParallel: parallel, orphans }: InventoryOptions,
): Promise<Inventory> {
  const users: UserKeys[] = [];
  for (const { user, history } of await openUsers(state, scope)) {
    // Whoever names an orphan may mean a key that landed after its rotation was given up.
    const isNamed = (orphans?.size ?? 0) > 0 && history.mayHaveLateKey;
    if (history.open === undefined && !history.hasChangesToSettle && !isNamed) continue;
    try {
      const reading = { parallel, emit, signal, user };
      users.push(...(await takeInventory(gateway.reader, reading)).users);
    } catch (thrown) {
      // Deleted meanwhile: the engine closes what is open.
      if (toKeyturnError(thrown).code !== 'unknown-user') throw thrown;
    }
  }
  return scanned(users, []);
}

/** I15: the last use of old keys that wait was asked of AWS, also where no report tells of it. */
export async function rememberUses(
  outcomes: readonly UserOutcome[],
  { sightings }: AccountState,
  at: Date,
): Promise<void> {
  const used = outcomes.flatMap(({ user, retirement }) => {
    const { oldKey, waiting } = retirement ?? {};
    const lastUse = waiting?.lastUse;
    const { createdAt, id: keyId } = oldKey ?? {};
    if (lastUse === undefined || lastUse === 'unreadable' || createdAt === undefined) return [];
    // What the report told is remembered already, with the time of the report.
    const isReported = sightings.lookAt(user, { createdAt })?.lastUse === lastUse;
    return isReported ? [] : [{ user, createdAt, lastUse, keyId }];
  });
  if (used.length > 0) await sightings.remember([{ at, used }]);
}

/**
 * I5: for keys that somebody else makes Inactive, this is the start of the hold. Keys that
 * were read are remembered by their IDs; of all others the credential report tells only that a key
 * of a certain date was Active when it was made, so that is what is remembered.
 */
export async function rememberKeys(
  { users, source, activeSlots: slots, inactiveSlots, lastUses }: Inventory,
  { sightings }: AccountState,
  now: Date,
): Promise<void> {
  const reported: Seen[] =
    source.kind === 'credential-report'
      ? [
          { at: source.generatedAt, slots, inactiveSlots },
          { at: source.generatedAt, used: lastUses },
        ]
      : [];
  await sightings.remember([...seenKeys(users, now), ...reported]);
}

/** I5: the same of users for whom nothing is to be done now. One who cannot be read is looked at next time. */
export async function rememberUsers(
  { gateway, state, clock, emit, signal }: AccountToRead,
  users: readonly string[],
  { maxParallel: parallel }: Pick<InventoryOptions, 'maxParallel'>,
): Promise<void> {
  if (users.length === 0) return;
  const read = await theseUsers(gateway, users, { parallel, emit, signal });
  await rememberKeys(read, state, clock.now());
}
