// The later life of a key that a rotation replaced and left Active: retired by `finish`, or made
// Active again by `undo`. Each change is journaled before and after.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { judgeInactiveKey } from '../lifecycle/cleanup.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import {
  foldRotations,
  isOpen,
  recordedCutOver,
  recordedDeactivation,
} from '../lifecycle/rotation.ts';
import { QUIET_DAYS } from '../lifecycle/slot.ts';
import { journaledDeleter, lastSeenActive, successorCreatedAt } from './cleanup-user.ts';
import type { ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import type { UserSession } from './runtime.ts';
import { removeSpentHandoffs } from './spent-handoffs.ts';

export interface RetireRequest {
  readonly user: string;
  /** The key that was replaced. */
  readonly keyId: AccessKeyId;
  /** The key that replaced it: it must work before the other may go. */
  readonly currentKeyId: AccessKeyId;
  /** Delete it although the hold is not over. */
  readonly deleteNow: boolean;
  /** Do not wait for AWS's last-used times to catch up with the cut-over. */
  readonly skipQuietWait: boolean;
  /**
   * Called inside the claim, just before a change: throws unless whoever used the replaced key holds
   * the other one now, and AWS accepts it (I4, I13).
   */
  readonly confirm: () => Promise<void>;
}

export type RetireOutcome =
  | { readonly kind: 'deactivated'; readonly deletableFrom: Date }
  | { readonly kind: 'held'; readonly reason: string; readonly deletableFrom: Date | undefined }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'gone' };

/** AWS's last-used times lag by minutes to hours; before that, silence proves nothing. */
export const QUIET_WAIT_MS = 4 * 60 * 60_000;
/** After a use that came later than the cut-over, this much silence is asked for. */
const QUIET_AFTER_USE_MS = MS_PER_DAY;

/**
 * The next step towards the replaced key's end: Active -> Inactive, or Inactive -> deleted, never
 * both in one run (I5). Throws `own-key`, `still-in-use`, `last-use-unknown`, `key-changed`,
 * `needs-operator` while a rotation of the user is open, and what `confirm` throws.
 */
export async function retireKey(
  request: RetireRequest,
  context: ExecutorContext,
): Promise<RetireOutcome> {
  const { user, keyId } = request;
  // I7: signing with the key that is to go would cut this very run off.
  if (keyId === context.gateway.caller.accessKeyId) {
    throw new KeyturnError('own-key', `${keyId} of ${user} signs the calls of this run`, {
      hint: 'authenticate with the new key or another profile (-a)',
    });
  }
  return await context.runtime.exclusively(user, async (session) => {
    assertNothingOpen(session);
    await removeSpentHandoffs(session, context);
    const keys = await context.gateway.reader.listAccessKeys(user);
    const key = keys.find(({ id }) => id === keyId);
    if (key === undefined) {
      await assertGone(request, session.records(), context);
      return { kind: 'gone' };
    }
    assertReplaced(request, keys);
    return key.status === 'Active'
      ? await deactivate(request, key, session, context)
      : await remove(request, key, keys, session, context);
  });
}

/** I4: until it has ended, nobody knows whether the new key works, or which one is to stay. */
function assertNothingOpen(session: UserSession): void {
  const open = foldRotations(session.records()).find(isOpen);
  if (open === undefined) return;
  throw new KeyturnError(
    'needs-operator',
    `a rotation of ${open.user} is not finished (${open.phase}), so its keys are both needed`,
    { hint: 'let it finish first: run the command that began it again' },
  );
}

/** I11: a key that the user does not list is gone only if it was this user's; else it may be in use. */
async function assertGone(
  { user, keyId }: RetireRequest,
  records: readonly JournalRecord[],
  context: ExecutorContext,
): Promise<void> {
  const wasTheirs = records.some(
    ({ rotation, step }) =>
      (rotation === null && step.keyId === keyId) ||
      (step.type === 'intended' && step.knownKeyIds.includes(keyId)) ||
      (step.type === 'created' && step.newKeyId === keyId),
  );
  if (wasTheirs) return;
  const lastUse = await readLastUse(context.gateway.reader, { id: keyId });
  const owner = lastUse === 'unreadable' ? undefined : lastUse.owner;
  throw new KeyturnError(
    'key-changed',
    `${keyId} is not a key of ${user}` +
      (owner === undefined ? ', and nobody can tell whose it was' : `, but of ${owner}`),
    { hint: 'nothing was changed; take it out of the file by hand if nothing needs it' },
  );
}

function assertReplaced(request: RetireRequest, keys: readonly AccessKey[]): void {
  const { user, keyId, currentKeyId } = request;
  assert(keyId !== currentKeyId, 'a key can not replace itself');
  const current = keys.find(({ id }) => id === currentKeyId);
  if (current?.status === 'Active') return;
  throw new KeyturnError(
    'key-changed',
    `${currentKeyId} of ${user} is ${current?.status ?? 'gone'}, so ${keyId} is the only way in`,
    { hint: 'nothing was changed; look at the user’s keys with keyctl -k' },
  );
}

