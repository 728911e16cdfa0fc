// What is remembered of keys, indexed. Active sights are filed under the key's ID, or under user and date
// where only a credential report showed them; a time only ever moves forward. Of sights of Inactive the
// first one counts that follows the last sight of Active (I5).

import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';
import { comparableUserName, isSameUser } from '../base/user-name.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { lastActiveSlot, SAME_DATE_MS, type SlotSighting } from '../lifecycle/slot-sighting.ts';
import {
  type DatedKey,
  joinedHistories,
  type Look,
  NEVER_LOOKED,
  type UsedKey,
  type UseHistory,
  withFormerNames,
  withLook,
} from '../lifecycle/use-history.ts';
import type { InactiveKey, Seen, SeenReport, Sightings } from './state-store.ts';

export type Times = ReadonlyMap<string, Date>;

/** A key that was seen Inactive, and whose it was then. */
export interface InactiveSight {
  readonly user: string;
  readonly createdAt: Date;
  readonly since: Date;
}

export type InactiveSights = ReadonlyMap<string, InactiveSight>;

/** By user and date of the key, as credential reports tell of it. */
export type Uses = ReadonlyMap<string, UseHistory>;

/** All that is remembered. */
export interface Sights {
  readonly active: Times;
  readonly inactive: InactiveSights;
  /** When a key was first seen Active again, after it was Inactive; by its ID. */
  readonly activeAgain: Times;
  readonly uses: Uses;
}

export class KnownSightings implements Sights {
  readonly #active = new Map<string, Date>();
  readonly #inactive = new Map<string, InactiveSight>();
  readonly #activeAgain = new Map<string, Date>();
  readonly #uses = new Map<string, UseHistory>();
  /** The names under which those are filed, by the second of the key's date. */
  readonly #usedNames = new Map<number, Set<string>>();
  readonly #looks = new Map<string, Look>();
  /** Until when a key may have been Active: earlier sights of Inactive that others remember do not count. */
  readonly #mayBeActive = new Map<string, Date>();
  /** The IDs of those, by comparable user name. */
  readonly #inactiveOf = new Map<string, Set<string>>();
  /** By comparable user name, and then by the date of the key. */
  readonly #slots = new Map<string, Map<string, Date>>();
  /** When a report of this run showed the key of that name and date otherwise than Active. */
  readonly #shownOtherwise = new Map<string, Date>();
  /** The names under which they are filed, by the second of the key's date. */
  readonly #byDate = new Map<number, Set<string>>();
  /** The same, the latest sight first: a whole account may have been made in one second. */
  readonly #latestFirst = new Map<number, readonly string[]>();

  get active(): Times {
    return this.#active;
  }

  get inactive(): InactiveSights {
    return this.#inactive;
  }

  get activeAgain(): Times {
    return this.#activeAgain;
  }

  get uses(): Uses {
    return this.#uses;
  }

