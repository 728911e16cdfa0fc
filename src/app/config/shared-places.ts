// Two users whose places are one, due or not: `{user|env}` of svc.a and svc-a, or a tag that both have. Where a
// place shows nobody's key, the one would be written over by the other, so neither is rotated (I14).

import { toKeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { evaluateUser } from '../../config/evaluate.ts';
import type { ConfiguredPlace } from '../../config/place-item.ts';
import { filledIn, isLossy } from '../../config/place-template.ts';
import type { Config } from '../../config/read-config.ts';
import type { AccountFacts, UserFacts } from '../../config/select.ts';
import type { Overrides } from '../../config/settings.ts';
import { targetFor, thingsAt } from '../../destinations/kinds.ts';
import { placesOf } from './places-of-config.ts';

export interface PlacesOfUsers {
  readonly config: Config;
  readonly overrides: Overrides;
  readonly account: AccountFacts;
  /** The region of places that say none. */
  readonly region: string;
  readonly now: Date;
}

/** Whether any place of the configuration could be the same for two users. */
export function mayShare(config: Config, overrides: Overrides): boolean {
  return placesOf(config, overrides).some(({ template }) => isLossy(template));
}

export class SharedPlaces {
  readonly #at: PlacesOfUsers;
  readonly #usersAt = new Map<string, Map<string, string>>();

  /** `users` are all of the account, as far as they are known. */
  constructor(at: PlacesOfUsers, users: Iterable<UserFacts>) {
    this.#at = at;
    for (const user of users) {
      for (const thing of this.#thingsOf(user)) {
        const there = this.#usersAt.get(thing) ?? new Map<string, string>();
        this.#usersAt.set(thing, there.set(comparableUserName(user.name), user.name));
      }
    }
  }

  /** A place that the user has in common with another one, and who that is. */
  sharedBy(user: UserFacts): { readonly place: string; readonly other: string } | undefined {
    const own = comparableUserName(user.name);
    for (const place of this.#thingsOf(user)) {
      for (const [name, other] of this.#usersAt.get(place) ?? []) {
        if (name !== own) return { place, other };
      }
    }
    return undefined;
  }

  #thingsOf(user: UserFacts): readonly string[] {
    const { config, overrides, account, now } = this.#at;
    const { verdict } = evaluateUser(config, { account, user, now, overrides });
    const places = verdict.kind === 'governed' ? (verdict.settings.deliver.value ?? []) : [];
    return places.flatMap((place) => this.#thingsAt(place, user));
  }

  #thingsAt(place: ConfiguredPlace, { name, tags = {} }: UserFacts): readonly string[] {
    const { account, region: usual } = this.#at;
    const region = place.region ?? usual;
    const facts = { account: account.id, accountName: account.name, user: name, tags };
    try {
      const template = filledIn(place, facts, region);
      const target = targetFor(
        { kind: place.kind, name: template },
        { account: account.id, user: name, region },
      );
      return thingsAt(target);
    } catch (thrown) {
      // A place that does not fit the user is told when the user's turn comes.
      if (toKeyturnError(thrown).code === 'not-deliverable') return [];
      throw thrown;
    }
  }
}
