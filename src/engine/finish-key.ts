// The later life of a key that a rotation replaced and left Active: retired step by step by `finish`,
// or made Active again by `undo`. lifecycle/retirement.ts decides.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, minuteOf } from '../base/clock.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { keysCommand } from '../base/key-command.ts';
import { flagWords } from '../base/shell-words.ts';
import { retiringKey } from '../lifecycle/decide-user.ts';
import { judgeUse, type NamedUse, namedUse } from '../lifecycle/in-use.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { sinceAnswered } from '../lifecycle/list-lag.ts';
import { HOLD_DAYS, type RetiringKey } from '../lifecycle/retirement.ts';
import { isEnding } from '../lifecycle/rotation.ts';
import { dependsOn, ownKeyError } from '../lifecycle/signer.ts';
import type { AccountWork } from './account-work.ts';
import { changeKey, deleteAsJudged } from './change-key.ts';
import { decide, decideHold, factsOf } from './decide.ts';
import { assertHeldNowhere } from './held-anywhere.ts';
import { readLastUse } from './key-details.ts';
import { rememberTakenBack } from './key-uses.ts';
import { whyInUse } from './refuse-named-key.ts';
import { settleLeftOver } from './settle-custody.ts';
import { recordInactive, settleSteps } from './settle-steps.ts';
import { type UserAtHand, type UserWork, whileAlone } from './user-work.ts';

export interface FinishRequest {
  readonly user: string;
  /** The key that was replaced. */
  readonly keyId: AccessKeyId;
  /** The key that replaced it: it must work before the other may go. */
  readonly currentKeyId: AccessKeyId;
  /** Delete it although the hold is not over. */
  readonly deleteNow: boolean;
  /** Do not wait for the silence after the cut-over, where AWS shows no use since then. */
  readonly skipQuietWait: boolean;
  /** The person's word that it goes whatever uses it (I15). */
  readonly althoughInUse?: boolean;
  /**
   * Called inside the claim, just before a change: throws unless whoever used the replaced key holds
   * the other one now, and AWS accepts it (I4, I13).
   */
  readonly confirm: () => Promise<void>;
}

export type FinishOutcome =
  | { readonly kind: 'deactivated'; readonly deletableFrom: Date }
  | { readonly kind: 'held'; readonly reason: string; readonly deletableFrom: Date | undefined }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'gone' };

/** What finishKey would do, by reads alone (I12). Throws as it does. */
export async function foretellFinish(
  request: FinishRequest,
  account: AccountWork,
): Promise<FinishOutcome> {
  const { user, keyId } = request;
  refuseOwnKey(request, account);
  const at = { user, account, history: await account.state.foretell(user) };
  await assertNothingOpen(at, keyId);
  const keys = await account.gateway.reader.listAccessKeys(user);
  const key = await keyToFinish(request, keys, at);
  if (key === undefined) return { kind: 'gone' };
  const now = account.clock.now();
  if (key.status === 'Active') {
    assertQuiet(request, await about(key, keys, at), at);
    await confirm(request, at);
    return { kind: 'deactivated', deletableFrom: afterHold(now) };
  }
  // For as long as this is open alone: it was opened to read.
  await account.state.sightings.remember([{ at: now, inactive: [{ user, key, keys }] }]);
  const verdict = await judgeEnd(request, await about(key, keys, at), at);
  if (verdict.kind === 'delete') await confirm(request, at);
  return verdict.kind === 'delete' ? { kind: 'deleted' } : verdict;
}

/** I7: signing with the key that is to go would cut this very run off. */
function refuseOwnKey({ user, keyId }: FinishRequest, { gateway }: AccountWork): void {
  if (!dependsOn(gateway.caller, user, keyId)) return;
  throw new KeyturnError('own-key', ownKeyError(user, keyId).message, {
    hint: 'authenticate with the new key or another profile (-a)',
  });
}

/**
 * The next step towards the replaced key's end: Active -> Inactive, or Inactive -> deleted, never
 * both in one run (I5). Throws `own-key`, `still-in-use`, `last-use-unknown`, `key-changed`,
 * `needs-operator` while a rotation of the user is open, and what `confirm` throws.
 */
