// What is kept of the keys of one account until the run is over: counts of all whom the run does not touch, and
// the keys of the others, whose changes are put in at the end.

import type { UserKeys } from '../../aws/inventory.ts';
import { MS_PER_DAY } from '../../base/clock.ts';
import type { KeyChanged } from '../../base/key-changes.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { type KeyCounts, KeyTally, type Standing, stateOf } from '../metrics/key-counts.ts';
import type { KeysRead } from '../run-observer.ts';
import type { UserTurn } from '../run-settings.ts';

/** A key that will be due within the time of notice. */
export interface DueSoon {
  readonly user: string;
  readonly createdAt: Date;
  /** Where the list of the user was read; a credential report names none. */
  readonly keyId: string | undefined;
  readonly dueAt: Date;
}

interface ListedKeys extends UserKeys {
  readonly standing: Standing;
}

/** Users with an Active key that is not due, and may be within so many days. */
export function usersDueWithin(
  noticeDays: number,
  { inventory, settings, now }: KeysRead,
): readonly string[] {
  const { wanted } = settings.shortlist;
  if (wanted.kind !== 'due-key') return [];
  const dueDays = wanted.daysThreshold;
  const isSoon = (createdAt: Date) => {
    const days = daysSince(createdAt, now);
    return days < dueDays && days + noticeDays >= dueDays;
  };
  const listed = inventory.users.flatMap(({ userName, keys }) =>
    keys.some((key) => key.status === 'Active' && isSoon(key.createdAt)) ? [userName] : [],
  );
  const reported = inventory.activeSlots.flatMap(({ user, createdAt }) =>
    isSoon(createdAt) ? [user] : [],
  );
  return [...new Set([...listed, ...reported])];
}

/** The counts of an account whose keys were all read. */
export class AccountSight {
  readonly #others = new KeyTally();
  readonly #listed: readonly ListedKeys[];
  readonly countedAt: Date;

  constructor(read: KeysRead) {
    const { inventory, now } = read;
    this.countedAt = now;
    this.#listed = inventory.users.map((user) => ({
      ...user,
      standing: standingOf(read.settings.of(user.userName), read),
    }));
    const listed = new Set(inventory.users.map(({ userName }) => comparableUserName(userName)));
    const isOther = ({ user }: { readonly user: string }) => !listed.has(comparableUserName(user));
    for (const { createdAt } of inventory.activeSlots.filter(isOther)) {
      this.#others.add('current', createdAt, now);
    }
    for (const { createdAt } of inventory.inactiveSlots.filter(isOther)) {
      this.#others.add('inactive', createdAt, now);
    }
  }

  /** With what the run has changed since; `inGrace` are the keys that wait until nothing uses them. */
  counts(changes: readonly KeyChanged[], inGrace: ReadonlySet<string>, now: Date): KeyCounts {
    const tally = new KeyTally();
    tally.addAll(this.#others.counts);
    const changed = new Map<string, KeyChanged[]>();
    for (const change of changes) {
      const name = comparableUserName(change.username);
      changed.set(name, [...(changed.get(name) ?? []), change]);
    }
    for (const { userName, keys, standing } of this.#listed) {
      const own = changed.get(comparableUserName(userName)) ?? [];
      for (const key of keysAfter(keys, own)) {
        const state = stateOf(key, { standing, isInGrace: inGrace.has(key.id), now });
        tally.add(state, key.createdAt, now);
      }
    }
    return tally.counts;
  }
}

/** Keys that will be due, by the rules of their own users. */
export function dueSoon(noticeDays: number, read: KeysRead): readonly DueSoon[] {
  const { inventory, settings, now } = read;
  const found: DueSoon[] = [];
  const look = (user: string, createdAt: Date, keyId: string | undefined) => {
    const turn = settings.of(user);
    if (turn.kind !== 'work') return;
    const { dueDays } = standingOf(turn, read);
    const dueAt = new Date(createdAt.getTime() + dueDays * MS_PER_DAY);
    const days = (dueAt.getTime() - now.getTime()) / MS_PER_DAY;
    if (days > 0 && days <= noticeDays) found.push({ user, createdAt, keyId, dueAt });
  };
  const listed = new Set<string>();
  const soon = new Set(usersDueWithin(noticeDays, read).map(comparableUserName));
  for (const { userName, keys } of inventory.users) {
    listed.add(comparableUserName(userName));
    // Of two Active keys the younger is no news while something is to be done about the older one.
    const active = keys.filter(({ status }) => status === 'Active');
    if (active.length === 1) for (const key of active) look(userName, key.createdAt, key.id);
  }
  for (const { user, createdAt } of inventory.activeSlots) {
    const name = comparableUserName(user);
    if (!listed.has(name) && soon.has(name)) look(user, createdAt, undefined);
  }
  return found;
}

/** What holds for a user's keys; of whom nobody knows it, what may concern anybody. */
function standingOf(turn: UserTurn, { settings, overdueDays }: KeysRead): Standing {
  const { wanted } = settings.shortlist;
  const usual = wanted.kind === 'due-key' ? wanted.daysThreshold : overdueDays;
  if (turn.kind === 'work') {
    const { wantedOtherwise = turn.settings.wanted, overdueDays: own } = turn.settings;
    const dueDays = wantedOtherwise.kind === 'due-key' ? wantedOtherwise.daysThreshold : usual;
    return { kind: 'governed', dueDays, overdueDays: own ?? overdueDays };
  }
  const reason = turn.kind === 'left' ? turn.held.reason : undefined;
  const kind =
    reason === 'exempt' ? 'exempt' : reason === 'no-rule' ? 'ungoverned' : ('governed' as const);
  return { kind, dueDays: usual, overdueDays };
}

function daysSince(time: Date, now: Date): number {
  return (now.getTime() - time.getTime()) / MS_PER_DAY;
}

type CountedKey = Pick<AccessKey, 'status' | 'createdAt'> & { readonly id: string };

/** As the changes have left them. */
export function keysAfter(
  keys: readonly AccessKey[],
  changes: readonly KeyChanged[],
): readonly CountedKey[] {
  const now = new Map<string, CountedKey>(keys.map((key) => [key.id, key]));
  for (const { change, access_key_id: id, at } of changes) {
    const before = now.get(id);
    if (change === 'deleted') now.delete(id);
    else if (change === 'deactivated' && before) now.set(id, { ...before, status: 'Inactive' });
    else if (change === 'reactivated' && before) now.set(id, { ...before, status: 'Active' });
    else if (change === 'created' && before === undefined) {
      now.set(id, { id, status: 'Active', createdAt: new Date(at) });
    }
  }
  return [...now.values()];
}
