// Takes up a rotation that an earlier run left open (I10): carries out what was decided about it.

import { KeyturnError, unreachable } from '../base/errors.ts';
import type { RecoveryStep } from '../lifecycle/decide-recovery.ts';
import type { Recovery } from '../lifecycle/decide-user.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { advance, settleEnded } from './perform.ts';
import type { UserWork } from './user-work.ts';

/**
 * Brings the rotation to its end, or to the state from which a fresh one may begin, and returns it as
 * it is then. Throws the error of a decision that leads to nothing, and whatever its steps throw.
 */
export async function carryOut(recovery: Recovery, work: UserWork): Promise<Rotation> {
  const { rotation, steps } = recovery;
  const { user, id, oldKeyId } = rotation;
  if (recovery.reopens && recovery.keyId !== undefined) {
    await work.record(id, { type: 'orphan-found', keyId: recovery.keyId });
    work.account.emit({ code: 'orphan-found', user, keyId: recovery.keyId });
  }
  const { phase } = work.history.rotation(id);
  work.account.emit({ code: 'rotation-resumed', user, oldKeyId, phase });
  for (const step of steps) await record(step, recovery, work);
  if (recovery.leadsTo === 'nothing') throw recovery.error;
  const last = steps.at(-1)?.kind;
  if (last === 'finish') await settleEnded(id, work);
  return last === 'finish' || last === 'close'
    ? work.history.rotation(id)
    : await advance(id, work);
}

async function record(
  step: RecoveryStep,
  { rotation, keyId }: Recovery,
  work: UserWork,
): Promise<void> {
  const { id } = rotation;
  const question = () => {
    if (keyId !== undefined) return keyId;
    throw new KeyturnError('internal', `no key to decide about in rotation ${id}`);
  };
  switch (step.kind) {
    case 'resume':
      return;
    case 'adopt':
      return await work.record(id, { type: 'created', newKeyId: question() });
    case 'declare-orphan':
      return await work.record(id, { type: 'orphan-found', keyId: question() });
    case 'discard': {
      const { reason } = step;
      return await work.record(id, { type: 'discarding', keyId: question(), reason });
    }
    case 'finish': {
      const type = rotation.oldKeyFate === 'keep' ? 'completed' : 'deactivated';
      return await work.record(id, { type });
    }
    case 'close':
      return await work.record(id, { type: 'closed', reason: step.reason });
    default:
      return unreachable(step);
  }
}
