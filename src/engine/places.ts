// Where the secrets of rotations go: for a fresh one the places of this run, for one that is open or
// has ended the places that it was promised when it began, whatever this run's own are (I10).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { flagWords } from '../base/shell-words.ts';
import { isSameUser } from '../base/user-name.ts';
import type { Destination } from '../destinations/destination.ts';
import { jointTarget, kindNamed, termsAt, thingsAt } from '../destinations/kinds.ts';
import type { DeliveryTarget, JournaledTarget, OldKeyFate } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import type { ReaderTerms } from '../lifecycle/settle.ts';

type Destinations = readonly [Destination, ...Destination[]];

export interface Places {
  /** For a fresh rotation. Throws `not-deliverable` for a user whom the places of this run do not fit. */
  forNew(user: string, oldKeyId: AccessKeyId): Promise<Destinations>;
  /** Of an open rotation, for whoever may finish it from here. Throws `other-destination`. */
  toFinish(rotation: Rotation): Promise<readonly Destination[]>;
  /** What readers of a place can count on. */
  termsAt(target: JournaledTarget): ReaderTerms;
  /** Of a rotation that has ended, to tidy up behind it. Throws `other-destination`. */
  toTidyUp(rotation: Rotation): Promise<readonly Destination[]>;
}

/** The places of this run's own rotations. Throws `not-deliverable`. */
export type DestinationChooser = (replaced: Replaced) => Promise<Destinations>;

/** The key that a secret at a place takes the place of, and what becomes of it. */
export type Replaced = Pick<Rotation, 'user' | 'oldKeyId' | 'oldKeyFate'> & {
  /** Of a rotation that has its new key. */
  readonly newKeyId?: AccessKeyId;
};

/** A place that a record names; undefined when it cannot be reached from here. */
export type DestinationOpener = (
  target: JournaledTarget,
  replaced: Replaced,
) => Promise<Destination | undefined>;

/** Whose key goes to each thing that a run writes: the accounts of the run share one. */
export type TakenPlaces = Map<string, KeyOwner>;

interface KeyOwner {
  readonly account: string;
  readonly user: string;
}

export interface PlacesParts {
  /** The account of the keys. */
  readonly account: string;
  /** Left out where the run has one account. */
  readonly taken?: TakenPlaces | undefined;
  readonly choose: DestinationChooser;
  readonly open: DestinationOpener;
  /** What readers of a place can count on; what its kind says when left out. */
  readonly termsAt?: ((target: JournaledTarget) => ReaderTerms) | undefined;
  /** Whether open rotations to other places than this run's own are finished too. */
  readonly finishesOthers: boolean;
  /** What becomes of the old key of a fresh rotation. */
  readonly oldKeyFate: OldKeyFate;
}

export function openPlaces(parts: PlacesParts): Places {
  const { account, taken = new Map() } = parts;
  return {
    forNew: async (user, oldKeyId) => {
      const own = await parts.choose({ user, oldKeyId, oldKeyFate: parts.oldKeyFate });
      takeFor({ account, user }, await thingsOf(own, account), taken);
      return own;
    },
    termsAt: parts.termsAt ?? termsAt,
    toFinish: (rotation) => promised(rotation, parts),
    toTidyUp: (rotation) => promised(rotation, { ...parts, finishesOthers: true }),
  };
}

/**
 * I14: two users of one run whose places are one. AWS may not know yet whose key the first one left there,
 * so the second is refused here. Throws `not-deliverable`.
 */
function takeFor(owner: KeyOwner, things: readonly Thing[], taken: TakenPlaces): void {
  const { account, user } = owner;
  for (const { id, words } of things) {
    const other = taken.get(id);
    if (other === undefined) continue;
    const isSameAccount = other.account === account;
    if (isSameAccount && isSameUser(other.user, user)) continue;
    const whose = isSameAccount ? other.user : `${other.user} of account ${other.account}`;
    throw new KeyturnError(
      'not-deliverable',
      `this run delivers the key of ${whose} to ${words}, so it cannot deliver the one of ${user} there too`,
      {
        hint: isSameAccount
          ? 'give every user a place of their own'
          : 'put {account} into the name: each account may have a user of that name',
      },
    );
  }
  for (const { id } of things) taken.set(id, owner);
}

/** Something that is written, for people and as one name in all accounts. */
interface Thing {
  readonly id: string;
  readonly words: string;
}

async function thingsOf(own: Destinations, account: string): Promise<readonly Thing[]> {
  const found = own.map(async (destination) => {
    const kind = kindNamed(destination.kind);
    if (kind === undefined) return [];
    const more = (await destination.things?.()) ?? [];
    const all = [...thingsAt(destination), ...more.map((thing) => `${kind.name} ${thing}`)];
    return all.map((words) => ({ words, id: kind.isInAccount ? `${account} ${words}` : words }));
  });
  return (await Promise.all(found)).flat();
}

async function promised(rotation: Rotation, parts: PlacesParts): Promise<Destination[]> {
  const own = await ownOf(rotation, parts);
  const found: Destination[] = [];
  for (const target of rotation.targets) {
    const opened =
      (await ownAt(target, own, (joint) => parts.open(joint, rotation))) ??
      (parts.finishesOthers ? await parts.open(target, rotation) : undefined);
    if (opened === undefined) throw otherDestination(rotation, target);
    found.push(opened);
  }
  return found;
}

/** A user whom this run's places do not fit may have an open rotation to others. */
async function ownOf(rotation: Rotation, { choose }: PlacesParts): Promise<readonly Destination[]> {
  try {
    return await choose(rotation);
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'not-deliverable') return [];
    throw thrown;
  }
}

/** The place of this run that the target means, holding what this run and the rotation promise. */
async function ownAt(
  target: JournaledTarget,
  own: readonly Destination[],
  open: (joint: DeliveryTarget) => Promise<Destination | undefined>,
): Promise<Destination | undefined> {
  for (const destination of own) {
    const joint = jointTarget(destination, target);
    const isOwn = joint?.place === destination.place && joint.form === destination.form;
    if (isOwn) return destination;
    if (joint !== undefined) return await open(joint);
  }
  return undefined;
}

function otherDestination(
  { user, phase }: Rotation,
  { kind, place }: DeliveryTarget,
): KeyturnError {
  const where = place === '' ? `the ${kind} file` : `${kind} ${place}`;
  return new KeyturnError(
    'other-destination',
    `a rotation of ${user} to ${where} is not finished (${phase}), and it cannot be reached here`,
    {
      hint: [
        'finish that one first: run the command that began it again, or:',
        command('keyturn', 'recover', ...flagWords('--user', user)),
      ],
    },
  );
}
