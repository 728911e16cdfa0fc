// Takes up a rotation that an earlier run left open (I10): carries out what was decided about it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError, unreachable } from '../base/errors.ts';
import type { Recovery } from '../lifecycle/decide-open.ts';
import type { RecoveryStep } from '../lifecycle/decide-recovery.ts';
import { foundBy } from '../lifecycle/found-changes.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { GateVerdict } from '../lifecycle/quiet-gate.ts';
import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import { secretFromPlaces } from './holders.ts';
import { advance, settleEnded } from './perform.ts';
import { recordInactive, tellFound } from './settle-steps.ts';
import type { UserWork } from './user-work.ts';

/** A decision that has something to take up. */
export interface Deciding {
  readonly recover: Recovery;
  /** The user's keys that it is based on. */
  readonly keys: readonly AccessKey[];
  /** Why its old key goes or waits, where that depends on its use. */
  readonly gate: GateVerdict | undefined;
}

/**
 * Brings the rotation to its end, or to the state from which a fresh one may begin, and returns it as
 * it is then. Throws the error of a decision that leads to nothing, once the places that can be have been given
 * the key; and whatever its steps throw.
 */
export async function carryOut(decision: Deciding, work: UserWork): Promise<Rotation> {
  const { recover } = decision;
  const { rotation, steps } = recover;
  const { user, id, oldKeyId } = rotation;
  if (recover.reopens) await reopen(recover, work);
  await takeWord(recover, work);
  const { phase } = work.history.rotation(id);
  // One in grace was left open on purpose.
  if (phase !== 'in-grace') work.account.emit({ code: 'rotation-resumed', user, oldKeyId, phase });
  for (const step of steps) await perform(step, decision, work);
  if (recover.leadsTo === 'nothing') {
    if (recover.refused === undefined) throw recover.error;
    work.refused = recover.refused;
  }
  const last = steps.at(-1)?.kind;
  if (last === 'finish') await settleEnded(id, work);
  // One that was found finished may have to be watched yet.
  return last === 'close' ? work.history.rotation(id) : await advance(id, work);
}

/** I13: the verdict about a key that landed late opens its rotation again. */
async function reopen(recover: Recovery, work: UserWork): Promise<void> {
  const keyId = keyOf(recover);
  tellFound({ change: 'created', keyId }, work);
  await work.record(recover.rotation.id, { type: 'orphan-found', keyId });
  work.account.emit({ code: 'orphan-found', user: work.user, keyId });
}

/** The operator's word is on record before the key is deleted because of it. */
async function takeWord(recover: Recovery, work: UserWork): Promise<void> {
  const { policy, emit } = work.account;
  const { rotation } = recover;
  const keyId = recover.leadsTo === 'closed' ? recover.deletes?.keyId : undefined;
  if (keyId === undefined || !policy.orphans.has(keyId)) return;
  await work.record(rotation.id, { type: 'orphan-named', keyId });
  emit({ code: 'orphan-named', user: work.user, keyId });
}

async function perform(step: RecoveryStep, decision: Deciding, work: UserWork): Promise<void> {
  const { recover } = decision;
  const { rotation } = recover;
  const { id } = rotation;
  if (step.kind === 'refill') await refill(decision, work);
  // I16: the run that did it could not say it any more.
  const found = foundBy(step, recover);
  if (found !== undefined) tellFound(found, work);
  switch (step.kind) {
    case 'resume':
      return;
    case 'adopt':
    case 'refill':
      return await adopt(recover, work);
    case 'declare-orphan':
      return await work.record(id, { type: 'orphan-found', keyId: keyOf(recover) });
    case 'discard':
      return await discard(step.reason, recover, work);
    case 'finish':
      return await finish(decision, work);
    case 'close':
      return await work.record(id, { type: 'closed', reason: step.reason });
    default:
      return unreachable(step);
  }
}

async function finish({ recover, keys }: Deciding, work: UserWork): Promise<void> {
  const { rotation } = recover;
  const { id, oldKeyId } = rotation;
  if (rotation.oldKeyFate === 'keep') return await work.record(id, { type: 'completed' });
  const oldKey = keys.find((key) => key.id === oldKeyId);
  assert(oldKey !== undefined, `rotation ${id} is finished without its old key`);
  await recordInactive(rotation, oldKey, work);
}

function keyOf({ rotation, keyId }: Recovery): AccessKeyId {
  if (keyId !== undefined) return keyId;
  throw new KeyturnError('internal', `no key to decide about in rotation ${rotation.id}`);
}

/** The key is ours, and its secret is in custody: a rotation that knows it goes on as it is. */
async function adopt(recover: Recovery, work: UserWork): Promise<void> {
  const { id } = recover.rotation;
  const state = work.history.rotation(id);
  if (hasNewKey(state)) return;
  const newKeyId = keyOf(recover);
  await work.record(id, { type: state.phase === 'intended' ? 'created' : 'adopted', newKeyId });
}

/** Throws `secret-missing` when no place gives the secret back any more. */
async function refill({ recover, keys }: Deciding, work: UserWork): Promise<void> {
  const { rotation } = recover;
  const keyId = keyOf(recover);
  const { user, account } = work;
  const secret = await secretFromPlaces(rotation, keyId, work);
  const key = keys.find(({ id }) => id === keyId);
  if (secret === undefined || key === undefined) {
    throw new KeyturnError(
      'secret-missing',
      `no place gives the secret of ${keyId} back any more`,
      {
        hint: 'nothing was touched; run again',
      },
    );
  }
  const names = { account: account.gateway.caller.account, user, keyId, rotation: rotation.id };
  await account.state.custody.put({ ...names, secret, createdAt: key.createdAt });
}

/**
 * Condemned before it is discarded: from then on nobody can store its secret, so that "nobody has it"
 * is a fact and not a look. A secret that is there after all is adopted (I10).
 */
async function discard(reason: string, recover: Recovery, work: UserWork): Promise<void> {
  const keyId = keyOf(recover);
  if (await work.account.state.custody.condemn(keyId, work.user)) {
    return await work.record(recover.rotation.id, { type: 'discarding', keyId, reason });
  }
  return await adopt(recover, work);
}
