// What a record of the journal says, in plain words: who did what to which key, and why.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { minuteOf } from '../base/clock.ts';
import type { UserHistory } from './history.ts';
import type { HookEnd } from './hooks.ts';
import type {
  CloseReason,
  DeliveryReceipt,
  FoundState,
  JournaledTarget,
  JournalRecord,
  KeyStep,
  OldKeyFate,
  RotationStep,
} from './record.ts';

export interface Told {
  /** The key that it is about; undefined where no key is named. */
  readonly keyId: AccessKeyId | undefined;
  readonly text: string;
  readonly why: string | undefined;
  /** Whether it says what is about to be done, and another record says that it was done. */
  readonly isIntent: boolean;
}

export interface ToldRecord extends Told {
  readonly record: JournalRecord;
  /** Of an intent: whether its outcome is on record too. */
  readonly isSettled: boolean;
}

/** What is recorded about one user, the oldest first. Outcomes are told with the reasons of their intents. */
export function tellHistory(history: UserHistory): ToldRecord[] {
  const told: ToldRecord[] = [];
  const pending = new Map<string, number>();
  for (const record of history.records) {
    const { rotation, step } = record;
    const oldKeyId = rotation === null ? undefined : history.rotation(rotation).oldKeyId;
    const one = { ...tellRecord(record, oldKeyId), record, isSettled: false };
    const about = `${rotation ?? ''}/${one.keyId ?? ''}`;
    const awaited = OUTCOMES[step.type];
    if (awaited !== undefined) pending.set(`${about}/${awaited}`, told.length);
    const index = pending.get(`${about}/${step.type}`);
    const intended = index === undefined ? undefined : told[index];
    if (index !== undefined && intended !== undefined) {
      pending.delete(`${about}/${step.type}`);
      told[index] = { ...intended, isSettled: true };
    }
    const isFound = step.type === 'deactivated' && intended === undefined;
    const text = isFound ? 'is Inactive already, which ends the rotation' : one.text;
    told.push({ ...one, text, why: one.why ?? intended?.why });
  }
  return told;
}

/** The step with which each intent about one key ends. */
const OUTCOMES: Readonly<Partial<Record<JournalRecord['step']['type'], string>>> = {
  retiring: 'retired',
  reactivating: 'reactivated',
  deleting: 'deleted',
  deactivating: 'deactivated',
  discarding: 'discarded',
};

function tellRecord({ step }: JournalRecord, oldKeyId: AccessKeyId | undefined): Told {
  const tell = TELLERS[step.type] as (
    step: RotationStep | KeyStep,
    oldKeyId: AccessKeyId | undefined,
  ) => Told;
  return tell(step, oldKeyId);
}

type Teller<Step extends { readonly type: string }> = {
  readonly [Type in Step['type']]: (
    step: Extract<Step, { readonly type: Type }>,
    oldKeyId: AccessKeyId | undefined,
  ) => Told;
};

