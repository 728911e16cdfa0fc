// A key that a person names is made Inactive or Active, or deleted. What holds for every run holds here: a
// key in use stays (I15), nothing that the calls depend on is touched (I7), a user's only key is never deleted,
// and no key before its hold is over (I5). The first and the last of these a person may override by name.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, minuteOf } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type KeyVerb, keyCommand, keysCommand, recoverCommand } from '../base/key-command.ts';
import { retiringKey } from '../lifecycle/decide-user.ts';
import { judgeUse, type UseVerdict } from '../lifecycle/in-use.ts';
import type { AccessKey, KeyDetails, LastUse } from '../lifecycle/keys.ts';
import { phaseWords } from '../lifecycle/phase-words.ts';
import { HOLD_DAYS } from '../lifecycle/retirement.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { useWords } from '../lifecycle/use-words.ts';
import type { AccountWork } from './account-work.ts';
import { changeKey, deleteAsJudged } from './change-key.ts';
import { decide, decideHold, factsOf } from './decide.ts';
import { readLastUse } from './key-details.ts';
import { type UserAtHand, type UserWork, whileAlone } from './user-work.ts';

export interface NamedKeyRequest {
  readonly user: string;
  readonly keyId: AccessKeyId;
  readonly verb: KeyVerb;
  /** For how long a key must not have been used to be made Inactive, in days. */
  readonly quietDays: number;
  readonly althoughInUse: boolean;
  readonly althoughHeld: boolean;
}

/** What is to be done with the key, and what is known of it. */
export interface NamedKeyPlan {
  readonly key: KeyDetails;
  /** Whether there is anything to be done. */
  readonly isChange: boolean;
  readonly why: string;
  /** What a person should know. */
  readonly notes: readonly string[];
  /** When the hold of a key that is or becomes Inactive is over. */
  readonly deletableFrom: Date | undefined;
  /** Why it is not done. */
  readonly refusal?: KeyturnError;
}

/**
 * Changes the key as the only one who works on its user. Throws `rotation-in-progress`, and everything that
 * foretellNamedKey throws; refuses what that refuses.
 */
export async function changeNamedKey(
  request: NamedKeyRequest,
  account: AccountWork,
): Promise<NamedKeyPlan> {
  return await whileAlone(request.user, account, async (work) => {
    const plan = await judge(request, work);
    if (plan.refusal === undefined && !plan.isChange) await settleIntent(request, work);
    if (!plan.isChange) return plan;
    const because = { by: 'operator', why: plan.why } as const;
    const { key } = plan;
    account.signal.throwIfAborted();
    if (request.verb === 'delete') await deleteAsJudged(key, because, work);
    else await changeKey({ keyId: key.id, to: STATUS[request.verb], ...because }, work);
    return plan;
  });
}

/**
 * The same by reads alone (I12). Throws `key-changed` when the user does not have the key. Refuses with `own-key`,
 * `needs-operator` while a rotation of the user is open, `still-in-use` and `last-use-unknown`, `not-inactive`,
 * `only-key` and `on-hold`.
 */
export async function foretellNamedKey(
  request: NamedKeyRequest,
  account: AccountWork,
): Promise<NamedKeyPlan> {
  const { user } = request;
  return await judge(request, { user, account, history: await account.state.history(user) });
}

/**
 * An earlier run may have died between the change and its record: its outcome is recorded now, and told (I16).
 * The hold then counts from now, which is later and never earlier.
 */
async function settleIntent({ user, keyId, verb }: NamedKeyRequest, work: UserWork): Promise<void> {
  if (verb === 'delete') return;
  const { intent, outcome, change } = UNSETTLED[verb];
  const last = work.history.records.findLast(({ step }) => 'keyId' in step && step.keyId === keyId);
  if (last?.step.type !== intent) return;
  const why = 'an earlier run did it, and ended before it could say so';
  work.account.emit({ code: 'change-found', user, keyId, change, by: 'recovery', why });
  await work.recordKey({ type: outcome, keyId });
}

const UNSETTLED = {
  deactivate: { intent: 'retiring', outcome: 'retired', change: 'deactivated' },
  activate: { intent: 'reactivating', outcome: 'reactivated', change: 'reactivated' },
} as const;

