// The users and keys that a run of one account looks at, and what is remembered of them.

import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import { FATAL, type Inventory, scanned, takeInventory, type UserKeys } from '../iam/inventory.ts';
import { isReportEnough, takeReportInventory } from '../iam/report-inventory.ts';
import type { AccountState } from '../journal/journal.ts';
import { usersWithOpenRotation } from './find-candidates.ts';

/** `auto` reads the credential report and falls back to `scan`; `report` never falls back. */
export type InventoryMode = 'auto' | 'report' | 'scan';

export interface AccountInventoryOptions {
  /** How keys are found; not asked when the run is about one user. */
  readonly inventory: InventoryMode;
  /** AWS calls under way at the same time. */
  readonly maxParallel: number;
  /** Scopes everything to this user, clean-up included (I6). */
  readonly user: string | undefined;
  /** Finish what earlier runs left open, and begin nothing. */
  readonly recoverOnly?: boolean;
  /** A key is due when it is at least this old. */
  readonly daysThreshold: number;
  readonly cleanupInactive: boolean;
  /** How long a key must have been Inactive before clean-up deletes it. */
  readonly inactiveDays: number;
}

export interface InventorySurroundings {
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

export async function accountInventory(
  gateway: AccountGateway,
  state: AccountState,
  options: AccountInventoryOptions,
  surroundings: InventorySurroundings,
): Promise<Inventory> {
  const { maxParallel: parallel, user, recoverOnly } = options;
  const { emit, signal } = surroundings;
  const reading = { parallel, emit, signal };
  if (recoverOnly === true) return await unfinishedUsers(gateway, state, user, reading);
  if (user !== undefined) return await takeInventory(gateway.reader, { ...reading, user });
  if (options.inventory === 'scan') return await takeInventory(gateway.reader, reading);
  try {
    return await byReport(gateway, state, options, surroundings);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (FATAL.has(error.code)) throw error;
    if (options.inventory === 'report') throw asUnusable(error);
    emit({ code: 'report-unusable', errorCode: error.code, reason: error.message });
    const inventory = await takeInventory(gateway.reader, reading);
    return { ...inventory, source: { kind: 'scan', fallbackReason: error.message } };
  }
}

async function byReport(
  gateway: AccountGateway,
  state: AccountState,
  options: AccountInventoryOptions,
  surroundings: InventorySurroundings,
): Promise<Inventory> {
  const { daysThreshold, maxParallel: parallel } = options;
  const inactiveDays = options.cleanupInactive ? options.inactiveDays : undefined;
  if (!isReportEnough(daysThreshold, inactiveDays)) {
    throw new KeyturnError(
      'report-unusable',
      'a credential report may be hours old, and the threshold is not longer than that',
    );
  }
  const open = await usersWithOpenRotation(state.journal, undefined);
  const alsoRead = new Map([...open].map(([name, { user }]) => [name, user]));
  const { account } = gateway.caller;
  const wanted = { daysThreshold, inactiveDays, alsoRead, parallel, account };
  return await takeReportInventory(gateway, { ...surroundings, ...wanted });
}

function asUnusable({ code, message, hint }: KeyturnError): KeyturnError {
  const how = 'with --inventory auto, all users are read one by one instead';
  return code === 'report-unusable'
    ? new KeyturnError(code, message, { hint: how })
    : new KeyturnError('report-unusable', `the credential report can not be read: ${message}`, {
        hint: hint === undefined ? how : `${hint}; ${how}`,
      });
}

async function unfinishedUsers(
  gateway: AccountGateway,
  state: AccountState,
  scope: string | undefined,
  reading: { parallel: number; emit: EventSink; signal: AbortSignal },
): Promise<Inventory> {
  const users: UserKeys[] = [];
  for (const { user } of (await usersWithOpenRotation(state.journal, scope)).values()) {
    try {
      users.push(...(await takeInventory(gateway.reader, { ...reading, user })).users);
    } catch (thrown) {
      // Deleted meanwhile: the executor closes what is open.
      if (toKeyturnError(thrown).code !== 'unknown-user') throw thrown;
    }
  }
  return scanned(users, []);
}

/**
 * I5: for keys that somebody else makes Inactive later, this is the best start of the hold. Keys that
 * were read are remembered by their IDs; of all others the credential report tells only that a key
 * of a certain date was Active when it was made, so that is what is remembered.
 */
export async function rememberActiveKeys(
  inventory: Inventory,
  { sightings, slotSightings }: AccountState,
  now: Date,
): Promise<void> {
  const active = inventory.users.flatMap(({ keys }) =>
    keys.filter(({ status }) => status === 'Active').map(({ id }) => id),
  );
  sightings.seenActive(active, now);
  const { source, activeSlots } = inventory;
  if (source.kind === 'credential-report') {
    slotSightings.slotsSeenActive(activeSlots, source.generatedAt);
  }
  await sightings.save();
}
