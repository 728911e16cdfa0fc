// Why a key that a person names is not changed, and what they can do about it.

import { minuteOf } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import {
  keyCommand,
  recoverCommand,
  rotateCommand,
  type SameReach,
  undoCommand,
} from '../base/key-command.ts';
import type { Newly, UseVerdict } from '../lifecycle/in-use.ts';
import type { KeyDetails, LastUse } from '../lifecycle/keys.ts';
import { phaseWords } from '../lifecycle/phase-words.ts';
import { HOLD_DAYS, type HoldVerdict } from '../lifecycle/retirement.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { useWords } from '../lifecycle/use-words.ts';
import type { NamedKeyRequest } from './judge-named-key.ts';
import type { UserAtHand } from './user-work.ts';

/** What is known of an open rotation that is in the way. */
interface InTheWay {
  readonly open: Rotation;
  /** Whether it does not end by itself, so that a person who wants the key otherwise takes it back. */
  readonly isWaiting: boolean;
  /** Why nothing takes it up, where a run would meet that too. */
  readonly stands?: KeyturnError | undefined;
}

export function openError(
  { keyId }: NamedKeyRequest,
  { open, isWaiting, stands }: InTheWay,
  { account }: UserAtHand,
): KeyturnError {
  const { reach } = account.policy;
  const end: Hint = ['let it end first:', recoverCommand(open.user, reach)];
  const undo: Hint = ['to take it back:', undoCommand(open.user, reach)];
  return new KeyturnError(
    'needs-operator',
    `a rotation of ${open.user} is open (${phaseWords(open.phase)}), so ${keyId} is not touched`,
    { hint: stands?.hintParts ?? (isWaiting ? undo : end), notBefore: stands?.notBefore },
  );
}

type Used = Exclude<UseVerdict, { readonly kind: 'unused' }>;

interface InUse {
  readonly key: KeyDetails;
  readonly now: Date;
  /** Whether it would be refused besides, as the only Active key of its user. */
  readonly isOnlyRefused: boolean;
  /** Whether runs wait for the same, by a longer rule. */
  readonly isAwaited: boolean;
}

/** One refusal names everything that a person would have to say. */
export function inUseError(
  { user, quietDays }: NamedKeyRequest,
  verdict: Used,
  { key, now, isOnlyRefused, isAwaited }: InUse,
): KeyturnError {
  const flags = isOnlyRefused ? `--although-in-use and ${ALTHOUGH_ONLY}` : '--although-in-use';
  const because = isOnlyRefused ? `: it is the only Active key of ${user}` : '';
  const override = `to make it Inactive all the same, add ${flags}${because}`;
  const whose = `key ${key.id} of ${user}`;
  switch (verdict.kind) {
    case 'use-unknown':
      return new KeyturnError('last-use-unknown', `the last use of ${whose} cannot be read`, {
        hint: `grant iam:GetAccessKeyLastUsed; ${override}`,
      });
    case 'too-young': {
      const { notBefore } = verdict;
      return new KeyturnError('still-in-use', `${whose} ${whyInUse(verdict, key, now)}`, {
        hint: `wait until ${minuteOf(notBefore)}; ${override}`,
        notBefore,
      });
    }
    case 'in-use': {
      const { notBefore, quiet } = verdict;
      const why = quiet.days > quietDays ? ` (${quiet.because})` : '';
      const wait = `give another key to whatever uses it; when nothing has used it for ${quiet.days} days${why}, from ${minuteOf(notBefore)} on, this command makes it Inactive`;
      const runs = isAwaited ? ' (runs wait longer, since they know less of its readers)' : '';
      return new KeyturnError('still-in-use', `${whose} ${whyInUse(verdict, key, now)}`, {
        hint: `${wait}${runs}; ${override}`,
        notBefore,
      });
    }
  }
}

const ALTHOUGH_ONLY = '--although-only-active';

/** Why it counts as in use, as what is said of the key. */
export function whyInUse(
  verdict: Exclude<Used, { readonly kind: 'use-unknown' }>,
  { createdAt }: Pick<KeyDetails, 'createdAt'>,
  now: Date,
): string {
  const why = verdict.newly && newlyWords(verdict.newly);
  if (verdict.kind === 'in-use') return `${why ?? 'is in use'}: ${usedAt(verdict.lastUse, now)}`;
  return why ?? `was made at ${timeOf(createdAt)}, and may be waiting for its first use`;
}

/** Why a silence of before proves nothing. */
function newlyWords({ what, at }: Newly): string {
  return what === 'replaced'
    ? `was replaced at ${timeOf(at)}, and what has it may not have followed yet`
    : `was taken back into use at ${timeOf(at)}, and its silence before says nothing`;
}

function timeOf(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`;
}

/** "last used today with s3, at 2026-11-28T05:58Z" */
function usedAt(lastUse: Extract<LastUse, { used: 'at' }>, now: Date): string {
  return `${useWords(lastUse, now)}, at ${timeOf(lastUse.at)}`;
}

export function onlyActiveError(
  { user, keyId }: NamedKeyRequest,
  deliver: readonly string[],
  reach: SameReach | undefined,
): KeyturnError {
  return new KeyturnError('only-active-key', `key ${keyId} is the only Active key of ${user}`, {
    hint: [
      'replace it instead:',
      rotateCommand(keyId, deliver, reach),
      `to leave ${user} without an Active key, add ${ALTHOUGH_ONLY}`,
    ],
  });
}

export function activeError(
  { user, keyId }: NamedKeyRequest,
  reach: SameReach | undefined,
): KeyturnError {
  return new KeyturnError('not-inactive', `key ${keyId} of ${user} is Active`, {
    hint: [
      `make it Inactive first, and delete it when nothing has missed it for ${HOLD_DAYS} days:`,
      keyCommand('deactivate', keyId, reach),
    ],
  });
}

export function onlyKeyError({ user, keyId }: NamedKeyRequest): KeyturnError {
  return new KeyturnError('only-key', `key ${keyId} is the only key of ${user}`, {
    hint: 'leave it Inactive: it signs nothing; or delete it in IAM, with the user if nobody needs that any more',
  });
}

type Kept = Extract<HoldVerdict, { readonly kind: 'keep' }>;

export function heldError(
  { user, keyId }: NamedKeyRequest,
  { reason, notBefore, failed }: Kept,
): KeyturnError {
  const wait = notBefore === undefined ? '' : `delete it after ${minuteOf(notBefore)}; `;
  return new KeyturnError(
    failed ? 'last-use-unknown' : 'on-hold',
    `key ${keyId} of ${user} is kept: ${reason}`,
    { hint: `${wait}to end the hold, add --although-held`, notBefore },
  );
}

/** A run was told that the old key must stay. A person who knows better says so. */
export function vetoedNamedKey({ user, keyId }: NamedKeyRequest, veto: string): KeyturnError {
  return new KeyturnError('retire-vetoed', `key ${keyId} of ${user} is to stay Active: ${veto}`, {
    hint: 'that was the last answer, and the next run asks again; to make it Inactive all the same, add --although-in-use',
  });
}
