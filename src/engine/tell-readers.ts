// Tells the readers of a new key, by the hooks of the operator, once every place has it: each is journaled before
// and after, so that none is lost, and none that may not be repeated is done twice.

import { KeyturnError } from '../base/errors.ts';
import { hooksNotKnown, hookUnanswered } from '../lifecycle/hook-refusals.ts';
import { judgeHook } from '../lifecycle/hooks.ts';
import { hookStep } from '../lifecycle/planned-steps.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { type Hook, type HookAnswer, orderOf, PAUSE_MS, TRIES_MAX, tellHook } from './hooks.ts';
import type { UserWork } from './user-work.ts';

/** Throws `hook-failed`, `hook-unanswered` and `hooks-not-known`; the rotation then stays as it is. */
export async function tellReaders(rotation: WithNewKey, work: UserWork): Promise<void> {
  const { hooks } = work.account.policy;
  if (hooks === undefined) throw hooksNotKnown(rotation, 'after-deliver');
  for (const hook of hooks['after-deliver']) await tell(hook, rotation, work);
  await work.record(rotation.id, { type: 'told' });
}

async function tell(hook: Hook, rotation: WithNewKey, work: UserWork): Promise<void> {
  const { id } = rotation;
  const { mark, label, isRepeatable } = hook;
  const known = work.history.rotation(id).hooks?.runs[mark];
  const verdict = judgeHook(known, isRepeatable);
  if (verdict === 'done') return;
  const { signal, policy } = work.account;
  if (verdict === 'ask') throw hookUnanswered(rotation, hook, policy.reach);
  signal.throwIfAborted();
  work.assertPlanned(hookStep('after-deliver', hook));
  await work.record(id, { type: 'hook-begun', on: 'after-deliver', mark, label });
  const answer = await untilDone(hook, rotation, work);
  const end = answer.kind === 'yes' ? 'done' : isKnownNo(answer) ? 'failed' : 'unknown';
  const reason = answer.kind === 'yes' ? undefined : answer.reason;
  await work.record(id, { type: 'hook-ended', mark, end, ...(reason !== undefined && { reason }) });
  tellHook({ on: 'after-deliver', label, outcome: end, reason }, work);
  if (reason === undefined) return;
  if (end === 'unknown' && !isRepeatable) throw hookUnanswered(rotation, hook, policy.reach);
  throw hookFailed(rotation, hook, reason);
}

function isKnownNo(answer: Exclude<HookAnswer, { kind: 'yes' }>): boolean {
  return answer.kind === 'no' || answer.isKnown;
}

/** What may not be repeated is asked once, and waited for to its end whatever signal comes. */
async function untilDone(hook: Hook, rotation: WithNewKey, work: UserWork): Promise<HookAnswer> {
  const { clock, signal } = work.account;
  const order = orderOf('after-deliver', rotation, work);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await hook.run({ ...order, attempt }, hook.isRepeatable ? signal : undefined);
    if (answer.kind === 'yes' || !hook.isRepeatable || attempt === TRIES_MAX) return answer;
    await clock.sleep(PAUSE_MS * attempt, signal);
  }
}

function hookFailed({ user }: WithNewKey, { label }: Hook, reason: string): KeyturnError {
  return new KeyturnError('hook-failed', `after_deliver "${label}" failed for ${user}: ${reason}`, {
    hint: 'every place has the new key, and the old one stays Active; mend the hook and run again',
  });
}
