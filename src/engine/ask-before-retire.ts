// Asks whoever has a word in it, just before an old key goes: hooks that may say no, and watches that must see
// nothing wrong yet. Asking changes nothing, so it is repeated by every run until the answer is yes.

import { KeyturnError } from '../base/errors.ts';
import { hooksNotKnown } from '../lifecycle/hook-refusals.ts';
import { HOOK_WORDS, isUntold, waitsForHooks } from '../lifecycle/hooks.ts';
import type { CutHeldBack } from '../lifecycle/retire-policy.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { type Hook, type HookAnswer, orderOf, PAUSE_MS, TRIES_MAX, tellHook } from './hooks.ts';
import type { UserWork } from './user-work.ts';

/** A run that comes sooner learns nothing new, as far as anybody knows. */
const ASK_AGAIN_MS = 60 * 60_000;

/**
 * Why the old key stays although it could go; undefined where nobody says so. Throws `hook-failed`: an answer that
 * does not come is no yes.
 */
export async function vetoOf(
  rotation: WithNewKey,
  work: UserWork,
): Promise<CutHeldBack | undefined> {
  const { hooks } = work.account.policy;
  if (hooks === undefined) return undefined;
  for (const watch of hooks['after-retire']) {
    const answer = await answerOf(watch, 'after-retire', rotation, work);
    if (answer.kind === 'yes') continue;
    return await vetoed(watch, `is red before the old key goes: ${answer.reason}`, rotation, work);
  }
  for (const hook of hooks['before-retire']) {
    const answer = await answerOf(hook, 'before-retire', rotation, work);
    if (answer.kind === 'no') {
      const veto = await vetoed(hook, `says no: ${answer.reason}`, rotation, work);
      return answer.askAgainAt === undefined ? veto : { ...veto, until: answer.askAgainAt };
    }
    tellHook({ on: 'before-retire', label: hook.label, outcome: 'done' }, work);
  }
  return undefined;
}

/** Throws `hook-failed` where none comes, which is neither a yes nor a no. */
async function answerOf(
  hook: Hook,
  on: 'before-retire' | 'after-retire',
  rotation: WithNewKey,
  work: UserWork,
): Promise<Exclude<HookAnswer, { kind: 'failed' }>> {
  const { account } = work;
  const order = orderOf(on, rotation, work);
  for (let attempt = 1; ; attempt += 1) {
    account.signal.throwIfAborted();
    const answer = await hook.run({ ...order, attempt }, account.signal);
    if (answer.kind !== 'failed') return answer;
    if (hook.isRepeatable && attempt < TRIES_MAX) {
      await account.clock.sleep(PAUSE_MS * attempt, account.signal);
      continue;
    }
    const { label } = hook;
    const { reason } = answer;
    tellHook({ on, label, outcome: 'failed', reason }, work);
    throw new KeyturnError(
      'hook-failed',
      `${HOOK_WORDS[on]} "${label}" gave no answer about ${rotation.oldKeyId} of ${rotation.user}: ${reason}`,
      { hint: 'the old key stays Active; mend the hook and run again' },
    );
  }
}

/** On record where it is another answer than the last time, so that a journal does not grow with every run. */
async function vetoed(
  { label }: Hook,
  says: string,
  { id }: WithNewKey,
  work: UserWork,
): Promise<CutHeldBack> {
  const on = says.startsWith('is red') ? 'after-retire' : 'before-retire';
  const because = `${HOOK_WORDS[on]} "${label}" ${says}`;
  if (work.history.rotation(id).hooks?.veto !== because) {
    await work.record(id, { type: 'vetoed', label, reason: because });
  }
  tellHook({ on, label, outcome: 'vetoed', reason: says }, work);
  return { because, until: new Date(work.account.clock.now().getTime() + ASK_AGAIN_MS) };
}

/** The last word before a key goes: nobody who is to be told, or asked, is passed over. */
export function assertHooksKnown(rotation: WithNewKey, { account }: UserWork): void {
  const { hooks } = account.policy;
  if (isUntold(rotation, hooks)) throw hooksNotKnown(rotation, 'after-deliver');
  if (waitsForHooks(rotation, hooks)) throw hooksNotKnown(rotation, 'before-retire');
}
