// CreateAccessKey, and what becomes of its answer: sent once for an intent (I2), its secret in custody
// before anything else happens (I3), and a lost answer is never followed by a second request.

import { denialHint } from '../aws/denial.ts';
import type { CreateOutcome, Fence, RequestId } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, type ErrorDetails, KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { WHY_DISCARDED } from '../lifecycle/decide-open.ts';
import { looksAgainAt, waitHint } from '../lifecycle/decide-recovery.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { mayBeSent } from '../lifecycle/late-key.ts';
import type { RotationStep } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { changeKey, type KeyChange } from './change-key.ts';
import type { UserWork } from './user-work.ts';

/** Throws when no key was made, or nobody knows; the journal then says which. */
export async function create(rotation: Rotation, work: UserWork): Promise<void> {
  const { user, account } = work;
  await assertSendable(rotation, work);
  await prepareCustody(rotation, work);
  const { writer } = account.gateway;
  const stop = new StandStill(rotation, work);
  const outcome = await writer.fenced(stop.fence).createAccessKey(user);
  if (outcome.kind === 'refused' && !isLandedJustNow(outcome, work)) {
    const { code } = stop.found ?? outcome;
    await work.record(rotation.id, { type: 'create-refused', code });
    throw stop.found ?? refused(user, outcome);
  }
  if (outcome.kind !== 'created') return await answerLost(rotation, outcome.reason, work);
  const { request } = outcome;
  const { id: newKeyId, secret, createdAt } = outcome.key;
  const issued: IssuedKey = {
    account: account.gateway.caller.account,
    ...{ user, keyId: newKeyId, secret, createdAt, rotation: rotation.id },
  };
  const { custody } = account.state;
  const why = `to replace ${rotation.oldKeyId}`;
  const told = { code: 'key-created', user, newKeyId, by: 'rotation', why } as const;
  // I3: the secret is durable before anything else happens, events and the journal included.
  try {
    await custody.put(issued);
  } catch (thrown) {
    account.emit(told);
    return await takeBack(
      { rotation, keyId: newKeyId, createdAt, request, failure: toKeyturnError(thrown) },
      work,
    );
  }
  account.emit(told);
  account.emit({ code: 'secret-stored', user, newKeyId, path: custody.describe(newKeyId) });
  await work.record(rotation.id, madeKey(newKeyId, request));
  work.madeNow = issued;
}

function madeKey(newKeyId: AccessKeyId, request: RequestId): RotationStep {
  return { type: 'created', newKeyId, ...(request !== undefined && { request }) };
}

/** I3: what custody cannot keep is not made. */
async function prepareCustody(rotation: Rotation, work: UserWork): Promise<void> {
  try {
    await work.account.state.custody.prepare(work.user, rotation.id);
  } catch (thrown) {
    await work.record(rotation.id, { type: 'closed', reason: 'never-sent' });
    throw thrown;
  }
}

/** A machine can sleep between any two steps, for as long as it likes. */
const INTENT_STALE_MS = 2 * 60_000;

/**
 * I2: a request that does not leave is on record as never sent. I10: a key is known as ours by its time,
 * so the request must follow the intent closely.
 */
async function assertSendable(rotation: Rotation, work: UserWork): Promise<void> {
  const { clock, signal } = work.account;
  const ageMs = clock.now().getTime() - rotation.intendedAt.getTime();
  const isFresh = Math.abs(ageMs) <= INTENT_STALE_MS;
  if (isFresh && !signal.aborted) return;
  await work.record(rotation.id, { type: 'closed', reason: 'never-sent' });
  signal.throwIfAborted();
  throw stoodStill(rotation);
}

/**
 * The same at each attempt: between the first look and the request there are calls for what keeps the secret
 * and the claim, and attempts that AWS had no time for. A machine can sleep there too.
 */
class StandStill {
  readonly #rotation: Rotation;
  readonly #work: UserWork;
  /** Why no attempt left any more; undefined where that was not the reason. */
  found: KeyturnError | undefined;

  constructor(rotation: Rotation, work: UserWork) {
    this.#rotation = rotation;
    this.#work = work;
  }

