// A key that a person names is made Inactive or Active, or deleted, as judge-named-key.ts has judged it.

import { assert, KeyturnError, toKeyturnError } from '../base/errors.ts';
import { keyCommand } from '../base/key-command.ts';
import type { KeyDetails } from '../lifecycle/keys.ts';
import type { Ending } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { changeKey, deleteAsJudged } from './change-key.ts';
import {
  judgeNamedKey,
  type NamedKeyPlan,
  type NamedKeyRequest,
  STATUS,
} from './judge-named-key.ts';
import { cutOver, settleEnded } from './perform.ts';
import { foretellSteps, recordInactive, settleSteps } from './settle-steps.ts';
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
    await settleSteps(work);
    const plan = await judgeNamedKey(request, work);
    if (plan.refusal !== undefined) return plan;
    if (plan.isChange) await perform(request, plan, work);
    else await settle(plan, work);
    return plan;
  });
}

/** The same by reads alone (I12). Throws and refuses what judgeNamedKey throws and refuses. */
export async function foretellNamedKey(
  request: NamedKeyRequest,
  account: AccountWork,
): Promise<NamedKeyPlan> {
  const { user } = request;
  const at = { user, account, history: await account.state.foretell(user) };
  if (!at.history.hasChangesToSettle) return await judgeNamedKey(request, at);
  const keys = await account.gateway.reader.listAccessKeys(user);
  return await judgeNamedKey(request, foretellSteps(keys, at).at);
}

async function perform(
  { verb }: NamedKeyRequest,
  { key, why, althoughInUse = false, ends }: NamedKeyPlan,
  work: UserWork,
): Promise<void> {
  assert(key !== undefined, 'a key that is gone is not changed');
  const because = { by: 'operator', why } as const;
  work.account.signal.throwIfAborted();
  if (verb === 'delete') return await deleteAsJudged(key, because, work);
  if (ends === undefined)
    return await changeKey({ keyId: key.id, to: STATUS[verb], ...because }, work);
  await cutOver(ends, { ...because, althoughInUse }, work).catch((thrown: unknown) => {
    throw pendingError(toKeyturnError(thrown), { key, ends }, work);
  });
  if (work.history.rotation(ends.id).phase === 'deactivated') return;
  throw new KeyturnError('key-changed', `${key.id} of ${work.user} is gone; somebody deleted it`, {
    hint: 'the rotation that replaced it is over; nothing else is to be done',
  });
}

/** What a person said stands, although it could not be done now: the next run carries it out. */
function pendingError(
  error: KeyturnError,
  { key, ends }: { readonly key: KeyDetails; readonly ends: Ending },
  { history, account }: UserWork,
): KeyturnError {
  const { code, hintParts, notBefore, cause } = error;
  const state = history.rotation(ends.id);
  if (state.phase !== 'deactivating' || state.word?.althoughInUse !== true) return error;
  const hint = [
    ...hintParts,
    `what you asked for stands: the next run makes ${key.id} Inactive, whatever uses it; to take that back:`,
    keyCommand('activate', key.id, account.policy.reach),
  ];
  return new KeyturnError(code, error.message, { hint, notBefore, cause });
}

/**
 * The key is Inactive already, and a rotation that waited for that has come to its end; or it is Active, and
 * is to stay so until nothing uses it.
 */
async function settle({ key, ends, keeps }: NamedKeyPlan, work: UserWork): Promise<void> {
  if (keeps !== undefined) return await work.record(keeps.id, { type: 'in-grace' });
  if (ends === undefined || key === undefined) return;
  await recordInactive(ends, key, work);
  await settleEnded(ends.id, work);
}
