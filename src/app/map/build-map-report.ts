// The document of `keyturn map`, from what was surveyed: each key with its places, and what stands in places and is
// a key of nobody here.

import { wholeDaysBetween } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import { deliveryOf } from '../../destinations/found-keys.ts';
import type { MappedKey, MapReport } from '../../reports/map-report.ts';
import { MAP_STATE_WORDS, type MapState } from '../../reports/map-states.ts';
import { lastUseFields } from '../last-use-fields.ts';
import type { FoundPlace } from './read-places.ts';
import type { Survey } from './survey.ts';

export interface MapFacts {
  readonly now: Date;
  /** The states that are shown; all when left out. */
  readonly only: ReadonlySet<MapState> | undefined;
}

export function buildMapReport(survey: Survey, { now, only }: MapFacts): MapReport {
  const { accounts, places, patterns, failures, skipped, caller } = survey;
  const all = [...knownKeys(survey, now), ...strayKeys(survey)].toSorted(byState);
  const keys = only === undefined ? all : all.filter(({ state }) => only.has(state));
  const unread = places.filter(
    ({ unread: why, hidden }) => why !== undefined || hidden !== undefined,
  );
  return {
    execution_time: now.toISOString(),
    signed_by: caller.signedBy ?? null,
    accounts: accounts.map(({ account, source, users }) => ({
      account_id: account,
      source: source.kind,
      as_of: source.asOf.toISOString(),
      users: users.length,
      keys: users.reduce((sum, user) => sum + user.keys.length, 0),
    })),
    keys,
    reads: patterns.map(({ kind, scope, account, placesRead, placesUnread, error }) => ({
      kind,
      scope,
      account_id: account ?? null,
      read: placesRead,
      unread: placesUnread,
      error: error === undefined ? null : issue(error, account, undefined),
    })),
    unread: unread.map((place) => ({
      ...whereOf(place),
      code: place.unread?.code ?? 'hidden',
      message: place.unread?.message ?? place.hidden ?? '',
    })),
    errors: [
      ...failures.map(({ account, error }) => issue(error, account, undefined)),
      ...accounts.flatMap(({ account, untold }) =>
        untold.map(({ user, error }) => issue(error, account, user)),
      ),
    ],
    skipped_accounts: skipped.map(({ id, state }) => ({ account_id: id, state })),
    summary: {
      keys: all.length,
      keys_shown: keys.length,
      ...Object.fromEntries(
        MAP_STATE_WORDS.map((state) => [
          state.replace('-', '_'),
          all.filter((key) => key.state === state).length,
        ]),
      ),
      places_read: sum(patterns.map(({ placesRead }) => placesRead)),
      places_unread: sum(patterns.map(({ placesUnread }) => placesUnread)),
      places_with_keys: places.filter((place) => place.keys.length > 0).length,
    },
  };
}

function knownKeys({ accounts, places }: Survey, now: Date): readonly MappedKey[] {
  return accounts.flatMap(({ account, users }) =>
    users.flatMap(({ name, keys, hasPassword }) =>
      keys.flatMap(({ id, status, createdAt, lastUse }) => {
        // Of a user who could not be read only dates are known: told under `errors`.
        if (id === undefined) return [];
        const found = placesOf(id, places);
        return [
          {
            access_key_id: id,
            state: stateOf(status === 'Active', found.length),
            account_id: account,
            username: name,
            status,
            created: createdAt.toISOString(),
            age_days: wholeDaysBetween(createdAt, now),
            ...lastUseFields(lastUse),
            has_password: hasPassword ?? null,
            places: found,
          },
        ];
      }),
    ),
  );
}

function stateOf(isActive: boolean, placeCount: number): MapState {
  if (!isActive) return placeCount > 0 ? 'dead' : 'inactive';
  if (placeCount === 0) return 'unplaced';
  return placeCount === 1 ? 'placed' : 'several-places';
}

/** Keys that stand in places, and that no user has who was read. */
function strayKeys({ accounts, places, elsewhere, failures }: Survey): readonly MappedKey[] {
  const known = new Set(
    accounts.flatMap(({ users }) => users.flatMap(({ keys }) => keys.map(({ id }) => id))),
  );
  const ids = new Set(places.flatMap(({ keys }) => keys.map(({ id }) => id)));
  return [...ids]
    .filter((id) => !known.has(id))
    .map((id) => {
      const account = elsewhere.get(id);
      const own = accounts.find((each) => each.account === account);
      return {
        access_key_id: id,
        state: failures.some((failed) => failed.account === account)
          ? 'unknown'
          : strayState(account, own),
        account_id: account ?? null,
        ...{ username: null, status: null, created: null, age_days: null },
        ...{ last_used: null, last_used_service: null, last_used_region: null },
        has_password: null,
        places: placesOf(id, places),
      };
    });
}

function strayState(
  account: string | undefined,
  own: Survey['accounts'][number] | undefined,
): MapState {
  if (account === undefined) return 'unknown';
  if (own === undefined) return 'foreign';
  // I11: it may be one of a user whose keys could not be read.
  const isWhole = own.untold.every(({ user }) => user === undefined);
  return isWhole ? 'dead' : 'unknown';
}

function placesOf(id: string, places: readonly FoundPlace[]): MappedKey['places'] {
  return places.flatMap((place) =>
    place.keys
      .filter((key) => key.id === id)
      .map((key) => ({
        ...whereOf(place),
        deliver: deliveryOf(place.kind, key) ?? null,
        problem: key.problem ?? null,
      })),
  );
}

function whereOf({ kind, name, region, account }: FoundPlace) {
  return { kind, place: name, region: region ?? null, account_id: account ?? null };
}

function byState(a: MappedKey, b: MappedKey): number {
  const order = MAP_STATE_WORDS.indexOf(a.state) - MAP_STATE_WORDS.indexOf(b.state);
  return (
    order || (b.age_days ?? 0) - (a.age_days ?? 0) || (a.access_key_id < b.access_key_id ? -1 : 1)
  );
}

function issue(
  { code, message, hint }: KeyturnError,
  account: string | undefined,
  user: string | undefined,
) {
  return { code, message, hint: hint ?? null, account_id: account ?? null, username: user ?? null };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
