// What the journal says about one rotation, in the order in which it happens. A record is written
// before a step that changes something (an intent) or after it (an outcome). No record ever holds
// a secret (I8). The wire format of the journal is exactly these fields plus an envelope.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { HookEnd, HookMoment } from './hooks.ts';
import type { ReaderTerms } from './settle.ts';

/**
 * Records of a rotation: one user, one old key, one new key. `request` is the ID that AWS gave the request which the
 * record tells the outcome of, where its answer came.
 */
export type RotationStep =
  /** I1: written before CreateAccessKey, with the user's keys as seen. */
  | {
      readonly type: 'intended';
      readonly oldKeyId: AccessKeyId;
      readonly knownKeyIds: readonly AccessKeyId[];
      /** The old key was Inactive when its rotation began, so an undo does not make it Active by itself. */
      readonly wasInactive?: true | undefined;
      /** What becomes of the old key once the new one is delivered and verified. */
      readonly oldKeyFate: OldKeyFate;
      /** Where the secret is to go: a later run must be able to find the place again. */
      readonly target: JournaledTarget;
      /** Further places that must all hold it. */
      readonly alsoTargets?: readonly JournaledTarget[];
      /** For which moments of it the operator had hooks then: no run may pass one that it knows nothing of. */
      readonly hooks?: readonly HookMoment[] | undefined;
    }
  /** AWS answered that it made no key. Ends the rotation. */
  | { readonly type: 'create-refused'; readonly code: string }
  /** The answer to CreateAccessKey was lost. */
  | { readonly type: 'create-unknown'; readonly reason: string }
  /** Verdict only (I13): this key came from a lost answer. Deleting it is a later step. */
  | { readonly type: 'orphan-found'; readonly keyId: AccessKeyId }
  /** The operator's word that nobody made this key by hand. */
  | { readonly type: 'orphan-named'; readonly keyId: AccessKeyId }
  /** The key exists and its secret is in the hand-off. */
  | {
      readonly type: 'created';
      readonly newKeyId: AccessKeyId;
      readonly request?: string | undefined;
    }
  /** AWS has accepted the new key, more than once in a row (I4). */
  | {
      readonly type: 'proved';
      readonly checks: number;
      /** Tells the pair that was accepted from every other one, and tells nothing of it: see pair-mark.ts. */
      readonly pairMark?: string | undefined;
    }
  /** The verdict that a key is ours after all: its secret was found in a place, or in custody (I10). */
  | { readonly type: 'adopted'; readonly newKeyId: AccessKeyId }
  /**
   * One of several places has the new key, read back, so that no later run writes it there once more; and
   * after the delivery, that a place which had lost it was given it again, or that one which the rotation did not
   * name was given it too: it is one of its places from then on.
   */
  | {
      readonly type: 'placed';
      readonly target: DeliveryTarget;
      readonly receipt: DeliveryReceipt;
    }
  /** What was found, between rotations, at a place that had the key; `fine` once it has it again. */
  | {
      readonly type: 'place-found';
      readonly target: DeliveryTarget;
      readonly state: FoundState;
    }
  /** Every place has it. */
  | { readonly type: 'delivered'; readonly receipts: readonly DeliveryReceipt[] }
  /** Of rotations that were delivered before AWS was asked, as formats 1 and 2 have them. */
  | { readonly type: 'verified'; readonly checks: number }
  /** Intent: the old key is about to be made Inactive. */
  | {
      readonly type: 'deactivating';
      /** Why its old key goes, where a rotation that was in grace comes to its end. */
      readonly reason?: string | undefined;
      /** It goes whatever uses it, because a person said so. Else AWS is asked again. */
      readonly althoughInUse?: boolean | undefined;
      /** The person's command that ends a grace; absent where the rotation ends it by itself. */
      readonly by?: EndedBy | undefined;
      /** For how long the time after it is watched; absent where nobody watches. */
      readonly watchMinutes?: number | undefined;
    }
  /** The recorded deactivation from which the hold is counted (I5). Ends the rotation. */
  | { readonly type: 'deactivated'; readonly request?: string | undefined }
  /** The cut-over of a rotation whose old key is in use: it stays Active until it is quiet (I15). */
  | {
      readonly type: 'in-grace';
      /** ISO 8601: when it may end at the earliest, as told then. */
      readonly notBefore?: string | undefined;
    }
  /** The operator's deadline for the old key was told, so that it can be kept then. */
  | {
      readonly type: 'deadline-announced';
      /** ISO 8601 UTC; without it nobody can tell which deadline it was, and it is told anew. */
      readonly deadline?: string | undefined;
    }
  /** The deadline that was told is not kept: by then there was a later one, or none. */
  | { readonly type: 'deadline-withdrawn' }
  /** Intent: a hook is about to tell readers of the new key. */
  | {
      readonly type: 'hook-begun';
      readonly on: HookMoment;
      /** Tells the hook from every other one: a digest of what it does. */
      readonly mark: string;
      /** What it does, for people. */
      readonly label: string;
    }
  /** How it ended: by what it said itself, or by the word of a person who looked. */
  | {
      readonly type: 'hook-ended';
      readonly mark: string;
      readonly end: HookEnd;
      readonly reason?: string | undefined;
      readonly by?: 'operator' | undefined;
    }
  /** All that was to tell its readers was done: the silence of the old key counts from here. */
  | { readonly type: 'told' }
  /** A hook said that the old key must not go yet. Recorded when the answer is another one than before. */
  | { readonly type: 'vetoed'; readonly label: string; readonly reason: string }
  /** What was seen once the old key was Inactive; `dropped` where nobody is to watch any more. */
  | {
      readonly type: 'watched';
      readonly saw: 'green' | 'red' | 'dropped';
      readonly reason?: string | undefined;
    }
  /** The new key is delivered and verified, and the old one stays Active. Ends the rotation. */
  | { readonly type: 'completed' }
  /** Intent: the new key is about to be deleted, because nobody can use it. */
  | { readonly type: 'discarding'; readonly keyId: AccessKeyId; readonly reason: string }
  | {
      readonly type: 'discarded';
      readonly keyId: AccessKeyId;
      readonly request?: string | undefined;
    }
  /**
   * A replacement that the journal knows nothing of, found in a destination that keeps both pairs:
   * taken on as a rotation so that it can be undone. Begins a rotation in the place of `intended`.
   */
  | {
      readonly type: 'found';
      readonly oldKeyId: AccessKeyId;
      readonly newKeyId: AccessKeyId;
      readonly target: JournaledTarget;
    }
  /** Intent: `toKeyId` is to work and to be delivered again, in the place of `fromKeyId`. */
  | {
      readonly type: 'undoing';
      readonly toKeyId: AccessKeyId;
      readonly fromKeyId: AccessKeyId;
      /** What becomes of the key that is taken back, in the last step. */
      readonly fromKeyFate: Exclude<OldKeyFate, 'when-quiet'>;
    }
  /** AWS does not accept the key to go back to, and nothing depends on it yet: all is as before. */
  | { readonly type: 'undo-given-up'; readonly reason: string }
  /** The cut-over back, with the destinations whose readers must go back by hand. Ends the undo. */
  | { readonly type: 'undone'; readonly notPutBack: readonly DeliveryReceipt[] }
  /** Nothing more to do, for a reason that the rotation did not cause. */
  | { readonly type: 'closed'; readonly reason: CloseReason };

