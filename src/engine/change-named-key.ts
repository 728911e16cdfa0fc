// A key that a person names is made Inactive or Active, or deleted, as judge-named-key.ts has judged it.

import { KeyturnError } from '../base/errors.ts';
import type { AccountWork } from './account-work.ts';
import { changeKey, deleteAsJudged } from './change-key.ts';
import {
  judgeNamedKey,
  type NamedKeyPlan,
  type NamedKeyRequest,
  STATUS,
} from './judge-named-key.ts';
import { cutOver, settleEnded } from './perform.ts';
import { type UserWork, whileAlone } from './user-work.ts';

/**
 * Changes the key as the only one who works on its user. Throws `rotation-in-progress`, and everything that
 * foretellNamedKey throws; refuses what that refuses.
 */
export async function changeNamedKey(
  request: NamedKeyRequest,
  account: AccountWork,
): Promise<NamedKeyPlan> {
  return await whileAlone(request.user, account, async (work) => {
    const plan = await judgeNamedKey(request, work);
    if (plan.refusal !== undefined) return plan;
    if (plan.isChange) await perform(request, plan, work);
    else await settle(request, plan, work);
    return plan;
  });
}

/** The same by reads alone (I12). Throws and refuses what judgeNamedKey throws and refuses. */
export async function foretellNamedKey(
  request: NamedKeyRequest,
  account: AccountWork,
): Promise<NamedKeyPlan> {
  const { user } = request;
  return await judgeNamedKey(request, {
    user,
    account,
    history: await account.state.history(user),
  });
}

async function perform(
  { verb }: NamedKeyRequest,
  { key, why, ends }: NamedKeyPlan,
  work: UserWork,
): Promise<void> {
  const because = { by: 'operator', why } as const;
  work.account.signal.throwIfAborted();
  if (verb === 'delete') return await deleteAsJudged(key, because, work);
  if (ends === undefined)
    return await changeKey({ keyId: key.id, to: STATUS[verb], ...because }, work);
  await cutOver(ends, because, work);
  if (work.history.rotation(ends.id).phase === 'deactivated') return;
  throw new KeyturnError('key-changed', `${key.id} of ${work.user} is gone; somebody deleted it`, {
    hint: 'the rotation that replaced it is over; nothing else is to be done',
  });
}

/**
 * The key is as it should be. An earlier run may have died between the change and its record: its outcome is
 * recorded now, and told (I16). The hold then counts from now, which is later and never earlier.
 */
async function settle(
  { keyId, verb }: NamedKeyRequest,
  { ends }: NamedKeyPlan,
  work: UserWork,
): Promise<void> {
  if (ends !== undefined) {
    if (ends.phase === 'deactivating') tellFound('deactivated', keyId, work);
    await work.record(ends.id, { type: 'deactivated' });
    return await settleEnded(ends.id, work);
  }
  if (verb === 'delete') return;
  const { intent, outcome, change } = UNSETTLED[verb];
  const last = work.history.records.findLast(({ step }) => 'keyId' in step && step.keyId === keyId);
  if (last?.step.type !== intent) return;
  tellFound(change, keyId, work);
  await work.recordKey({ type: outcome, keyId });
}

const UNSETTLED = {
  deactivate: { intent: 'retiring', outcome: 'retired', change: 'deactivated' },
  activate: { intent: 'reactivating', outcome: 'reactivated', change: 'reactivated' },
} as const;

function tellFound(
  change: 'deactivated' | 'reactivated',
  keyId: NamedKeyRequest['keyId'],
  { user, account }: UserWork,
): void {
  const why = 'an earlier run did it, and ended before it could say so';
  account.emit({ code: 'change-found', user, keyId, change, by: 'recovery', why });
}
