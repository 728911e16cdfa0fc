// Which users have which keys. Users are listed page by page while their keys are read in parallel.

import pMap from 'p-map';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { isSameUser } from '../base/user-name.ts';
import type { ReportedSlot } from '../lifecycle/slot-sighting.ts';
import type { UsedKey } from '../lifecycle/use-history.ts';
import type { AccessKey, IamUser, KeyReader } from './gateway.ts';
import { readAhead } from './read-ahead.ts';

export interface UserKeys {
  /** In the server's spelling, where it tells. */
  readonly userName: string;
  readonly keys: readonly AccessKey[];
}

/** A user whose keys could not be read: they are unknown, not absent (I11). */
export interface UnreadableUser {
  readonly userName: string;
  readonly error: KeyturnError;
}

/** Where the keys of an account were learned from. */
export type InventorySource =
  | {
      readonly kind: 'scan';
      /** Why the credential report was not used, where it was meant to be. */
      readonly fallbackReason?: string;
    }
  | { readonly kind: 'credential-report'; readonly generatedAt: Date };

export interface Inventory {
  /** Every user whose keys were read; with the credential report, those that it singled out. */
  readonly users: readonly UserKeys[];
  readonly unreadable: readonly UnreadableUser[];
  /** With the credential report: all whom it lists, read or not. */
  readonly usersExamined: number;
  readonly keysExamined: number;
  readonly source: InventorySource;
  /** Active when the credential report was made; empty without one. */
  readonly activeSlots: readonly ReportedSlot[];
  /** Shown by it, and not as Active. */
  readonly inactiveSlots: readonly ReportedSlot[];
  /** The last use of each Active key that a credential report tells of (I15). */
  readonly lastUses: readonly UsedKey[];
}

export interface InventoryOptions {
  /** Reads only this user's keys; ListUsers is not called. */
  readonly user?: string | undefined;
  /** Who the users of the account are; ListUsers is asked when left out. */
  readonly users?: AsyncIterable<IamUser>;
  /** Of all users those whose keys are read; all of them when left out. */
  readonly isMeant?: ((userName: string) => boolean) | undefined;
  /** Users whose keys are read at the same time. */
  readonly parallel: number;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/**
 * Reads all users' keys, or one user's. Throws when the users cannot be listed, when no user's keys
 * could be read at all, and `unknown-user` when the inventory is scoped to a user who does not exist.
 */
export async function takeInventory(
  reader: KeyReader,
  options: InventoryOptions,
): Promise<Inventory> {
  if (options.user !== undefined) {
    const keys = await reader.listAccessKeys(options.user);
    const userName = await spelledByAws(
      options.user,
      keys.map(({ id }) => id),
      reader,
    );
    options.emit(progress(1, 1, true));
    return scanned([{ userName, keys }], []);
  }
  const all = options.users ?? reader.listUsers();
  const names = namesOf(all, options.isMeant);
  const { users, unreadable } = await readUsers(reader, names, options);
  const [first] = unreadable;
  if (first !== undefined && users.length === 0) throw first.error;
  return scanned(users, unreadable);
}

/**
 * IAM takes a name in any letter case; places are named by its own. Of a key AWS tells whose it is without
 * being told a name.
 */
export async function spelledByAws(
  typed: string,
  [first]: readonly AccessKeyId[],
  reader: Pick<KeyReader, 'lastUse'>,
): Promise<string> {
  if (first === undefined) return typed;
  try {
    const { owner = typed } = await reader.lastUse(first);
    return isSameUser(owner, typed) ? owner : typed;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run') throw error;
    return typed;
  }
}

export function scanned(
  users: readonly UserKeys[],
  unreadable: readonly UnreadableUser[],
): Inventory {
  return {
    users,
    unreadable,
    usersExamined: users.length,
    keysExamined: users.reduce((sum, { keys }) => sum + keys.length, 0),
    source: { kind: 'scan' },
    activeSlots: [],
    inactiveSlots: [],
    lastUses: [],
  };
}

async function* namesOf(
  users: AsyncIterable<IamUser>,
  isMeant: InventoryOptions['isMeant'] = () => true,
): AsyncGenerator<string> {
  for await (const { name } of users) if (isMeant(name)) yield name;
}

export interface UsersRead {
  readonly users: readonly UserKeys[];
  readonly unreadable: readonly UnreadableUser[];
  /** Who does not exist any more: nothing is left to know. */
  readonly gone: readonly string[];
}

/** Reads the keys of these users in parallel. Throws what every further call would meet too. */
export async function readUsers(
  reader: KeyReader,
  names: AsyncIterable<string> | readonly string[],
  options: Omit<InventoryOptions, 'user' | 'isMeant'>,
): Promise<UsersRead> {
  const { emit, signal } = options;
  /** Of the listing, which runs ahead of the reading: what is left can be told early. */
  const seen = new Set<string>();
  const taken = new Set<string>();
  const gone: string[] = [];
  let usersRead = 0;
  /** Why the list of names broke off, where it did. */
  const brokenOff: unknown[] = [];

  /** Users who come and go meanwhile can shift the pages, so that one is listed twice. */
  async function* namesOnce(): AsyncGenerator<string> {
    try {
      for await (const name of readAhead(names, (each) => seen.add(each))) {
        if (taken.has(name)) continue;
        taken.add(name);
        yield name;
      }
    } catch (thrown) {
      // I11: of several who wait for the next name only one would hear of the failure, and the others
      // take it for the end of the list.
      brokenOff.push(thrown);
    }
  }

  async function readUser(userName: string): Promise<UserKeys | UnreadableUser | undefined> {
    const found = await readKeys(reader, userName);
    usersRead += 1;
    emit(progress(seen.size, usersRead, false));
    if (found === undefined) gone.push(userName);
    else if ('error' in found) {
      const { code: errorCode, message: reason } = found.error;
      emit({ code: 'user-unreadable', user: userName, errorCode, reason });
    }
    return found;
  }

  const reading = pMap(namesOnce(), readUser, { concurrency: options.parallel, signal });
  const found = await stoppedBy(signal, reading);
  if (brokenOff.length > 0) throw brokenOff[0];
  emit(progress(seen.size, usersRead, true));
  const users = found.filter((one) => one !== undefined && 'keys' in one);
  const unreadable = found.filter((one) => one !== undefined && 'error' in one);
  return { users, unreadable, gone };
}

/** Undefined when the user was deleted between the listing and this read: nothing is left to know. */
async function readKeys(
  reader: KeyReader,
  userName: string,
): Promise<UserKeys | UnreadableUser | undefined> {
  try {
    return { userName, keys: await reader.listAccessKeys(userName) };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run') throw error;
    return error.code === 'unknown-user' ? undefined : { userName, error };
  }
}

function progress(usersSeen: number, usersRead: number, complete: boolean) {
  return { code: 'inventory-progress', usersSeen, usersRead, complete } as const;
}

/** An abort rejects with its reason: ours as it is, anything else as `interrupted`. */
async function stoppedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    if (signal.reason instanceof KeyturnError) throw signal.reason;
    throw new KeyturnError('interrupted', 'the inventory was interrupted; nothing was changed');
  }
}