export async function finishKey(
  request: FinishRequest,
  account: AccountWork,
): Promise<FinishOutcome> {
  const { user, keyId } = request;
  refuseOwnKey(request, account);
  return await whileAlone(user, account, async (work) => {
    await settleSteps(work);
    await assertNothingOpen(work, keyId);
    await settleLeftOver(work);
    const keys = await work.listKeys();
    const key = await keyToFinish(request, keys, work);
    if (key === undefined) {
      const { open } = work.history;
      if (isEnding(open)) await work.record(open.id, { type: 'closed', reason: 'old-key-gone' });
      return { kind: 'gone' };
    }
    await rememberTakenBack(keys, work);
    if (key.status === 'Active')
      return await deactivate(request, await about(key, keys, work), work);
    // Somebody else made it Inactive, so its hold begins now (I5).
    const { open } = work.history;
    if (isEnding(open)) await recordInactive(open, key, work);
    const { sightings } = account.state;
    // A run beside this one may have seen it Active since (I5).
    await sightings.refresh();
    await sightings.remember([{ at: account.clock.now(), inactive: [{ user, key, keys }] }]);
    return await remove(request, await about(key, keys, work), work);
  });
}

/** The replaced key, once its successor is seen to be the way in; undefined when it is gone. */
async function keyToFinish(
  request: FinishRequest,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<AccessKey | undefined> {
  const key = keys.find(({ id }) => id === request.keyId);
  if (key === undefined) await assertGone(request, at);
  else assertReplaced(request, keys, at.account.policy);
  return key;
}

async function about(
  key: AccessKey,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<RetiringKey> {
  const lastUse = await readLastUse(at.account.gateway.reader, key);
  return { ...retiringKey(key, factsOf(at, keys)), lastUse };
}

/**
 * I4: until it has ended, nobody knows whether the new key works, or which one is to stay. One that only
 * waits for the end of this key is finished by it.
 */
async function assertNothingOpen(at: UserAtHand, keyId: AccessKeyId): Promise<void> {
  const { open } = at.history;
  if (open === undefined) return;
  if (isEnding(open) && open.oldKeyId === keyId) return;
  const keys = await at.account.gateway.reader.listAccessKeys(at.user);
  const { recover } = await decide(at, keys, { kind: 'recovery' });
  const stands = recover?.leadsTo === 'nothing' ? recover.error : undefined;
  throw new KeyturnError(
    'needs-operator',
    `a rotation of ${open.user} is not finished (${open.phase}), so its keys are both needed`,
    {
      hint: stands?.hintParts ?? 'let it finish first: run the command that began it again',
      notBefore: stands?.notBefore,
    },
  );
}

/** I11: a key that the user does not list is gone only if it was this user's; else it may be in use. */
async function assertGone({ user, keyId }: FinishRequest, at: UserAtHand): Promise<void> {
  if (at.history.hasNamed(keyId)) return;
  const lastUse = await readLastUse(at.account.gateway.reader, { id: keyId });
  const owner = lastUse === 'unreadable' ? undefined : lastUse.owner;
  throw new KeyturnError(
    'key-changed',
    `${keyId} is not a key of ${user}` +
      (owner === undefined ? ', and nobody can tell whose it was' : `, but of ${owner}`),
    { hint: 'nothing was changed; take it out of the file by hand if nothing needs it' },
  );
}

function assertReplaced(
  request: FinishRequest,
  keys: readonly AccessKey[],
  { reach }: AccountWork['policy'],
): void {
  const { user, keyId, currentKeyId } = request;
  assert(keyId !== currentKeyId, 'a key cannot replace itself');
  const current = keys.find(({ id }) => id === currentKeyId);
  if (current?.status === 'Active') return;
  throw new KeyturnError(
    'key-changed',
    `${currentKeyId} of ${user} is ${current?.status ?? 'gone'}, so ${keyId} is the only way in`,
    {
      hint: [
        'nothing was changed; look at their keys:',
        keysCommand(flagWords('--user', user), reach),
      ],
    },
  );
}

async function deactivate(
  request: FinishRequest,
  facts: RetiringKey,
  work: UserWork,
): Promise<FinishOutcome> {
  const { clock } = work.account;
  assertQuiet(request, facts, work);
  await confirm(request, work);
  const { open } = work.history;
  const { althoughInUse = false } = request;
  const why = althoughInUse ? 'finish, although it may be in use' : 'finish';
  const change = { keyId: facts.key.id, to: 'Inactive', by: 'finish', why, althoughInUse } as const;
  await changeKey({ ...change, ...(open !== undefined && { rotation: open.id }) }, work);
  return { kind: 'deactivated', deletableFrom: afterHold(clock.now()) };
}

/** I15: by the rule of every run, counted from the cut-over. A person may override it by name. */
function assertQuiet(request: FinishRequest, facts: RetiringKey, work: UserAtHand): void {
  const { user, skipQuietWait, althoughInUse = false } = request;
  const { key } = facts;
  const now = work.account.clock.now();
  const lastUse = facts.lastUse === 'unread' ? 'unreadable' : facts.lastUse;
  const use = namedUse(key, lastUse, factsOf(work, [key]));
  const verdict = judgeUse(use, undefined, now);
  if (verdict.kind === 'unused' || althoughInUse) return;
  const override =
    'if whatever uses it may stop working: add --although-in-use, and it is made Inactive now';
  if (verdict.kind === 'use-unknown') {
    throw new KeyturnError('last-use-unknown', `the last use of ${key.id} cannot be read`, {
      hint: `grant iam:GetAccessKeyLastUsed; ${override}`,
    });
  }
  const mayFollow = isUnusedSince(use);
  if (mayFollow && skipQuietWait) return;
  const { notBefore } = verdict;
  const orNow = mayFollow ? ', or with --now if nothing else can hold the key' : '';
  throw new KeyturnError(
    'still-in-use',
    `key ${key.id} of ${user} ${whyInUse(verdict, key, now)}`,
    {
      notBefore,
      hint: `give the new key to whatever holds it, and finish after ${minuteOf(notBefore)}${orNow}; ${override}`,
    },
  );
}

/** Whether AWS shows no use since it was replaced, so that all that is left is to wait. */
function isUnusedSince({ lastUse, cutOverAt, uses }: NamedUse): boolean {
  if (cutOverAt === undefined || lastUse === 'unreadable') return false;
  const usedAt = lastUse.used === 'at' ? lastUse.at : undefined;
  return [usedAt, uses?.activeSince].every((time) => time === undefined || time <= cutOverAt);
}

async function remove(
  request: FinishRequest,
  facts: RetiringKey,
  work: UserWork,
): Promise<FinishOutcome> {
  const verdict = await judgeEnd(request, facts, work);
  if (verdict.kind === 'held') return verdict;
  await confirm(request, work);
  await deleteAsJudged(facts.key, { by: 'finish', why: verdict.why }, work);
  return { kind: 'deleted' };
}

/** Just before the change: no place of the user holds the key (I10), and its successor works. */
async function confirm(request: FinishRequest, at: UserAtHand): Promise<void> {
  await assertHeldNowhere(request.keyId, at);
  await request.confirm();
}

type EndVerdict =
  | { readonly kind: 'delete'; readonly why: string }
  | Extract<FinishOutcome, { readonly kind: 'held' }>;

/** Whether an Inactive key is deleted now (I5). */
async function judgeEnd(
  request: FinishRequest,
  facts: RetiringKey,
  at: UserAtHand,
): Promise<EndVerdict> {
  const verdict = await decideHold(facts, HOLD_DAYS, at);
  if (verdict.kind === 'delete') return { kind: 'delete', why: verdict.reason };
  if (request.deleteNow) return { kind: 'delete', why: 'the operator ended the hold' };
  const { reason, notBefore } = verdict;
  const { deactivatedAt } = facts;
  const deletableFrom = deactivatedAt === undefined ? notBefore : afterHold(deactivatedAt);
  return { kind: 'held', reason, deletableFrom };
}

function afterHold(deactivatedAt: Date): Date {
  return new Date(deactivatedAt.getTime() + HOLD_DAYS * MS_PER_DAY);
}

/**
 * Makes a replaced key Active again, if it is not. Throws `key-changed` when the key is gone: then
 * there is no way back.
 */
export async function reactivateKey(
  keyId: AccessKeyId,
  work: UserWork,
): Promise<'was-active' | 'reactivated'> {
  const key = await requireKey(keyId, work);
  if (key.status === 'Active') return 'was-active';
  await changeKey({ keyId, to: 'Active', by: 'undo', why: 'undo' }, work);
  return 'reactivated';
}

/** Throws `key-changed` when the user has the key no more. */
export async function requireKey(
  keyId: AccessKeyId,
  { user, account, history }: UserAtHand,
): Promise<AccessKey> {
  const keys = await account.gateway.reader.listAccessKeys(user);
  const key = keys.find(({ id }) => id === keyId);
  if (key !== undefined) return sinceAnswered(key, history, account.clock.now());
  throw keyGone(keyId, user);
}

export function keyGone(keyId: AccessKeyId, user: string): KeyturnError {
  return new KeyturnError('key-changed', `${keyId} of ${user} does not exist any more`, {
    hint: 'a deleted key cannot come back; rotate again if the new one does not work',
  });
}