  /** For the request of this rotation alone. */
  get fence(): Fence {
    return async (signedAt) => {
      const { clock } = this.#work.account;
      if (mayBeSent(this.#rotation, clock.now())) return await this.#work.fence(signedAt);
      this.found = stoodStill(this.#rotation);
      throw this.found;
    };
  }
}

function stoodStill({ user }: Rotation): KeyturnError {
  return new KeyturnError(
    'run-suspended',
    `the run stood still, or the clock was set, before a key was made for ${user}`,
    { hint: 'nothing was changed for this user; run again' },
  );
}

interface Unstored {
  readonly rotation: Rotation;
  readonly keyId: AccessKeyId;
  readonly createdAt: Date;
  readonly request: RequestId;
  /** Why its secret could not be stored. */
  readonly failure: KeyturnError;
}

/** Nobody can ever use a new key whose secret could not be stored, so it is removed at once. */
async function takeBack(
  { rotation, keyId, createdAt, request, failure }: Unstored,
  work: UserWork,
): Promise<void> {
  try {
    if (await isStoredAfterAll(keyId, work)) {
      return await work.record(rotation.id, madeKey(keyId, request));
    }
    await work.record(rotation.id, { type: 'discarding', keyId, reason: 'hand-off failed' });
    await discard({ rotation, keyId, by: 'rotation' }, work);
  } catch {
    // The intent and the keys seen before it are on disk (I1): the next run finds the key.
    throw new KeyturnError(
      failure.code,
      `${failure.message}; the new key ${keyId} of ${rotation.user} could not be removed either`,
      { hint: whenRepaired({ rotation, keyId, createdAt }, work) },
    );
  }
  throw failure;
}

/** What the next runs do with the key once the disk takes writes again. */
function whenRepaired(
  { rotation, keyId, createdAt }: Omit<Unstored, 'failure' | 'request'>,
  { history, account }: UserWork,
): Hint {
  const repair = 'repair the state directory';
  if (history.rotation(rotation.id).phase === 'discarding') {
    return `${repair} and run again: the next run removes that key`;
  }
  return [repair, ...waitHint(keyId, looksAgainAt({ createdAt }), account.policy.wordCommand)];
}

/** A disk that fails may have taken the secret all the same. */
async function isStoredAfterAll(keyId: AccessKeyId, { account, user }: UserWork): Promise<boolean> {
  const { custody } = account.state;
  try {
    return !(await custody.condemn(keyId, user));
  } catch {
    // The key cannot be condemned on such a disk; that its secret is not there has to do.
    return (await custody.get(keyId)) !== undefined;
  }
}

/**
 * I13: there was room when the user's keys were read, and now AWS says that there is none. When an
 * earlier request of ours may have landed just now, the key that takes the room is that one's.
 */
function isLandedJustNow(
  { code }: Extract<CreateOutcome, { kind: 'refused' }>,
  { history, account }: UserWork,
): boolean {
  return code === 'no-free-slot' && history.mayHaveLandedAt(account.clock.now());
}

/** I2, I13: never a second create, and never a deletion by the attempt that finds the key. */
async function answerLost(rotation: Rotation, reason: string, work: UserWork): Promise<never> {
  const { user } = rotation;
  await work.record(rotation.id, { type: 'create-unknown', reason });
  let found = 'it is not known whether a key was made';
  let next: ErrorDetails = {
    hint: 'run again: if no key was made, the next run rotates; else it says how long that key is left',
  };
  try {
    const keys = await work.listKeys();
    const newcomers = keys.filter(({ id }) => work.history.isNewcomer(rotation, id));
    const [newcomer, ...others] = newcomers;
    if (newcomer !== undefined && others.length === 0) {
      const why = 'the answer to the request was lost';
      const told = { change: 'created', by: 'rotation', why } as const;
      // I16: a death between the two has it told twice, and not never.
      work.account.emit({ code: 'change-found', user, keyId: newcomer.id, ...told });
      await work.record(rotation.id, { type: 'orphan-found', keyId: newcomer.id });
      work.account.emit({ code: 'orphan-found', user, keyId: newcomer.id });
      found = `it made ${newcomer.id}, whose secret nobody holds`;
      const notBefore = looksAgainAt(newcomer);
      const wait = waitHint(newcomer.id, notBefore, work.account.policy.wordCommand);
      next = { hint: ['the old key still works', ...wait], notBefore };
    }
  } catch {
    // Listing is only there to say more; the next run lists again.
  }
  throw new KeyturnError(
    'create-unknown',
    `the answer to CreateAccessKey for ${user} was lost (${reason}); ${found}`,
    next,
  );
}

function refused(user: string, outcome: Extract<CreateOutcome, { kind: 'refused' }>): KeyturnError {
  return new KeyturnError(
    outcome.code,
    `AWS made no key for ${user}: ${outcome.reason}`,
    outcome.code === 'access-denied'
      ? { hint: denialHint(outcome.reason, { permission: 'iam:CreateAccessKey', user }) }
      : { hint: 'the old key was not touched' },
  );
}

interface Discarding extends Pick<KeyChange, 'keyId' | 'by'> {
  readonly rotation: Rotation;
  /** As it is told; that nobody holds its secret when left out. */
  readonly why?: string;
}

/** Deletes a key that this rotation made, and that nobody can use. */
export async function discard(
  { rotation, keyId, by, why = WHY_DISCARDED }: Discarding,
  work: UserWork,
): Promise<void> {
  const { user, history, account } = work;
  // I6: only a key that this rotation made, and never the one it was to replace or that signs.
  assert(history.isNewcomer(rotation, keyId), `${keyId} existed before the rotation`);
  assert(
    !dependsOn(account.gateway.caller, user, keyId),
    `${keyId} may sign the calls of this run`,
  );
  const change = { keyId, to: 'deleted', by, why } as const;
  await changeKey({ ...change, rotation: rotation.id }, work);
}
