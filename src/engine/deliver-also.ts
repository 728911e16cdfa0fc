// Gives the key of a rotation that is done to a place which the rotation did not name, or again to one that it
// did: copied from custody or from a place that still has it, as a healing does.

import { KeyturnError } from '../base/errors.ts';
import { foretellRotation, recoverCommand } from '../base/key-command.ts';
import type { Destination } from '../destinations/destination.ts';
import { jointTarget, targetOf } from '../destinations/kinds.ts';
import { receiptAt } from '../lifecycle/known-places.ts';
import type { DeliveryReceipt, DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import { hasNewKey, mayFollow, type WithNewKey } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { stillHolds } from './delivery.ts';
import { copyPair, foretellCopy, type Healed, type PlaceToServe } from './heal-place.ts';
import { type UserAtHand, type UserWork, whileAlone } from './user-work.ts';

export interface AlsoDelivered {
  readonly rotation: WithNewKey;
  readonly target: DeliveryTarget;
  /** Undefined in a dry run, and where the place failed. */
  readonly receipt: DeliveryReceipt | undefined;
  /** Where the pair came from; undefined where the place had it. */
  readonly copied: Healed | undefined;
  readonly error: KeyturnError | undefined;
}

/** To the places of the run. Throws why no key of the user can be delivered: `secret-missing`, `needs-operator`. */
export async function deliverAlso(
  user: string,
  account: AccountWork,
): Promise<readonly AlsoDelivered[]> {
  return await whileAlone(user, account, async (work) => {
    return await eachPlace(work, async (place, rotation) => {
      const copied = await copyPair(place, await work.listKeys(), work);
      const receipt = receiptAt(work.history.rotation(rotation.id), place.served.target);
      return { copied, receipt };
    });
  });
}

/** What deliverAlso would do, by reads alone (I12). */
export async function foretellAlso(
  user: string,
  account: AccountWork,
): Promise<readonly AlsoDelivered[]> {
  const at = { user, account, history: await account.state.foretell(user) };
  return await eachPlace(at, async (place) => {
    const keys = await account.gateway.reader.listAccessKeys(user);
    return { copied: await foretellCopy(place, keys, at), receipt: undefined };
  });
}

type Copy = (
  place: PlaceToServe,
  rotation: WithNewKey,
) => Promise<Pick<AlsoDelivered, 'copied' | 'receipt'>>;

/** One after the other; one that fails keeps no other from the key. */
async function eachPlace(at: UserAtHand | UserWork, copy: Copy): Promise<readonly AlsoDelivered[]> {
  const rotation = rotationToServe(at);
  const { user, account } = at;
  const own = await account.places.forNew(user, rotation.oldKeyId);
  const done: AlsoDelivered[] = [];
  for (const destination of own) {
    account.signal.throwIfAborted();
    const about = { rotation, receipt: undefined, copied: undefined, error: undefined };
    let nothing = { ...about, target: targetOf(destination) };
    try {
      const target = targetIn(rotation, destination);
      nothing = { ...about, target };
      const known = receiptAt(rotation, target);
      const isThere =
        known !== undefined && (await stillHolds(rotation, { destination, receipt: known }, at));
      const told = isThere
        ? { receipt: known, copied: undefined }
        : await copy({ served: servedBy(rotation, target), destination }, rotation);
      done.push({ ...nothing, ...told });
    } catch (thrown) {
      if (!(thrown instanceof KeyturnError) || thrown.isStop) throw thrown;
      done.push({ ...nothing, error: thrown });
    }
  }
  return done;
}

function servedBy(rotation: WithNewKey, target: JournaledTarget): PlaceToServe['served'] {
  const { newKeyId: keyId } = rotation;
  return { rotation, target, receipt: receiptAt(rotation, target), keyId, nextKeyId: undefined };
}

/** The place as the record has it, where it is one of the rotation's. */
function targetIn({ targets }: WithNewKey, destination: Destination): DeliveryTarget {
  const known = targets.find((each) => jointTarget(destination, each) !== undefined);
  if (known === undefined || known.form === destination.form) return targetOf(known ?? destination);
  throw new KeyturnError(
    'not-deliverable',
    `${known.kind} ${known.place} has the key of the rotation in ${known.form === undefined ? 'no form' : `the form ${known.form}`} already`,
    {
      hint: 'a place has one key in one form: name another place, or change the form with the next rotation',
    },
  );
}

/** The last rotation that made a key, once its places have it. */
function rotationToServe({ user, history, account }: UserAtHand): WithNewKey {
  const { reach } = account.policy;
  const last = history.latest(hasNewKey);
  if (last === undefined || !hasNewKey(last)) {
    throw new KeyturnError(
      'secret-missing',
      `keyturn has made no key of ${user}, so it has no secret to deliver`,
      {
        hint: [
          'AWS shows a secret once, to whoever makes the key; a rotation makes a new one, and its --deliver says where that goes:',
          foretellRotation(user, reach),
        ],
      },
    );
  }
  const receipt = { kind: '', reference: '' };
  const step = { type: 'placed', target: { kind: '', place: '' }, receipt } as const;
  if ('receipts' in last && mayFollow(last, step)) return last;
  throw new KeyturnError(
    'needs-operator',
    `the last rotation of ${user} is ${last.phase}, so its key goes to no further place`,
    {
      hint:
        last.phase === 'undone'
          ? ['a new one goes wherever --deliver says:', foretellRotation(user, reach)]
          : ['finish it first:', recoverCommand(user, reach)],
    },
  );
}