async function deactivate(
  request: RetireRequest,
  key: AccessKey,
  session: UserSession,
  context: ExecutorContext,
): Promise<RetireOutcome> {
  await assertQuiet(request, key, session.records(), context);
  await request.confirm();
  const { user } = request;
  await session.recordKey({ type: 'retiring', keyId: key.id, reason: 'finish' });
  await context.gateway.writer.setStatus(user, key.id, 'Inactive');
  context.emit({ code: 'key-deactivated', user, keyId: key.id });
  await session.recordKey({ type: 'retired', keyId: key.id });
  return { kind: 'deactivated', deletableFrom: afterHold(context.clock.now()) };
}

/** The key must not have been used since the new one took over. */
async function assertQuiet(
  request: RetireRequest,
  key: AccessKey,
  records: readonly JournalRecord[],
  context: ExecutorContext,
): Promise<void> {
  const { user } = request;
  const lastUse = await readLastUse(context.gateway.reader, key);
  if (lastUse === 'unreadable') {
    throw new KeyturnError('last-use-unknown', `the last use of ${key.id} can not be read`, {
      hint: 'grant iam:GetAccessKeyLastUsed; a key in use must not be made Inactive',
    });
  }
  const now = context.clock.now();
  const cutOver = recordedCutOver(records, key.id) ?? new Date(now.getTime() - MS_PER_DAY);
  const isRecent = (at: Date) => now.getTime() - at.getTime() < QUIET_AFTER_USE_MS;
  if (lastUse.used === 'at' && lastUse.at > cutOver && isRecent(lastUse.at)) {
    throw new KeyturnError(
      'still-in-use',
      `${key.id} of ${user} was used at ${lastUse.at.toISOString()}, after it was replaced`,
      { hint: 'find what still holds it, give it the new key, and finish a day later' },
    );
  }
  const waitedMs = now.getTime() - cutOver.getTime();
  if (waitedMs < QUIET_WAIT_MS && !request.skipQuietWait) {
    const until = new Date(cutOver.getTime() + QUIET_WAIT_MS).toISOString();
    throw new KeyturnError(
      'still-in-use',
      `${key.id} was replaced less than ${QUIET_WAIT_MS / 3_600_000} hours ago, and AWS tells uses late`,
      { hint: `finish after ${until}, or with --now if nothing else can hold the key` },
    );
  }
}

async function remove(
  request: RetireRequest,
  key: AccessKey,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<RetireOutcome> {
  const records = session.records();
  const deactivatedAt = recordedDeactivation(records, key.id);
  await context.sightings.refresh();
  const verdict = judgeInactiveKey(
    {
      key,
      recordedDeactivation: deactivatedAt,
      lastSeenActive: lastSeenActive(request.user, key, keys, records, context),
      successorCreatedAt: successorCreatedAt(key, keys),
      lastUse: await readLastUse(context.gateway.reader, key),
      signingKeyId: context.gateway.caller.accessKeyId,
      keysInRotation: new Set(),
    },
    QUIET_DAYS,
    context.clock.now(),
  );
  if (verdict.kind !== 'delete' && !request.deleteNow) {
    const reason = verdict.kind === 'keep' ? verdict.reason : 'its last use is not known';
    const deletableFrom = deactivatedAt === undefined ? undefined : afterHold(deactivatedAt);
    return { kind: 'held', reason, deletableFrom };
  }
  const why = verdict.kind === 'delete' ? verdict.reason : 'the operator ended the hold';
  await request.confirm();
  await journaledDeleter(request.user, session, context)(key, why);
  return { kind: 'deleted' };
}

function afterHold(deactivatedAt: Date): Date {
  return new Date(deactivatedAt.getTime() + QUIET_DAYS * MS_PER_DAY);
}

/**
 * Makes a replaced key Active again, if it is not. Must run inside the user's claim. Throws
 * `key-changed` when the key is gone: then there is no way back.
 */
export async function reactivateKey(
  user: string,
  keyId: AccessKeyId,
  session: UserSession,
  context: ExecutorContext,
): Promise<'was-active' | 'reactivated'> {
  const key = await requireKey(user, keyId, context);
  if (key.status === 'Active') return 'was-active';
  await session.recordKey({ type: 'reactivating', keyId, reason: 'undo' });
  await context.gateway.writer.setStatus(user, keyId, 'Active');
  context.emit({ code: 'key-reactivated', user, keyId });
  await session.recordKey({ type: 'reactivated', keyId });
  return 'reactivated';
}

/** Throws `key-changed` when the user has the key no more. */
export async function requireKey(
  user: string,
  keyId: AccessKeyId,
  { gateway }: Pick<ExecutorContext, 'gateway'>,
): Promise<AccessKey> {
  const keys = await gateway.reader.listAccessKeys(user);
  const key = keys.find(({ id }) => id === keyId);
  if (key !== undefined) return key;
  throw new KeyturnError('key-changed', `${keyId} of ${user} does not exist any more`, {
    hint: 'a deleted key can not come back; rotate again if the new one does not work',
  });
}
