// The places of one user between rotations: read again, judged, put on record where something is not as it was
// left, and given their key again where that is asked for.

import type { Limiter } from '../aws/limiter.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { keepsNoCopy } from '../destinations/kinds.ts';
import { judgePlace, type PlaceState, type PlaceVerdict } from '../lifecycle/judge-place.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { FoundState } from '../lifecycle/record.ts';
import { mayFollow } from '../lifecycle/rotation.ts';
import { type ServedPlace, servedPlaces } from '../lifecycle/served-places.ts';
import type { AccountWork } from './account-work.ts';
import { foretellHealing, type Healed, healPlace } from './heal-place.ts';
import { otherOwner } from './other-name.ts';
import { readPlace } from './read-place.ts';
import { type UserAtHand, type UserWork, whileAlone } from './user-work.ts';

export interface VerifyOrder {
  /** Whether places are given their key again. */
  readonly heals: boolean;
  /** Whether nothing is changed, here or there. */
  readonly dryRun: boolean;
  /** How many places of a kind are asked at once. */
  readonly limiterOf: (kind: string) => Limiter;
}

export interface VerifiedPlace extends PlaceVerdict {
  readonly served: ServedPlace;
  /** By this run, or in a dry run by the one that would do it. */
  readonly healed: Healed | undefined;
  /** Why it could not be healed; undefined also where nobody asked for that. */
  readonly notHealed: KeyturnError | undefined;
}

/** Throws where the user's journal cannot be read, or another process works on the user. */
export async function verifyPlaces(
  user: string,
  order: VerifyOrder,
  account: AccountWork,
): Promise<readonly VerifiedPlace[]> {
  const history = await account.state.history(user);
  const at = { user, account, history };
  const seen = await look(at, order);
  const isHealed = order.heals && seen.some(isWrong);
  if (order.dryRun) return isHealed ? await foretellHealings(seen, at) : seen;
  const isNew = seen.some(({ served, state }) => knownOf(served) !== toKnow(state, served));
  if (!isNew && !isHealed) return seen;
  // A rotation may be at work there, and be done by now: what counts is seen by the only one who writes (I9).
  return await whileAlone(user, account, async (work) => {
    const places = await look(work, order);
    await remember(places, work);
    return order.heals ? await healed(places, work, healPlace) : places;
  });
}

/** Throws `rotation-in-progress` as the healing would, where another process works on the user (I12). */
async function foretellHealings(
  places: readonly VerifiedPlace[],
  { user, account }: UserAtHand,
): Promise<readonly VerifiedPlace[]> {
  const history = await account.state.foretell(user);
  return await healed(places, { user, account, history }, foretellHealing);
}

/** Whether it is not as its rotation left it. */
export function isWrong({ state }: Pick<PlaceVerdict, 'state'>): boolean {
  return state !== 'fine' && state !== 'unreadable';
}

async function look(
  at: UserAtHand,
  { limiterOf }: Pick<VerifyOrder, 'limiterOf'>,
): Promise<readonly VerifiedPlace[]> {
  const { history, account } = at;
  const places = servedPlaces(history).filter(({ target }) => !keepsNoCopy(target.kind));
  if (places.length === 0) return [];
  const keys = await keysOf(
    at,
    places.map(({ keyId }) => keyId),
  );
  return await Promise.all(
    places.map(async (served) => {
      const release = await limiterOf(served.target.kind).acquire(account.signal);
      try {
        account.signal.throwIfAborted();
        const verdict = judgePlace(await readPlace(served, at), served, keys);
        return { served, ...verdict, healed: undefined, notHealed: undefined };
      } finally {
        release();
      }
    }),
  );
}

/**
 * The keys of the user, and of whoever has one of those that the places should have: the user may have another name
 * since. Undefined where they cannot be read (I11).
 */
async function keysOf(
  at: UserAtHand,
  served: readonly AccessKeyId[],
): Promise<readonly AccessKey[] | undefined> {
  const own = await keysUnder(at.user, at);
  if (own === undefined) return undefined;
  const found = [...own];
  for (const keyId of new Set(served)) {
    if (found.some(({ id }) => id === keyId)) continue;
    const name = await otherOwner(keyId, at);
    if (name !== undefined) found.push(...((await keysUnder(name, at)) ?? []));
  }
  return found;
}

/** Undefined where they cannot be read (I11); none of a user who is gone. */
async function keysUnder(
  user: string,
  { account }: UserAtHand,
): Promise<readonly AccessKey[] | undefined> {
  try {
    return await account.gateway.reader.listAccessKeys(user);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops !== 'user' || error.isStop) throw error;
    return error.code === 'unknown-user' ? [] : undefined;
  }
}

/** What is on record of the place. */
function knownOf({ rotation, target }: ServedPlace): FoundState {
  return rotation.found?.[rotation.targets.indexOf(target)] ?? 'fine';
}

/** What is to be on record: of a place that cannot be read what is known stays. */
function toKnow(state: PlaceState, served: ServedPlace): FoundState {
  return state === 'unreadable' ? knownOf(served) : state;
}

async function remember(places: readonly VerifiedPlace[], work: UserWork): Promise<void> {
  for (const place of places) {
    const { served, state, reason = '' } = place;
    const { kind, place: name } = served.target;
    if (isWrong(place)) {
      work.account.emit({ code: 'place-wrong', user: work.user, kind, place: name, state, reason });
    }
    const now = toKnow(state, served);
    const step = { type: 'place-found', target: { kind, place: name }, state: now } as const;
    const { id } = served.rotation;
    if (now === knownOf(served) || !mayFollow(work.history.rotation(id), step)) continue;
    await work.record(id, step);
  }
}

type Healing<At> = (served: ServedPlace, keys: readonly AccessKey[], at: At) => Promise<Healed>;

async function healed<At extends UserAtHand>(
  places: readonly VerifiedPlace[],
  at: At,
  heal: Healing<At>,
): Promise<readonly VerifiedPlace[]> {
  if (!places.some(isWrong)) return places;
  const keys = await at.account.gateway.reader.listAccessKeys(at.user);
  const done: VerifiedPlace[] = [];
  // One after the other: a place that was given its key is a source for the next one.
  for (const each of places) {
    at.account.signal.throwIfAborted();
    const outcome = isWrong(each) ? await outcomeOf(() => heal(each.served, keys, at)) : {};
    done.push({ ...each, ...outcome });
  }
  return done;
}

async function outcomeOf(
  heal: () => Promise<Healed>,
): Promise<Pick<VerifiedPlace, 'healed' | 'notHealed'>> {
  try {
    return { healed: await heal(), notHealed: undefined };
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError) || thrown.isStop) throw thrown;
    return { healed: undefined, notHealed: thrown };
  }
}
