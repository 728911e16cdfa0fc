// The one way in which a key is changed: its intent is journaled, AWS is called, the change is told,
// and its outcome is journaled (I1). Whether it may be changed was decided before.

import type { KeyWriter, RequestId } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { ChangedBy, EngineEvent } from '../base/events.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { PlanStep } from '../lifecycle/plan-step.ts';
import { isGraced } from '../lifecycle/rotation.ts';
import type { UserWork } from './user-work.ts';

export interface KeyChange {
  readonly keyId: AccessKeyId;
  readonly to: 'Active' | 'Inactive' | 'deleted';
  readonly by: ChangedBy;
  readonly why: string;
  /** Whether the old key of a rotation goes whatever uses it, should this run not come to it: a person's word. */
  readonly althoughInUse?: boolean;
  /** For how long the time after is watched, once the old key of a rotation is Inactive. */
  readonly watchMinutes?: number | undefined;
  /** The rotation whose step it is; left out when it is about the key alone. */
  readonly rotation?: string;
  /** Signs the call; the one of the run when left out (I7). */
  readonly writer?: KeyWriter;
}

/** Resolves when the outcome is durable. Throws what the journal or AWS throws; the intent then stays. */
export async function changeKey(change: KeyChange, work: UserWork): Promise<void> {
  const { keyId, to } = change;
  const { user, account } = work;
  const writer = (change.writer ?? account.gateway.writer).fenced(work.fence);
  // A key whose secret could not be kept is taken back by the step that made it.
  if (change.by !== 'rotation' || to !== 'deleted') work.assertPlanned(stepOf(change));
  await recordIntent(change, work);
  const request =
    to === 'deleted'
      ? await writer.deleteAccessKey(user, keyId)
      : await writer.setStatus(user, keyId, to);
  account.emit(changed(change, user));
  await recordOutcome({ ...change, request }, work);
}

/** In the words of a plan. */
function stepOf({ keyId, to, by }: KeyChange): PlanStep {
  if (to === 'deleted') return { do: by === 'recovery' ? 'discard' : 'delete', keyId };
  return { do: to === 'Active' ? 'reactivate' : 'deactivate', keyId };
}

async function recordIntent(change: KeyChange, work: UserWork): Promise<void> {
  const { keyId, to, by, why: reason, althoughInUse, watchMinutes, rotation } = change;
  if (rotation !== undefined) {
    // I13: the verdict about a key that is discarded is on record since an earlier step.
    if (to !== 'Inactive') return;
    // One that was in grace may go for several reasons; an earlier format knows of none.
    const isEnding = isGraced(work.history.rotation(rotation));
    const isWord = by === 'operator' || by === 'finish';
    return await work.record(rotation, {
      type: 'deactivating',
      ...((isEnding || isWord) && { reason }),
      ...(althoughInUse && { althoughInUse }),
      ...(isWord && { by }),
      ...(watchMinutes !== undefined && { watchMinutes }),
    });
  }
  await work.recordKey({ type: INTENTS[to], keyId, reason });
}

async function recordOutcome(
  { keyId, to, rotation, request }: KeyChange & { readonly request: RequestId },
  work: UserWork,
): Promise<void> {
  const answered = request === undefined ? {} : { request };
  if (rotation === undefined) {
    return await work.recordKey({ type: OUTCOMES[to], keyId, ...answered });
  }
  await work.record(
    rotation,
    to === 'deleted'
      ? { type: 'discarded', keyId, ...answered }
      : { type: 'deactivated', ...answered },
  );
}

const INTENTS = { Active: 'reactivating', Inactive: 'retiring', deleted: 'deleting' } as const;
const OUTCOMES = { Active: 'reactivated', Inactive: 'retired', deleted: 'deleted' } as const;

const EVENTS = {
  Active: 'key-reactivated',
  Inactive: 'key-deactivated',
  deleted: 'key-deleted',
} as const;

function changed({ keyId, to, by, why }: KeyChange, user: string): EngineEvent {
  return { code: EVENTS[to], user, keyId, by, why };
}

/**
 * Deletes a key that was judged, if it still is as it was then, and still not its user's only one: judging
 * took calls, or a person's answer, and somebody may have changed keys meanwhile (I5). Throws `key-changed`.
 */
export async function deleteAsJudged(
  { id: keyId, status: judged }: AccessKey,
  because: Pick<KeyChange, 'by' | 'why'>,
  work: UserWork,
): Promise<void> {
  work.account.signal.throwIfAborted();
  const keys = await work.listKeys();
  const status = keys.find(({ id }) => id === keyId)?.status;
  // I11: AWS's list may still show a key that we have deleted.
  const isOnlyKey = keys.every(({ id }) => id === keyId || work.history.hasDeleted(id));
  if (status === judged && !isOnlyKey) {
    return await changeKey({ keyId, to: 'deleted', ...because }, work);
  }
  throw new KeyturnError(
    'key-changed',
    status === judged
      ? `${keyId} is the only key of ${work.user} by now; somebody deleted the other one`
      : `${keyId} of ${work.user} was ${judged} and is ${status ?? 'gone'} now; somebody changed it`,
    { hint: 'nothing was deleted; run again' },
  );
}
