// The users of one account with their keys, and what rules can be made from: path, groups, tags, password.
//
//   the report, or a scan -> IDs where they are wanted, a call for each user with keys -> the account's details
//
// What AWS does not tell is undefined, never "none" (I11).

import pMap from 'p-map';
import type { DescribedUser } from '../../aws/gateway.ts';
import { type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { DatedKey } from '../../lifecycle/dated-keys.ts';
import { type KeySource, listUsers, type SourceContext } from '../keys/key-source.ts';
import { type ListedUser, readUser } from '../keys/listed-user.ts';

export interface KnownUser {
  readonly account: string;
  readonly name: string;
  readonly keys: readonly DatedKey[];
  readonly path: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly hasPassword: boolean | undefined;
}

export interface KnownUsers {
  readonly source: KeySource;
  readonly users: readonly KnownUser[];
  /** What AWS did not tell, each with whom or what it is about. */
  readonly untold: readonly Untold[];
}

export interface Untold {
  /** A user; undefined where it is about all of the account. */
  readonly user: string | undefined;
  readonly error: KeyturnError;
}

export interface KnownUsersOptions {
  readonly maxParallel: number;
  /** Whether the IDs of all keys are read. */
  readonly withIds: boolean;
  /** Whether path, groups and tags are read. */
  readonly withDetails: boolean;
}

/** Throws what the calls throw where nothing of the account can be read. */
export async function knownUsers(
  context: SourceContext,
  { maxParallel, withIds, withDetails }: KnownUsersOptions,
): Promise<KnownUsers> {
  const sourced = await listUsers(context, { user: undefined, inventory: 'auto', maxParallel });
  const untold: Untold[] = sourced.unreadable.map(({ userName: user, error }) => ({ user, error }));
  const users = withIds
    ? await withKeyIds(sourced.users, { context, maxParallel, untold })
    : sourced.users;
  const details = withDetails ? await detailsOf(context, untold) : undefined;
  const { account } = context.gateway.caller;
  return {
    source: sourced.source,
    untold,
    users: users.map(({ user, keys, hasPassword }) => {
      const { path, groups, tags } = details?.get(comparableUserName(user)) ?? NOTHING;
      return { account, name: user, keys, path, groups, tags, hasPassword };
    }),
  };
}

const NOTHING = { path: undefined, groups: undefined, tags: undefined } as const;

interface Reading {
  readonly context: SourceContext;
  readonly maxParallel: number;
  readonly untold: Untold[];
}

/** A report names no IDs: the keys of every user who has any are read. */
async function withKeyIds(
  users: readonly ListedUser[],
  { context, maxParallel: concurrency, untold }: Reading,
): Promise<readonly ListedUser[]> {
  const { gateway, signal, emit } = context;
  const wanted = users.filter(needsReading).length;
  let done = 0;
  const read = async (listed: ListedUser): Promise<readonly ListedUser[]> => {
    if (!needsReading(listed)) return [listed];
    try {
      return [readUser(listed, await gateway.reader.listAccessKeys(listed.user))];
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.stops === 'run' || error.isStop) throw error;
      if (error.code === 'unknown-user') return [];
      untold.push({ user: listed.user, error });
      return [listed];
    } finally {
      done += 1;
      emit({
        code: 'inventory-progress',
        usersSeen: wanted,
        usersRead: done,
        complete: done === wanted,
      });
    }
  };
  return (await pMap(users, read, { concurrency, signal })).flat();
}

function needsReading({ isRead, keys, hasMoreKeys }: ListedUser): boolean {
  return !isRead && (keys.length > 0 || hasMoreKeys === true);
}

/** Undefined where AWS does not tell them, which is told. */
async function detailsOf(
  { gateway }: SourceContext,
  untold: Untold[],
): Promise<ReadonlyMap<string, DescribedUser> | undefined> {
  try {
    const details = new Map<string, DescribedUser>();
    for await (const user of gateway.overview.describeUsers()) {
      details.set(comparableUserName(user.name), user);
    }
    return details;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run' || error.isStop) throw error;
    untold.push({ user: undefined, error });
    return undefined;
  }
}