const STATUS = { activate: 'Active', deactivate: 'Inactive' } as const;

async function judge(request: NamedKeyRequest, at: UserAtHand): Promise<NamedKeyPlan> {
  const { user, keyId } = request;
  const { gateway, policy } = at.account;
  const keys = await gateway.reader.listAccessKeys(user);
  const listed = keys.find(({ id }) => id === keyId);
  if (listed === undefined) {
    throw new KeyturnError('key-changed', `key ${keyId} is not one of ${user}`, {
      hint: ['their keys:', keysCommand(['--user', user], policy.reach)],
    });
  }
  const key = { ...listed, lastUse: await readLastUse(gateway.reader, listed) };
  try {
    return await planFor(request, { key, keys }, at);
  } catch (thrown) {
    return { ...nothingFor(key), refusal: toKeyturnError(thrown) };
  }
}

function nothingFor(key: KeyDetails): NamedKeyPlan {
  return { key, isChange: false, why: '', notes: [], deletableFrom: undefined };
}

interface Named {
  readonly key: KeyDetails;
  /** All keys of the user. */
  readonly keys: readonly AccessKey[];
}

function otherActive({ key, keys }: Named): AccessKey | undefined {
  return keys.find(({ id, status }) => id !== key.id && status === 'Active');
}

/** Throws why it is refused. */
async function planFor(
  request: NamedKeyRequest,
  named: Named,
  at: UserAtHand,
): Promise<NamedKeyPlan> {
  const { verb } = request;
  const { key, keys } = named;
  await assertNothingOpen(request, keys, at);
  if (verb !== 'delete' && key.status === STATUS[verb]) return nothingFor(key);
  if (verb !== 'activate') assertNotOwn(request, at);
  switch (verb) {
    case 'deactivate':
      return judgeDeactivation(request, named, at);
    case 'activate':
      return judgeActivation(request, named);
    case 'delete':
      return await judgeDeletion(request, named, at);
  }
}

/** I7: whatever the person says. */
function assertNotOwn({ user, keyId }: NamedKeyRequest, { account }: UserAtHand): void {
  if (!dependsOn(account.gateway.caller, user, keyId)) return;
  throw new KeyturnError(
    'own-key',
    `key ${keyId} of ${user} signs the calls of this command, or may have opened the session that does`,
    { hint: 'sign with a role, or with another user’s key: --profile PROFILE' },
  );
}