  /**
   * Reports and lists may date one key a second or two apart, and its user may have been renamed: all that
   * may be about it counts.
   */
  usesOf(user: string, { createdAt, id }: DatedKey): UseHistory {
    const prefix = `${comparableUserName(user)}/`;
    const ofDate = [...this.#usedNamesOf(createdAt)].map(
      (name) => [name.startsWith(prefix), this.#uses.get(name) ?? NEVER_LOOKED] as const,
    );
    const own = ofDate.filter(([isOwn]) => isOwn).map(([, uses]) => uses);
    const others = ofDate.filter(([isOwn]) => !isOwn).map(([, uses]) => uses);
    const known = own.reduce(joinedHistories, NEVER_LOOKED);
    return withFormerNames(id === undefined ? known : { ...known, keyId: id }, others);
  }

  activeAgainSince(keyId: string): Date | undefined {
    return this.#activeAgain.get(keyId);
  }

  lastActive(user: string, key: AccessKey, keys: readonly AccessKey[]): Date | undefined {
    const slots = this.#slots.get(comparableUserName(user)) ?? new Map<string, Date>();
    const ofUser = [...slots].map(
      ([date, seenAt]): SlotSighting => ({ createdAt: new Date(date), seenAt }),
    );
    const times = [
      this.#active.get(key.id),
      lastActiveSlot(key, keys, ofUser),
      this.#underAnotherName(user, key),
    ].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : new Date(Math.max(...times.map(Number)));
  }

  inactiveSince(keyId: string): Date | undefined {
    return this.#inactive.get(keyId)?.since;
  }

  /** The key of that date that was seen Inactive; undefined where there is not exactly one. */
  inactiveKeyOf(user: string, createdAt: Date): AccessKeyId | undefined {
    const ofDate = [...(this.#inactiveOf.get(comparableUserName(user)) ?? [])].filter((id) => {
      const known = this.#inactive.get(id)?.createdAt.getTime() ?? Number.NaN;
      return Math.abs(known - createdAt.getTime()) <= SAME_DATE_MS;
    });
    const [only, second] = ofDate;
    return only !== undefined && second === undefined && isAccessKeyId(only) ? only : undefined;
  }

  /** A report dates all that it shows alike: of an older one only what the latest does not show is left. */
  lastReport(): SeenReport | undefined {
    const slots = [...this.#slots].flatMap(([user, dates]) =>
      [...dates].map(([date, at]) => ({ at, user, createdAt: new Date(date) })),
    );
    if (slots.length === 0) return undefined;
    const at = new Date(slots.reduce((latest, slot) => Math.max(latest, slot.at.getTime()), 0));
    return { at, slots: slots.filter((slot) => slot.at.getTime() === at.getTime()) };
  }

  /** The latest look of this process at the key's use; what others saw is not among them. */
  lookAt(user: string, { createdAt }: Pick<AccessKey, 'createdAt'>): Look | undefined {
    return this.#looks.get(slotName(user, createdAt));
  }

  /** True when something new is known. */
  learn(seen: readonly Seen[]): boolean {
    let isNew = false;
    const note = (isNews: boolean) => {
      isNew = isNews || isNew;
    };
    for (const each of seen) {
      if (!('used' in each)) continue;
      for (const one of each.used) note(this.#seeUse(one, each.at));
    }
    // What was Active first: a sight of Inactive is judged by it.
    for (const each of seen) {
      if ('keyIds' in each) for (const id of each.keyIds) note(this.#seeActive(id, each.at));
      if ('activeAgain' in each) {
        for (const { keyId, inactiveAt } of each.activeAgain) {
          note(this.#seeActive(keyId, each.at));
          note(this.#keepAgain(keyId, each.at, inactiveAt));
        }
      }
      if (!('slots' in each)) continue;
      for (const { user, createdAt } of each.inactiveSlots ?? []) {
        keepLater(this.#shownOtherwise, slotName(user, createdAt), each.at);
      }
      for (const { user, createdAt } of each.slots) {
        note(this.#seeActive(slotName(user, createdAt), each.at));
      }
    }
    for (const each of seen) {
      if (!('inactive' in each)) continue;
      for (const one of each.inactive) note(this.#seeInactive(one, each.at));
    }
    return isNew;
  }

  /** Joins what another process knows. */
  merge({ active, inactive, activeAgain, uses }: Sights): void {
    for (const [name, history] of uses) {
      this.#setUses(name, joinedHistories(this.#uses.get(name) ?? NEVER_LOOKED, history));
    }
    for (const [id, at] of activeAgain) keepLater(this.#activeAgain, id, at);
    for (const [name, at] of active) this.#seeActive(name, at);
    for (const [id, sight] of inactive) {
      const { user, createdAt } = sight;
      const bySlot = this.#active.get(slotName(user, createdAt));
      const known = [this.#active.get(id), bySlot, this.#mayBeActive.get(id)];
      const isBack = known.some((time) => isAtOrAfter(time, sight.since));
      if (!isBack) this.#keepFirst(id, sight);
    }
  }

  #seeUse({ user, createdAt, lastUse, keyId }: UsedKey, at: Date): boolean {
    const name = slotName(user, createdAt);
    const known = this.#uses.get(name) ?? NEVER_LOOKED;
    const next = withLook(known, { at, lastUse, keyId });
    if (at >= (this.#looks.get(name)?.at ?? at)) this.#looks.set(name, { at, lastUse });
    this.#setUses(name, next);
    return next !== known;
  }

  #setUses(name: string, history: UseHistory): void {
    this.#uses.set(name, history);
    const second = secondOf(dateOfSlot(name));
    valueAt(this.#usedNames, second, () => new Set<string>()).add(name);
  }

  #usedNamesOf(createdAt: Date): Iterable<string> {
    return secondsAround(createdAt.getTime()).flatMap((second) => [
      ...(this.#usedNames.get(second) ?? []),
    ]);
  }

  #namesOf(second: number): readonly string[] {
    const sorted = this.#latestFirst.get(second);
    if (sorted !== undefined) return sorted;
    const times = [...(this.#byDate.get(second) ?? [])].map(
      (name) => [name, this.#active.get(name)?.getTime() ?? 0] as const,
    );
    const names = times.sort(([, a], [, b]) => b - a).map(([name]) => name);
    this.#latestFirst.set(second, names);
    return names;
  }

  /** The first sight counts of a key that was Inactive then. */
  #keepAgain(keyId: string, at: Date, inactiveAt: Date): boolean {
    const known = this.#activeAgain.get(keyId);
    if (known !== undefined && known > inactiveAt) return false;
    this.#activeAgain.set(keyId, at);
    return true;
  }

  #isBack(keyId: string, at: Date): boolean {
    const since = this.#inactive.get(keyId)?.since;
    if (since === undefined || !this.#forgetInactive(keyId, at)) return false;
    this.#keepAgain(keyId, at, since);
    return true;
  }

  #seeActive(name: string, at: Date): boolean {
    const slash = name.indexOf('/');
    if (slash < 0) {
      const isBack = this.#isBack(name, at);
      return keepLater(this.#active, name, at) || isBack;
    }
    const [user, date] = [name.slice(0, slash), name.slice(slash + 1)];
    let isBack = false;
    for (const id of this.#inactiveOf.get(user) ?? []) {
      const createdMs = this.#inactive.get(id)?.createdAt.getTime() ?? Number.NaN;
      const isOfDate = Math.abs(createdMs - new Date(date).getTime()) <= SAME_DATE_MS;
      if (isOfDate && this.#isBack(id, at)) isBack = true;
    }
    if (!keepLater(this.#active, name, at)) return isBack;
    valueAt(this.#slots, user, () => new Map<string, Date>()).set(date, at);
    const second = secondOf(new Date(date).getTime());
    valueAt(this.#byDate, second, () => new Set<string>()).add(name);
    this.#latestFirst.delete(second);
    return true;
  }

  /** A key that was Active since is seen Inactive anew. */
  #forgetInactive(keyId: string, activeAt: Date): boolean {
    const sight = this.#inactive.get(keyId);
    if (sight === undefined || sight.since > activeAt) return false;
    this.#inactiveOf.get(comparableUserName(sight.user))?.delete(keyId);
    return this.#inactive.delete(keyId);
  }

  #seeInactive({ user, key, keys }: InactiveKey, since: Date): boolean {
    const lastActive = this.lastActive(user, key, keys);
    if (lastActive !== undefined) keepLater(this.#mayBeActive, key.id, lastActive);
    const isBack = lastActive !== undefined && this.#forgetInactive(key.id, lastActive);
    if (isAtOrAfter(lastActive, since)) return isBack;
    const isRenamed = this.#keepName(key.id, user);
    return (
      this.#keepFirst(key.id, { user, createdAt: key.createdAt, since }) || isRenamed || isBack
    );
  }

  /** A report that shows the key Active again will name its user as they are called now. */
  #keepName(keyId: string, user: string): boolean {
    const known = this.#inactive.get(keyId);
    if (known === undefined || isSameUser(known.user, user)) return false;
    this.#inactiveOf.get(comparableUserName(known.user))?.delete(keyId);
    this.#inactive.set(keyId, { ...known, user });
    valueAt(this.#inactiveOf, comparableUserName(user), () => new Set<string>()).add(keyId);
    return true;
  }

  #keepFirst(keyId: string, sight: InactiveSight): boolean {
    const known = this.#inactive.get(keyId);
    if (known !== undefined && known.since <= sight.since) return false;
    this.#inactive.set(keyId, sight);
    valueAt(this.#inactiveOf, comparableUserName(sight.user), () => new Set<string>()).add(keyId);
    return true;
  }

  /**
   * When a key of that date was seen Active under any name, before this one was first seen Inactive: its
   * user may have been called so then. Of a later time it is another key's of the same second; and so it is
   * where a report of this run shows both keys.
   */
  #underAnotherName(user: string, { id, createdAt }: AccessKey): Date | undefined {
    const until = this.inactiveSince(id);
    const shownAt = this.#shownOtherwise.get(slotName(user, createdAt));
    let latest: Date | undefined;
    const [first, last] = [-SAME_DATE_MS, SAME_DATE_MS].map((ms) =>
      secondOf(createdAt.getTime() + ms),
    ) as [number, number];
    for (let second = first; second <= last; second += 1) {
      for (const name of this.#namesOf(second)) {
        const at = this.#active.get(name);
        if (at === undefined || (until !== undefined && at > until)) continue;
        if (at.getTime() === shownAt?.getTime() || this.#shownOtherwise.has(name)) continue;
        if (latest === undefined || at > latest) latest = at;
        break;
      }
    }
    return latest;
  }
}

/** Sightings that are answered from what is known, and kept by a store. */
export function sightingsOver(
  known: KnownSightings,
  kept: Pick<Sightings, 'remember' | 'refresh'>,
): Sightings {
  return {
    lastActive: (user, key, keys) => known.lastActive(user, key, keys),
    inactiveSince: (keyId) => known.inactiveSince(keyId),
    activeAgainSince: (keyId) => known.activeAgainSince(keyId),
    usesOf: (user, key) => known.usesOf(user, key),
    lookAt: (user, key) => known.lookAt(user, key),
    inactiveKeyOf: (user, createdAt) => known.inactiveKeyOf(user, createdAt),
    lastReport: () => known.lastReport(),
    ...kept,
  };
}

/** Dates are in whole seconds. */
const SECONDS_BESIDE = [-SAME_DATE_MS, -1000, 1000, SAME_DATE_MS];

/** Beside the key IDs, of which none has a slash. */
function slotName(user: string, createdAt: Date): string {
  return `${comparableUserName(user)}/${createdAt.toISOString()}`;
}

/** The date of the key that such a name is about. */
export function dateOfSlot(name: string): number {
  return new Date(name.slice(name.indexOf('/') + 1)).getTime();
}

export function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Its own, and those beside it in which another list may date the same key. */
export function secondsAround(ms: number): readonly number[] {
  return [0, ...SECONDS_BESIDE].map((besideMs) => secondOf(ms + besideMs));
}

/** True when the time was changed. */
function keepLater<Name>(times: Map<Name, Date>, name: Name, at: Date): boolean {
  const known = times.get(name);
  if (known !== undefined && known.getTime() >= at.getTime()) return false;
  times.set(name, at);
  return true;
}

function isAtOrAfter(time: Date | undefined, other: Date): boolean {
  return time !== undefined && time >= other;
}

function valueAt<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