/**
 * The key that it was given; another one, or none; that key, which AWS accepts no more; its ID beside another
 * secret; or no such place any more.
 */
export type FoundState = 'fine' | 'overwritten' | 'dead' | 'half-written' | 'gone';

export type CloseReason =
  | 'no-key-was-made'
  /** The request for a key never left, so no key that appears later is ever taken for its own (I2). */
  | 'never-sent'
  | 'discarded'
  | 'new-key-gone'
  | 'old-key-gone'
  | 'user-gone'
  /** Of journals of the first format, which have no record of an undo. */
  | 'undone';

/**
 * What was promised of the old key when the rotation began: `when-quiet` makes it Inactive once nobody
 * uses it any more, `deactivate` as soon as the new one is delivered, `keep` leaves it to `finish`.
 */
export type OldKeyFate = 'when-quiet' | 'deactivate' | 'keep';

/** Who ends the grace of an old key beside its rotation: keyturn keys deactivate, or keyctl finish. */
export type EndedBy = 'operator' | 'finish';

/** A destination by kind and place, without a secret: {kind: 'handoff', place: ''}. */
export interface DeliveryTarget {
  /** The word that names this kind of destination in receipts and reports. */
  readonly kind: string;
  /** Which one of its kind. */
  readonly place: string;
  /**
   * The first record format that knows a place which is written like this one; absent where every
   * format does. Older versions refuse the record, and the kind knows how to read the place.
   */
  readonly since?: 3;
  /** How the pair is written there, where that is not as AWS made it: a form's word, with all it takes. */
  readonly form?: string;
}

/** A target as a record may hold it, whichever version wrote the record. */
export interface JournaledTarget extends DeliveryTarget {
  /** Only in records of format 2: more profiles of the same file that are to hold the new pair. */
  readonly alsoProfiles?: readonly string[];
}