const ROTATION_STEPS: Teller<RotationStep> = {
  intended: ({ oldKeyId, target, alsoTargets = [], oldKeyFate, wasInactive = false }) =>
    intent(
      oldKeyId,
      `is to be replaced; the new key goes to ${placesOf([target, ...alsoTargets])}, and this one ` +
        (wasInactive ? 'is Inactive already' : FATES[oldKeyFate]),
    ),
  'create-refused': ({ code }, old) => done(old, `AWS made no new key (${code})`),
  'create-unknown': ({ reason }, old) =>
    done(old, `the answer to the request for a new key was lost: ${reason}`),
  'orphan-found': ({ keyId }) =>
    done(keyId, 'found; it may come from the request whose answer was lost'),
  'orphan-named': ({ keyId }) => done(keyId, 'the operator says that nobody made it by hand'),
  created: ({ newKeyId }) => done(newKeyId, 'made; its secret is in custody'),
  adopted: ({ newKeyId }) => done(newKeyId, 'taken for the new key: its secret was found'),
  proved: ({ checks }, old) => done(old, `AWS accepted its successor ${checks} times in a row`),
  placed: ({ receipt }, old) => done(old, `its successor was put into ${receiptsOf([receipt])}`),
  'place-found': ({ target, state }, old) =>
    done(old, `${placesOf([target])} was looked at: ${FOUND[state]}`),
  delivered: ({ receipts }, old) =>
    done(old, `its successor was delivered to ${receiptsOf(receipts)}`),
  verified: ({ checks }, old) =>
    done(old, `AWS accepted its delivered successor ${checks} times in a row`),
  deactivating: ({ reason = 'its successor took its place', by }, old) =>
    intent(
      old,
      'is to be made Inactive',
      by === 'operator' ? `${reason} (by the operator)` : reason,
    ),
  deactivated: (_, old) => done(old, 'made Inactive, which ends the rotation'),
  'in-grace': (_, old) => done(old, 'stays Active until nothing uses it'),
  'deadline-announced': ({ deadline }, old) => {
    const when = deadline === undefined ? 'then' : `after ${minuteOf(new Date(deadline))}`;
    return done(old, `its deadline was announced: it goes ${when}, whatever uses it`);
  },
  'deadline-withdrawn': (_, old) =>
    done(old, 'the deadline that was announced was withdrawn: there was a later one, or none'),
  'hook-begun': ({ label }, old) =>
    intent(old, `the readers of its successor are to be told: ${label}`),
  'hook-ended': ({ end, reason, by }, old) => {
    const who = by === 'operator' ? ' (by the operator)' : '';
    const why = reason === undefined ? '' : `: ${reason}`;
    return done(old, `telling its readers ${HOOK_ENDS[end]}${why}${who}`);
  },
  told: (_, old) => done(old, 'the readers of its successor were told'),
  vetoed: ({ label, reason }, old) => done(old, `it must not go yet, says ${label}: ${reason}`),
  watched: ({ saw, reason }, old) =>
    done(old, `${SEEN[saw]}${reason === undefined ? '' : `: ${reason}`}`),
  completed: (_, old) => done(old, 'stays Active, as was promised, which ends the rotation'),
  discarding: ({ keyId, reason }) => intent(keyId, 'is to be deleted', reason),
  discarded: ({ keyId }) => done(keyId, 'deleted; the rotation is closed'),
  found: ({ newKeyId, oldKeyId, target }) =>
    done(newKeyId, `found in ${placesOf([target])}, in the place of ${oldKeyId}`),
  undoing: ({ toKeyId, fromKeyId }) =>
    intent(toKeyId, `is to come back in the place of ${fromKeyId}`),
  'undo-given-up': ({ reason }, old) => done(old, `the undo was given up: ${reason}`),
  undone: ({ notPutBack }, old) =>
    done(
      old,
      notPutBack.length === 0
        ? 'the rotation is undone'
        : `the rotation is undone; not put back: ${receiptsOf(notPutBack)}`,
    ),
  closed: ({ reason }, old) => done(old, `the rotation is closed: ${CLOSED[reason]}`),
};

const KEY_STEPS: Teller<KeyStep> = {
  retiring: ({ keyId, reason }) => intent(keyId, 'is to be made Inactive', reason),
  retired: ({ keyId }) => done(keyId, 'made Inactive'),
  reactivating: ({ keyId, reason }) => intent(keyId, 'is to be made Active again', reason),
  reactivated: ({ keyId }) => done(keyId, 'made Active again'),
  deleting: ({ keyId, reason }) => intent(keyId, 'is to be deleted', reason),
  deleted: ({ keyId }) => done(keyId, 'deleted'),
  lapsed: ({ keyId }) => done(keyId, 'nothing is to be seen of what was to be done'),
};

const TELLERS = { ...ROTATION_STEPS, ...KEY_STEPS };

const CLOSED: Readonly<Record<CloseReason, string>> = {
  'no-key-was-made': 'no key was made',
  'never-sent': 'no key was asked for',
  discarded: 'the new key was taken back',
  'new-key-gone': 'the new key is gone',
  'old-key-gone': 'the old key is gone',
  'user-gone': 'the user is gone',
  undone: 'it was undone',
};

const FOUND: Readonly<Record<FoundState, string>> = {
  fine: 'it has the successor again',
  overwritten: 'something else stands in the place of the successor',
  dead: 'it has the successor, which AWS accepts no more',
  'half-written': 'it has the ID of the successor beside another secret',
  gone: 'it does not exist any more',
};

const HOOK_ENDS = {
  done: 'was done',
  failed: 'failed',
  unknown: 'came to an end that nobody knows',
} as const satisfies Record<HookEnd, string>;

const SEEN = {
  green: 'all was well once it was Inactive',
  red: 'it is to be Active again',
  dropped: 'nobody watches any more what comes of it',
} as const;

const FATES: Readonly<Record<OldKeyFate, string>> = {
  'when-quiet': 'is made Inactive when nothing uses it',
  deactivate: 'is then made Inactive',
  keep: 'stays Active',
};

function placesOf(targets: readonly JournaledTarget[]): string {
  return targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(' and ');
}

function receiptsOf(receipts: readonly DeliveryReceipt[]): string {
  const places = receipts.map(({ kind, reference }) => `${kind} ${reference}`.trim());
  return places.length === 0 ? 'its place' : places.join(' and ');
}

function intent(keyId: AccessKeyId | undefined, text: string, why?: string): Told {
  return { keyId, text, why, isIntent: true };
}

function done(keyId: AccessKeyId | undefined, text: string): Told {
  return { keyId, text, why: undefined, isIntent: false };
}
