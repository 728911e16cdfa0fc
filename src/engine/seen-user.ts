// What a plan depends on, as keys, places and journal of a user show it: read when the plan is made, and again just
// before it is applied, by reads alone.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { Destination } from '../destinations/destination.ts';
import { keyIdsIn, readingsOfAll } from '../destinations/readings.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import {
  placeWord,
  type SeenPlace,
  type SeenRotation,
  type SeenUser,
} from '../lifecycle/plan-step.ts';
import { type LastUses, useWord } from '../lifecycle/planned-steps.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { readLastUse } from './key-details.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/** What is looked at beside the keys. */
export interface Looking {
  readonly keys: readonly AccessKey[];
  /** The key whose successor would go to places of this run; undefined where none is made. */
  readonly replaced: AccessKeyId | undefined;
  readonly uses: LastUses;
}

export async function seenUser(at: UserAtHand, looking: Looking): Promise<SeenUser> {
  const { history } = at;
  const { open } = history;
  const uses = [...looking.uses].flatMap(([keyId, use]) =>
    use === 'unreadable' ? [] : [[keyId, useWord(use)] as const],
  );
  return {
    keys: looking.keys
      .map(({ id: keyId, status, createdAt }) => ({ keyId, status, createdAt }))
      .toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1)),
    places: await seenPlaces(at, looking),
    open: open && seenRotation(open.id, history),
    unsettled: [
      ...history.unsettled.map(({ intent }) => intent.keyId),
      ...history.threatened.map(({ keyId }) => keyId),
    ].toSorted(),
    lastPlan: history.records.at(-1)?.plan,
    uses: new Map(uses),
  };
}

function seenRotation(id: string, history: UserHistory): SeenRotation {
  const { phase } = history.rotation(id);
  return { id, phase, records: history.recordsOf(id).length };
}

/** Those of the open rotation, and those that a new key would go to. */
async function seenPlaces(at: UserAtHand, { replaced }: Looking): Promise<readonly SeenPlace[]> {
  const { user, account, history } = at;
  const { open } = history;
  const found = new Map<string, SeenPlace>();
  const look = async (open: () => Promise<readonly Destination[]>): Promise<void> => {
    let places: readonly Destination[];
    try {
      places = await open();
    } catch (thrown) {
      // That they cannot be opened is told where they are needed.
      if (toKeyturnError(thrown).isStop) throw thrown;
      return;
    }
    for (const place of places) {
      const word = placeWord(place);
      if (!found.has(word)) found.set(word, await seenPlace(place, word));
    }
  };
  if (open !== undefined) await look(() => account.places.toTidyUp(open));
  if (replaced !== undefined) await look(() => account.places.forNew(user, replaced));
  return [...found.values()];
}

async function seenPlace(place: Destination, at: string): Promise<SeenPlace> {
  if (place.isUnread) return { at, holds: undefined, version: undefined, isUnread: true };
  try {
    const texts = await place.textsRead?.();
    const holds = texts && [...new Set(keyIdsIn(readingsOfAll(texts)))].toSorted();
    const isEmpty = texts?.length === 0;
    return { at, holds, version: isEmpty ? undefined : await place.stamp?.() };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return { at, holds: undefined, version: undefined };
  }
}

/**
 * I18: inside the claim, before anything is done. Throws `plan-drifted` where keys, places or journal are not as
 * the plan saw them, or a key that may go only while nothing uses it was used since.
 */
export async function assertAsPlanned(work: UserWork): Promise<void> {
  const { planned } = work.account.policy;
  if (planned === undefined) return;
  const { steps } = planned.permit;
  // A user who was deleted has none: the plan may be about the end of what is open of theirs.
  const keys = (await work.listKeysUnlessGone()) ?? [];
  const uses = new Map();
  for (const { keyId, unusedSince } of steps) {
    if (keyId === undefined || unusedSince === undefined) continue;
    if (dependsOn(work.account.gateway.caller, work.user, keyId)) continue;
    uses.set(keyId, await readLastUse(work.account.gateway.reader, { id: keyId }));
  }
  const replaced = steps.find((step) => step.do === 'create')?.keyId;
  const looking = { keys, replaced, uses };
  planned.assertUnchanged(await seenUser(work, looking));
}