/** Records about a key that belongs to no open rotation: clean-up, finish and undo. */
export type KeyStep =
  | { readonly type: 'deleting'; readonly keyId: AccessKeyId; readonly reason: string }
  | { readonly type: 'deleted'; readonly keyId: AccessKeyId; readonly request?: string | undefined }
  /** Intent and outcome of making a replaced key Inactive after its rotation was completed. */
  | { readonly type: 'retiring'; readonly keyId: AccessKeyId; readonly reason: string }
  | { readonly type: 'retired'; readonly keyId: AccessKeyId; readonly request?: string | undefined }
  /** Intent and outcome of making a replaced key Active again. */
  | { readonly type: 'reactivating'; readonly keyId: AccessKeyId; readonly reason: string }
  | {
      readonly type: 'reactivated';
      readonly keyId: AccessKeyId;
      readonly request?: string | undefined;
    }
  /** An intent whose outcome never came, and of which nothing is to be seen at the key. */
  | { readonly type: 'lapsed'; readonly keyId: AccessKeyId };

/** The steps that are written before a key is changed. */
export type KeyIntent = Extract<KeyStep, { readonly reason: string }>;

/** Where a secret went, in words and without the secret, e.g. {kind: 'handoff', reference: path}. */
export interface DeliveryReceipt extends Partial<ReaderTerms> {
  readonly kind: string;
  readonly reference: string;
  /** Which version there holds it, where the destination keeps versions. */
  readonly version?: string;
  /** The form that it was written in, for people. */
  readonly form?: string;
  /** A digest of what was written in a form: it tells the text again, and not what it is. */
  readonly mark?: string;
}

/** The envelope of every journal line. */
export interface JournalEnvelope {
  /** Format version of the record; see formatOf. */
  readonly v: 1 | 2 | 3 | 4 | 5 | 6;
  readonly at: Date;
  /** Which run wrote it: a random ID per process. */
  readonly run: string;
  /** The ARN of whoever signed the calls, where AWS was asked; versions that do not know it drop it. */
  readonly who?: string | undefined;
  /** Which plan it was done for, where one was applied; versions that do not know it drop it. */
  readonly plan?: string | undefined;
  readonly account: string;
  readonly user: string;
}

export interface RotationRecord extends JournalEnvelope {
  readonly rotation: string;
  readonly step: RotationStep;
}

export interface KeyRecord extends JournalEnvelope {
  readonly rotation: null;
  readonly step: KeyStep;
}

export type JournalRecord = RotationRecord | KeyRecord;

const STEPS_OF_FORMAT_6: ReadonlySet<string> = new Set([
  'hook-begun',
  'hook-ended',
  'told',
  'vetoed',
  'watched',
]);
const STEPS_OF_FORMAT_5: ReadonlySet<string> = new Set(['placed', 'place-found']);
const STEPS_OF_FORMAT_4: ReadonlySet<string> = new Set([
  'in-grace',
  'deadline-announced',
  'deadline-withdrawn',
  'lapsed',
]);
const STEPS_OF_FORMAT_3: ReadonlySet<string> = new Set(['proved', 'adopted', 'orphan-named']);
const STEPS_OF_FORMAT_2: ReadonlySet<string> = new Set([
  'found',
  'undoing',
  'undo-given-up',
  'undone',
]);

/**
 * The lowest format that knows the step: a journal stays readable by versions that know all of it,
 * and the others refuse it instead of acting on a part.
 */
export function formatOf(step: RotationStep | KeyStep): JournalEnvelope['v'] {
  if (step.type === 'intended') {
    const { target, alsoTargets = [] } = step;
    if (step.hooks !== undefined && step.hooks.length > 0) return 6;
    if ([target, ...alsoTargets].some(({ form }) => form !== undefined)) return 5;
    if (step.oldKeyFate === 'when-quiet' || step.wasInactive) return 4;
    if ([target, ...alsoTargets].some(({ since }) => since === 3)) return 3;
    return step.alsoTargets !== undefined || target.alsoProfiles !== undefined ? 2 : 1;
  }
  if (step.type === 'found' && step.target.since === 3) return 3;
  if (step.type === 'closed' && step.reason === 'never-sent') return 3;
  if (step.type === 'deactivating' && step.watchMinutes !== undefined) return 6;
  if (STEPS_OF_FORMAT_6.has(step.type)) return 6;
  if (STEPS_OF_FORMAT_5.has(step.type)) return 5;
  if (STEPS_OF_FORMAT_4.has(step.type)) return 4;
  if (STEPS_OF_FORMAT_3.has(step.type)) return 3;
  return STEPS_OF_FORMAT_2.has(step.type) ? 2 : 1;
}

/** Whether it tells that AWS accepts the new key of the rotation. */
export function isProof({ type }: RotationStep | KeyStep): boolean {
  return type === 'proved' || type === 'verified';
}