/** I4: until it has ended, nobody knows which of the keys is to stay. */
async function assertNothingOpen(
  { keyId }: NamedKeyRequest,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<void> {
  const { open } = at.history;
  if (open === undefined) return;
  const { recover } = await decide(at, keys, { kind: 'recovery' });
  const stands = recover?.leadsTo === 'nothing' ? recover.error : undefined;
  throw new KeyturnError(
    'needs-operator',
    `a rotation of ${open.user} is open (${phaseWords(open.phase)}), so ${keyId} is not touched`,
    {
      hint: stands?.hintParts ?? [
        'let it end first:',
        recoverCommand(open.user, at.account.policy.reach),
      ],
      notBefore: stands?.notBefore,
    },
  );
}

/** I15: quiet before you cut. */
function judgeDeactivation(
  request: NamedKeyRequest,
  named: Named,
  { account }: UserAtHand,
): NamedKeyPlan {
  const { user, quietDays, althoughInUse } = request;
  const { key } = named;
  const now = account.clock.now();
  const verdict = judgeUse(key, quietDays, now);
  const isUnused = verdict.kind === 'unused';
  if (!isUnused && !althoughInUse) throw inUseError(request, verdict, { key, now });
  const used = useWords(key.lastUse, now);
  return {
    key,
    isChange: true,
    why: isUnused ? used : `although it may be in use, ${used}`,
    notes: [
      ...(isUnused ? [] : [`${key.id} may be in use (${used}): whatever uses it stops working`]),
      ...(otherActive(named) === undefined ? [`${user} is left without an Active key`] : []),
    ],
    deletableFrom: new Date(now.getTime() + HOLD_DAYS * MS_PER_DAY),
  };
}

function inUseError(
  { user, quietDays }: NamedKeyRequest,
  verdict: Exclude<UseVerdict, { readonly kind: 'unused' }>,
  { key, now }: { readonly key: KeyDetails; readonly now: Date },
): KeyturnError {
  const override = 'to make it Inactive all the same, add --although-in-use';
  const whose = `key ${key.id} of ${user}`;
  switch (verdict.kind) {
    case 'use-unknown':
      return new KeyturnError('last-use-unknown', `the last use of ${whose} can not be read`, {
        hint: `grant iam:GetAccessKeyLastUsed; ${override}`,
      });
    case 'too-young': {
      const { notBefore } = verdict;
      const made = `${key.createdAt.toISOString().slice(0, 16)}Z`;
      return new KeyturnError(
        'still-in-use',
        `${whose} was made at ${made}, and AWS would not show a use of it yet`,
        { hint: `wait until ${minuteOf(notBefore)}; ${override}`, notBefore },
      );
    }
    case 'in-use': {
      const { notBefore, lastUse } = verdict;
      const wait = `give another key to whatever uses it; when nothing has used it for ${quietDays} days, from ${minuteOf(notBefore)} on, this command makes it Inactive`;
      return new KeyturnError('still-in-use', `${whose} is in use: ${usedAt(lastUse, now)}`, {
        hint: `${wait}; ${override}`,
        notBefore,
      });
    }
  }
}

/** "last used today with s3, at 2026-11-28T05:58Z" */
function usedAt(lastUse: Extract<LastUse, { used: 'at' }>, now: Date): string {
  return `${useWords(lastUse, now)}, at ${lastUse.at.toISOString().slice(0, 16)}Z`;
}

function judgeActivation({ user }: NamedKeyRequest, named: Named): NamedKeyPlan {
  const { key } = named;
  const other = otherActive(named);
  return {
    key,
    isChange: true,
    why: 'taken back into use',
    notes:
      other === undefined
        ? []
        : [`two Active keys of ${user}, ${key.id} and ${other.id}, leave no room for a rotation`],
    deletableFrom: undefined,
  };
}

/** I5: hold, then delete; never a user's only key. */
async function judgeDeletion(
  { user, keyId, althoughHeld }: NamedKeyRequest,
  { key, keys }: Named,
  at: UserAtHand,
): Promise<NamedKeyPlan> {
  const { clock, state } = at.account;
  if (key.status === 'Active') {
    throw new KeyturnError('not-inactive', `key ${keyId} of ${user} is Active`, {
      hint: [
        `make it Inactive first, and delete it when nothing has missed it for ${HOLD_DAYS} days:`,
        keyCommand('deactivate', keyId, at.account.policy.reach),
      ],
    });
  }
  if (keys.length === 1) {
    throw new KeyturnError('only-key', `key ${keyId} is the only key of ${user}`, {
      hint: 'leave it Inactive: it signs nothing; or delete it in IAM, with the user if nobody needs that any more',
    });
  }
  // A run beside this one may have seen it Active since; and for a key that somebody else made Inactive
  // this is the first sight of it, from which its hold counts.
  await state.sightings.refresh();
  await state.sightings.remember([{ at: clock.now(), inactive: [{ user, key, keys }] }]);
  const about = { ...retiringKey(key, factsOf(at, keys)), lastUse: key.lastUse };
  const verdict = await decideHold(about, HOLD_DAYS, at);
  const plan = { key, isChange: true, notes: ['a deleted key never comes back'] };
  if (verdict.kind === 'delete') {
    return { ...plan, why: verdict.reason, deletableFrom: undefined };
  }
  const { reason, notBefore, failed } = verdict;
  if (althoughHeld) {
    return { ...plan, why: 'the operator ended the hold', deletableFrom: notBefore };
  }
  throw new KeyturnError(
    failed ? 'last-use-unknown' : 'on-hold',
    `key ${keyId} of ${user} is kept: ${reason}`,
    {
      hint: `${notBefore === undefined ? '' : `delete it after ${minuteOf(notBefore)}; `}to end the hold, add --although-held`,
      notBefore,
    },
  );
}
