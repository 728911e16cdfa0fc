// What a decision may have to learn before it can be made. Each answer costs a call or a look at a
// place, so a decision asks only for what it needs. It asks by yielding, and stays pure: whoever drives
// the generator answers, from AWS in a run, from a table in a test.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { UserHistory } from './history.ts';
import type { AccessKey, KeyDetails, LastUse } from './keys.ts';
import type { DeliveryTarget, JournaledTarget } from './record.ts';
import type { Rotation, WithNewKey } from './rotation.ts';

export type Question =
  /** When AWS last saw the key used. */
  | { readonly ask: 'last-use'; readonly keyId: AccessKeyId }
  /** Whether the secret of the key is in custody. */
  | { readonly ask: 'custody'; readonly keyId: AccessKeyId }
  /** Whether a place of the rotation has the secret of the key, custody having none. */
  | { readonly ask: 'places'; readonly rotation: Rotation; readonly keyId: AccessKeyId }
  /** What keeps the places of an open rotation from being reached from here. */
  | { readonly ask: 'reach'; readonly rotation: Rotation }
  /** Which places of an open rotation that is to be delivered yet would not take its new key, and why. */
  | { readonly ask: 'takes'; readonly rotation: Rotation }
  /** Why a place of an open rotation that was delivered is not as the end of its old key needs it (any more). */
  | { readonly ask: 'held'; readonly rotation: WithNewKey }
  /** Why a key may not go: a place of the user holds it, or nobody can tell. */
  | { readonly ask: 'holder'; readonly keyId: AccessKeyId }
  /** What is recorded of the user under the former name under which a rotation named the key. */
  | { readonly ask: 'former'; readonly keyId: AccessKeyId }
  /** Where the secret of a successor would go, or why it could not. */
  | { readonly ask: 'delivery'; readonly oldKeyId: AccessKeyId }
  /** Which places of an earlier rotation, whose readers hold the key, this run would not serve. */
  | {
      readonly ask: 'left';
      readonly oldKeyId: AccessKeyId;
      readonly served: Rotation;
      /** Of this place of it alone, and only where it holds the key. */
      readonly ifHeldAt?: JournaledTarget;
    }
  /** The user's keys, read again at that time: the list at hand may be older than our last change. */
  | { readonly ask: 'keys'; readonly notBefore: Date };

/** What the places of a rotation say of a key's secret. */
export type PlacesAnswer =
  /** One has it, and gives it back. */
  { readonly kind: 'placed' } | { readonly kind: 'missing' } | UnreadPlace;

/** None that could be read has it, and of one nobody can tell: `where` says of which, and why. */
export interface UnreadPlace {
  readonly kind: 'unreadable';
  readonly where: string;
  /** It has the key, as far as it tells, and gives no secret back. */
  readonly isKept?: true;
  /** Its text names the key. */
  readonly isNamed?: true;
  /** AWS refuses the key itself: of a young key that is to be expected, and says nothing of the place. */
  readonly isKeyRefused?: true;
}

/** Something that does not exist yet, and that a place of the rotation needs. */
export interface MissingPlace {
  readonly kind: string;
  readonly place: string;
}

/** A place that would not take a new key. */
export interface PlaceRefusal {
  readonly target: JournaledTarget;
  readonly error: KeyturnError;
}

export type Targets = readonly [DeliveryTarget, ...DeliveryTarget[]];

export type Delivery =
  | {
      readonly kind: 'possible';
      readonly targets: Targets;
      /** Places that are made first; left out where all are there. */
      readonly missing?: readonly MissingPlace[];
    }
  | { readonly kind: 'impossible'; readonly error: KeyturnError };

/** The type of the answer to each question. */
interface Answers {
  'last-use': LastUse | 'unreadable';
  custody: boolean;
  places: PlacesAnswer;
  reach: KeyturnError | undefined;
  takes: readonly PlaceRefusal[];
  held: KeyturnError | undefined;
  holder: KeyturnError | undefined;
  former: UserHistory | undefined;
  delivery: Delivery;
  left: readonly JournaledTarget[];
  keys: readonly AccessKey[];
}

export type Answer = Answers[Question['ask']];

/** Answers one question. */
export type Answerer = (question: Question) => Promise<Answer>;

/** A decision on its way: it yields questions and returns what was decided. */
export type Asking<Decision> = Generator<Question, Decision, Answer>;

function* ask<Asked extends Question>(question: Asked): Asking<Answers[Asked['ask']]> {
  return (yield question) as Answers[Asked['ask']];
}

export const askLastUse = (keyId: AccessKeyId) => ask({ ask: 'last-use', keyId });
export const askCustody = (keyId: AccessKeyId) => ask({ ask: 'custody', keyId });
export const askPlaces = (rotation: Rotation, keyId: AccessKeyId) =>
  ask({ ask: 'places', rotation, keyId });
export const askReach = (rotation: Rotation) => ask({ ask: 'reach', rotation });
export const askTakes = (rotation: Rotation) => ask({ ask: 'takes', rotation });
export const askHeld = (rotation: WithNewKey) => ask({ ask: 'held', rotation });
export const askHolder = (keyId: AccessKeyId) => ask({ ask: 'holder', keyId });
export const askFormer = (keyId: AccessKeyId) => ask({ ask: 'former', keyId });
export const askDelivery = (oldKeyId: AccessKeyId) => ask({ ask: 'delivery', oldKeyId });
export const askLeft = (oldKeyId: AccessKeyId, served: Rotation, ifHeldAt?: JournaledTarget) =>
  ask({ ask: 'left', oldKeyId, served, ...(ifHeldAt !== undefined && { ifHeldAt }) });
export const askKeys = (notBefore: Date) => ask({ ask: 'keys', notBefore });

/** The keys with the last use of each. */
export function* askDetails(keys: readonly AccessKey[]): Asking<KeyDetails[]> {
  const details: KeyDetails[] = [];
  for (const key of keys) details.push({ ...key, lastUse: yield* askLastUse(key.id) });
  return details;
}

/** Drives a decision to its end. */
export async function decided<Decision>(
  asking: Asking<Decision>,
  answer: Answerer,
): Promise<Decision> {
  let step = asking.next();
  while (step.done !== true) step = asking.next(await answer(step.value));
  return step.value;
}
