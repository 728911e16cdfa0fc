// Deletes a user's keys that have been Inactive for long enough, when the operator opted in.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type CleanupVerdict, judgeInactiveKey } from '../lifecycle/cleanup.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import {
  foldRotations,
  isOpen,
  recordedActive,
  recordedDeactivation,
} from '../lifecycle/rotation.ts';
import { lastActiveSlot } from '../lifecycle/slot-sighting.ts';
import type { ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import type { CleanupOutcome } from './outcome.ts';
import type { UserSession } from './runtime.ts';

type Deleter = (key: AccessKey, reason: string) => Promise<void>;

/**
 * Judges every Inactive key of the user and hands those that may go to `remove`. Undefined when
 * the user has no Inactive key.
 */
export async function cleanUpUser(
  user: string,
  keys: readonly AccessKey[],
  records: readonly JournalRecord[],
  context: ExecutorContext,
  remove: Deleter,
): Promise<CleanupOutcome | undefined> {
  const inactive = keys.filter(({ status }) => status === 'Inactive');
  if (inactive.length === 0) return undefined;
  const deleted: AccessKeyId[] = [];
  const kept: { id: AccessKeyId; reason: string }[] = [];
  let error: KeyturnError | undefined;
  for (const key of inactive) {
    const verdict = await judge(user, key, keys, records, context);
    if (verdict.kind === 'delete') {
      try {
        await remove(key, verdict.reason);
        deleted.push(key.id);
      } catch (thrown) {
        error = toKeyturnError(thrown);
        kept.push({ id: key.id, reason: error.message });
      }
      continue;
    }
    kept.push({ id: key.id, reason: verdict.reason });
    if (verdict.failed) {
      error = new KeyturnError(
        'last-use-unknown',
        `${key.id} of ${user} was kept: ${verdict.reason}`,
        { hint: 'grant iam:GetAccessKeyLastUsed on user/* to the caller' },
      );
    }
  }
  return { deleted, kept, error };
}

/** Deletes for real: intent, call, outcome. Throws `key-changed` when the key is not as judged. */
export function journaledDeleter(
  user: string,
  session: UserSession,
  context: ExecutorContext,
): Deleter {
  return async (key, reason) => {
    context.signal.throwIfAborted();
    await assertAsJudged(user, key, context);
    await session.recordKey({ type: 'deleting', keyId: key.id, reason });
    await context.gateway.writer.deleteAccessKey(user, key.id);
    context.emit({ code: 'key-deleted', user, keyId: key.id, why: reason });
    await session.recordKey({ type: 'deleted', keyId: key.id });
  };
}

/** Judging took calls, or a person's answer; the key may have changed meanwhile (I5). */
async function assertAsJudged(
  user: string,
  { id, status: judged }: AccessKey,
  context: ExecutorContext,
): Promise<void> {
  const keys = await context.gateway.reader.listAccessKeys(user);
  const status = keys.find((key) => key.id === id)?.status;
  if (status === judged) return;
  throw new KeyturnError(
    'key-changed',
    `${id} of ${user} was ${judged} and is ${status ?? 'gone'} now; somebody changed it`,
    { hint: 'nothing was deleted; run again' },
  );
}

/** When the youngest of the user's other keys was created; undefined when there is no other. */
export function successorCreatedAt(key: AccessKey, keys: readonly AccessKey[]): Date | undefined {
  const times = keys.filter(({ id }) => id !== key.id).map(({ createdAt }) => createdAt.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** I5: by whatever remembers it longest, the sightings of past runs or the journal. */
export function lastSeenActive(
  user: string,
  key: AccessKey,
  keys: readonly AccessKey[],
  records: readonly JournalRecord[],
  { sightings, slotSightings }: Pick<ExecutorContext, 'sightings' | 'slotSightings'>,
): Date | undefined {
  const times = [
    sightings.lastSeenActive(key.id),
    lastActiveSlot(key, keys, slotSightings.slotsOf(user)),
    recordedActive(records, key.id),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : new Date(Math.max(...times.map(Number)));
}

async function judge(
  user: string,
  key: AccessKey,
  keys: readonly AccessKey[],
  records: readonly JournalRecord[],
  context: ExecutorContext,
): Promise<Exclude<CleanupVerdict, { kind: 'ask-last-use' }>> {
  const verdict = await judgeOnce(user, key, keys, records, context);
  if (verdict.kind !== 'delete') return verdict;
  // A run beside this one may have seen the key Active after this one had read the sightings (I5).
  await context.sightings.refresh();
  return await judgeOnce(user, key, keys, records, context);
}

async function judgeOnce(
  user: string,
  key: AccessKey,
  keys: readonly AccessKey[],
  records: readonly JournalRecord[],
  context: ExecutorContext,
): Promise<Exclude<CleanupVerdict, { kind: 'ask-last-use' }>> {
  const rotations = foldRotations(records);
  const facts = {
    key,
    recordedDeactivation: recordedDeactivation(records, key.id),
    lastSeenActive: lastSeenActive(user, key, keys, records, context),
    successorCreatedAt: successorCreatedAt(key, keys),
    signingKeyId: context.gateway.caller.accessKeyId,
    keysInRotation: new Set(
      rotations
        .filter(isOpen)
        .flatMap((open) => [open.oldKeyId, ...('newKeyId' in open ? [open.newKeyId] : [])]),
    ),
  };
  const { inactiveDays } = context.policy;
  const now = context.clock.now();
  const first = judgeInactiveKey({ ...facts, lastUse: 'unread' }, inactiveDays, now);
  if (first.kind !== 'ask-last-use') return first;
  const lastUse = await readLastUse(context.gateway.reader, key);
  const second = judgeInactiveKey({ ...facts, lastUse }, inactiveDays, now);
  if (second.kind !== 'ask-last-use') return second;
  throw new KeyturnError('internal', `no verdict about ${key.id}`);
}
