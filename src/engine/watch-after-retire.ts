// Watches what comes of it once an old key is Inactive, for as long as the operator asked for. Green is what a
// watch says is well; everything else, an answer that does not come included, is red once it was seen twice in a
// row. Then the rotation is undone, in the engine's own way: each of its steps is journaled, so a run that dies at
// any of them leaves it to the next one.

import { KeyturnError } from '../base/errors.ts';
import { hooksNotKnown } from '../lifecycle/hook-refusals.ts';
import { pendingWatch } from '../lifecycle/hooks.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { type HookAnswer, orderOf, tellHook, type Watch } from './hooks.ts';
import { undoWithin, wholeUndoOf } from './undo-rotation.ts';
import type { UserWork } from './user-work.ts';

/** Until what was seen to be wrong is looked at once more. */
const LOOK_TWICE_MS = 5_000;

/**
 * Resolves when nothing was seen until the end. Throws `watch-red` when the rotation was undone, what the undo
 * throws, `hooks-not-known`, and the reason of the signal: the next run then looks once more and decides.
 */
export async function watchAfter(rotation: WithNewKey, work: UserWork): Promise<void> {
  const { id, user, oldKeyId: keyId } = rotation;
  const { hooks } = work.account.policy;
  const pending = pendingWatch(rotation);
  if (pending === undefined) return;
  if (hooks === undefined) throw hooksNotKnown(rotation, 'after-retire');
  const { until } = pending;
  const watches = hooks['after-retire'];
  if (watches.length === 0) {
    return await work.record(id, { type: 'watched', saw: 'dropped' });
  }
  work.account.emit({ code: 'watch-begun', user, keyId, until: until.toISOString() });
  const red = await firstRed(watches, { rotation, until }, work);
  if (red === undefined) {
    await work.record(id, { type: 'watched', saw: 'green' });
    for (const { label } of watches)
      tellHook({ on: 'after-retire', label, outcome: 'green' }, work);
    return;
  }
  work.isGoingBack = true;
  try {
    await goBack(red, rotation, work);
  } finally {
    work.isGoingBack = false;
  }
}

interface Red {
  readonly label: string;
  readonly reason: string;
}

interface Watched {
  readonly rotation: WithNewKey;
  readonly until: Date;
}

/** Each watch on its own, so that a slow one keeps no other from seeing. */
async function firstRed(
  watches: readonly Watch[],
  watched: Watched,
  work: UserWork,
): Promise<Red | undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, work.account.signal]);
  let red: Red | undefined;
  const watching = watches.map(async (watch) => {
    const reason = await untilRed(watch, watched, { work, signal });
    if (reason === undefined) return;
    red ??= { label: watch.label, reason };
    over.abort();
  });
  const ended = await Promise.allSettled(watching);
  if (red !== undefined) return red;
  work.account.signal.throwIfAborted();
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return undefined;
}

interface Looking {
  readonly work: UserWork;
  /** Ended when the run is, or when another watch has seen something. */
  readonly signal: AbortSignal;
}

/** Looks until its own time is over, and always once. */
async function untilRed(
  watch: Watch,
  { rotation, until }: Watched,
  { work, signal }: Looking,
): Promise<string | undefined> {
  const { clock } = work.account;
  const order = orderOf('after-retire', rotation, work);
  for (let attempt = 1; ; attempt += 1) {
    const look = async (): Promise<HookAnswer> => {
      signal.throwIfAborted();
      return await watch.run({ ...order, attempt }, signal);
    };
    const first = await look();
    if (first.kind !== 'yes') {
      await clock.sleep(Math.min(LOOK_TWICE_MS, watch.everyMs), signal);
      const second = await look();
      if (second.kind !== 'yes') return second.reason;
    }
    const leftMs = endOf(watch, rotation, until) - clock.now().getTime();
    if (leftMs <= 0) return undefined;
    await clock.sleep(Math.min(leftMs, watch.everyMs), signal);
  }
}

/** The shorter of what was meant when the old key went, and what the configuration says by now. */
function endOf({ minutes }: Watch, rotation: WithNewKey, until: Date): number {
  const from = rotation.phase === 'deactivated' ? rotation.deactivatedAt : until;
  return Math.min(until.getTime(), from.getTime() + minutes * 60_000);
}

async function goBack(
  { label, reason }: Red,
  rotation: WithNewKey,
  work: UserWork,
): Promise<never> {
  const { id, user, oldKeyId, newKeyId } = rotation;
  const { account } = work;
  const because = `after_retire "${label}" saw: ${reason}`;
  account.policy.hooks?.endWave(`the watch of ${user} was red`);
  await work.record(id, { type: 'watched', saw: 'red', reason: because });
  tellHook({ on: 'after-retire', label, outcome: 'red', reason }, work);
  const intent = wholeUndoOf(rotation);
  // I7: a run that signs with the new key by now leaves it Active.
  const isOwn = dependsOn(account.gateway.caller, user, newKeyId);
  await undoWithin(rotation, isOwn ? { ...intent, fromKeyFate: 'keep' } : intent, work);
  throw new KeyturnError('watch-red', `${oldKeyId} of ${user} is Active again: ${because}`, {
    hint: `the rotation is undone; find out who still uses ${oldKeyId} before it is rotated again`,
  });
}
