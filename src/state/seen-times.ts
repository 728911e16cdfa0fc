// When each key was last seen Active, in memory: by its ID, or, as far as credential reports told, by
// its user and date. Both are names; the name of a user and date has a slash, which no key ID has.

import { comparableUserName } from '../base/user-name.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { lastActiveSlot, type SlotSighting } from '../lifecycle/slot-sighting.ts';
import type { Seen } from './state-store.ts';

export class SeenTimes {
  readonly #times = new Map<string, Date>();
  /** The dates that were seen of a user, because an account has many users. */
  readonly #datesOf = new Map<string, Set<string>>();

  /** True when that was news. */
  learn(seen: readonly Seen[]): boolean {
    let isNews = false;
    for (const each of seen) {
      for (const name of namesOf(each)) isNews = this.learnName(name, each.at) || isNews;
    }
    return isNews;
  }

  /**
   * A time only ever moves forward: one that is too early would let clean-up delete a key too soon
   * (I5). True when it did.
   */
  learnName(name: string, at: Date): boolean {
    const known = this.#times.get(name);
    if (known !== undefined && known.getTime() >= at.getTime()) return false;
    this.#times.set(name, at);
    const slash = name.indexOf('/');
    if (known !== undefined || slash === -1) return true;
    const user = name.slice(0, slash);
    const dates = this.#datesOf.get(user) ?? new Set();
    this.#datesOf.set(user, dates.add(name.slice(slash + 1)));
    return true;
  }

  /** As Sightings.lastActive. */
  lastActive(user: string, key: AccessKey, keys: readonly AccessKey[]): Date | undefined {
    const byId = this.#times.get(key.id);
    const byDate = lastActiveSlot(key, keys, this.#slotsOf(user));
    if (byId === undefined || byDate === undefined) return byId ?? byDate;
    return byId > byDate ? byId : byDate;
  }

  /** Every name with its time. */
  [Symbol.iterator](): Iterator<[string, Date]> {
    return this.#times[Symbol.iterator]();
  }

  #slotsOf(user: string): readonly SlotSighting[] {
    const slots: SlotSighting[] = [];
    for (const date of this.#datesOf.get(comparableUserName(user)) ?? []) {
      const seenAt = this.#times.get(slotName(user, date));
      if (seenAt !== undefined) slots.push({ createdAt: new Date(date), seenAt });
    }
    return slots;
  }
}

function* namesOf(seen: Seen): Generator<string> {
  if ('keyIds' in seen) yield* seen.keyIds;
  else for (const { user, createdAt } of seen.slots) yield slotName(user, createdAt.toISOString());
}

function slotName(user: string, date: string): string {
  return `${comparableUserName(user)}/${date}`;
}
