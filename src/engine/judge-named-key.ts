// Whether a key that a person names may be made Inactive or Active, or be deleted. What holds for every run
// holds here: a key in use stays (I15), nothing that the calls depend on is touched (I7), a user's only key is
// never deleted, no key before its hold is over (I5), and none that a place gives to its readers (I10). Use, the
// hold, a place, and that nobody is left without an Active key, a person may override by name.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, minuteOf } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { type KeyVerb, keysCommand, undoCommand } from '../base/key-command.ts';
import { flagWords } from '../base/shell-words.ts';
import { retiringKey } from '../lifecycle/decide-user.ts';
import { judgeUse, namedUse } from '../lifecycle/in-use.ts';
import type { AccessKey, KeyDetails } from '../lifecycle/keys.ts';
import { sinceAnswered } from '../lifecycle/list-lag.ts';
import { HOLD_DAYS } from '../lifecycle/retirement.ts';
import { type Ending, isEnding } from '../lifecycle/rotation.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { useWords } from '../lifecycle/use-words.ts';
import { decide, decideHold, factsOf } from './decide.ts';
import { wordsToServe } from './deliver-words.ts';
import { whyHeld } from './held-anywhere.ts';
import { assertInPlaces } from './in-place.ts';
import { readLastUse } from './key-details.ts';
import { rememberTakenBack, usesOfKey } from './key-uses.ts';
import {
  activeError,
  heldError,
  inUseError,
  onlyActiveError,
  onlyKeyError,
  openError,
  vetoedNamedKey,
} from './refuse-named-key.ts';
import type { UserAtHand } from './user-work.ts';

export interface NamedKeyRequest {
  readonly user: string;
  readonly keyId: AccessKeyId;
  readonly verb: KeyVerb;
  /** For how long a key must not have been used to be made Inactive, in days. */
  readonly quietDays: number;
  readonly althoughInUse: boolean;
  /** Whether the user may be left without an Active key. */
  readonly althoughOnlyActive: boolean;
  readonly althoughHeld: boolean;
}

/** What is to be done with the key, and what is known of it. */
export interface NamedKeyPlan {
  /** Undefined where we deleted it before. */
  readonly key: KeyDetails | undefined;
  /** Whether there is anything to be done. */
  readonly isChange: boolean;
  readonly why: string;
  /** Whether it is done by a person's word, although somebody may use the key. */
  readonly althoughInUse?: boolean;
  /** The rotation whose old key it is, and that ends when it is Inactive. */
  readonly ends: Ending | undefined;
  /** The same where the key is to be made Inactive and is not: that is taken back. */
  readonly keeps?: Ending;
  /** What a person should know. */
  readonly notes: readonly Hint[];
  /** What a person has to say besides to take the change back. */
  readonly wayBack?: readonly string[];
  /** When the hold of a key that is or becomes Inactive is over. */
  readonly deletableFrom: Date | undefined;
  /** Why it is not done. */
  readonly refusal?: KeyturnError;
}

export const STATUS = { activate: 'Active', deactivate: 'Inactive' } as const;

/**
 * Judges by reads alone. Throws `key-changed` when the user does not have the key. Refuses with `own-key`,
 * `needs-operator` while a rotation of the user is open, `still-in-use` and `last-use-unknown`,
 * `only-active-key`, `not-inactive`, `only-key`, `on-hold` and `held-by-place`; and what a place says that
 * does not hold the new key of the rotation that ends.
 */
export async function judgeNamedKey(
  request: NamedKeyRequest,
  at: UserAtHand,
): Promise<NamedKeyPlan> {
  const { user, keyId } = request;
  const { gateway, policy } = at.account;
  const deletedAt = at.history.deletedAt(keyId);
  if (deletedAt !== undefined) return deletedBefore(request, deletedAt);
  const keys = await gateway.reader.listAccessKeys(user);
  const listed = keys.find(({ id }) => id === keyId);
  if (listed === undefined) {
    throw new KeyturnError('key-changed', `key ${keyId} is not one of ${user}`, {
      hint: ['their keys:', keysCommand(flagWords('--user', user), policy.reach)],
    });
  }
  await rememberTakenBack(keys, at);
  const now = sinceAnswered(listed, at.history, at.account.clock.now());
  const key = { ...now, lastUse: await readLastUse(gateway.reader, listed) };
  const ends = endingOf(request, keys, at);
  try {
    return await planFor(request, { key, keys, ends }, at);
  } catch (thrown) {
    return { ...nothingFor(key), refusal: toKeyturnError(thrown) };
  }
}

/** It never comes back, and AWS's list may show it a moment longer (I11). Throws `key-changed`. */
function deletedBefore({ user, keyId, verb }: NamedKeyRequest, at: Date): NamedKeyPlan {
  const when = `keyturn deleted it at ${minuteOf(at)}`;
  if (verb === 'delete') return { ...nothingFor(undefined), notes: [when] };
  throw new KeyturnError('key-changed', `${keyId} of ${user} is gone: ${when}`, {
    hint: 'a deleted key signs nothing, and never comes back',
  });
}

function nothingFor(key: KeyDetails | undefined, ends?: Ending): NamedKeyPlan {
  return { key, isChange: false, why: '', ends, notes: [], deletableFrom: undefined };
}

interface Named {
  readonly key: KeyDetails;
  /** All keys of the user. */
  readonly keys: readonly AccessKey[];
  readonly ends: Ending | undefined;
}

/**
 * The open rotation that has come so far that its old key, which is the one that is named, is all that it
 * waits for. One whose new key is not Active any more is to be taken up instead.
 */
function endingOf(
  { keyId }: NamedKeyRequest,
  keys: readonly AccessKey[],
  { history: { open } }: UserAtHand,
): Ending | undefined {
  if (!isEnding(open)) return undefined;
  const isReplaced = keys.some(({ id, status }) => id === open.newKeyId && status === 'Active');
  return open.oldKeyId === keyId && isReplaced ? open : undefined;
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
  const { key, ends } = named;
  if (ends === undefined) await assertNothingOpen(request, named, at);
  if (verb === 'activate' && ends?.phase === 'deactivating' && key.status === 'Active') {
    return takenBack(request, { key, ends }, at);
  }
  if (verb !== 'delete' && key.status === STATUS[verb]) {
    return nothingFor(key, verb === 'deactivate' ? ends : undefined);
  }
  if (verb !== 'activate') assertNotOwn(request, at);
  switch (verb) {
    case 'deactivate':
      return await judgeDeactivation(request, named, at);
    case 'activate':
      if (ends !== undefined) {
        throw openError(request, { open: ends, isWaiting: ends.phase === 'in-grace' }, at);
      }
      return judgeActivation(request, named, at);
    case 'delete':
      return await judgeDeletion(request, named, at);
  }
}

/** An earlier command or run was to make the key Inactive, and has not: it may stay until it is quiet. */
function takenBack(
  request: NamedKeyRequest,
  { key, ends }: { readonly key: KeyDetails; readonly ends: Ending },
  at: UserAtHand,
): NamedKeyPlan {
  // Another promise was made of it, which only the end of the whole rotation takes back.
  if (ends.oldKeyFate !== 'when-quiet')
    throw openError(request, { open: ends, isWaiting: true }, at);
  const note = `an earlier command was to make ${key.id} Inactive, and could not; that is taken back, and it stays Active until nothing uses it`;
  return { ...nothingFor(key), keeps: ends, notes: [note] };
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
  request: NamedKeyRequest,
  { keys }: Named,
  at: UserAtHand,
): Promise<void> {
  const { open } = at.history;
  if (open === undefined) return;
  const { recover } = await decide(at, keys, { kind: 'recovery' });
  const isWaiting = open.phase === 'in-grace' && recover === undefined;
  const stands = recover?.leadsTo === 'nothing' ? recover.error : undefined;
  throw openError(request, { open, isWaiting, stands }, at);
}

/** I15: quiet before you cut. I5: a person may leave a user without an Active key, but by name. */
async function judgeDeactivation(
  request: NamedKeyRequest,
  named: Named,
  at: UserAtHand,
): Promise<NamedKeyPlan> {
  const { account, history } = at;
  const { user, quietDays, althoughInUse, althoughOnlyActive } = request;
  const { key, ends } = named;
  const now = account.clock.now();
  const usesOf = () => usesOfKey(key, at);
  // I13: whoever reads the places must find the new key there when the old one goes.
  if (ends !== undefined) await assertInPlaces(ends, at, { stays: true });
  const verdict = judgeUse(namedUse(key, key.lastUse, { history, usesOf }), quietDays, now);
  const isOnlyActive = otherActive(named) === undefined;
  const isOnlyRefused = isOnlyActive && !althoughOnlyActive;
  const isUnused = verdict.kind === 'unused';
  if (!isUnused && !althoughInUse) {
    const isAwaited = ends !== undefined;
    throw inUseError(request, verdict, { key, now, isOnlyRefused, isAwaited });
  }
  const veto = althoughInUse ? undefined : ends?.hooks?.veto;
  if (veto !== undefined) throw vetoedNamedKey(request, veto);
  if (isOnlyRefused) {
    throw onlyActiveError(request, wordsToServe(key, named.keys, at), account.policy.reach);
  }
  const holder = await whyHeld(key.id, at);
  if (holder !== undefined && !althoughInUse) throw withWord(holder, '--although-in-use');
  const used = useWords(key.lastUse, now);
  return {
    ...{ key, ends, isChange: true, althoughInUse },
    why: [...overridden({ isUnused, isHeld: holder !== undefined, isOnlyActive }), used].join(', '),
    notes: [
      ...(isUnused ? [] : [`${key.id} may be in use (${used}): whatever uses it stops working`]),
      ...(holder === undefined ? [] : [holder.message]),
      ...(isOnlyActive ? [`${user} is left without an Active key`] : []),
    ],
    deletableFrom: new Date(now.getTime() + HOLD_DAYS * MS_PER_DAY),
  };
}

interface Against {
  readonly isUnused: boolean;
  readonly isHeld: boolean;
  readonly isOnlyActive: boolean;
}

/** What the person has said that the key goes in spite of, for the record. */
function overridden({ isUnused, isHeld, isOnlyActive }: Against): readonly string[] {
  const facts = [
    ...(isUnused ? [] : ['it may be in use']),
    ...(isHeld ? ['a place may give it to its readers'] : []),
    ...(isOnlyActive ? ['its user has no other Active key'] : []),
  ];
  return facts.length === 0 ? [] : [`although ${facts.join(' and ')}`];
}

/** A person may know that nobody reads the place. */
function withWord({ code, message, hintParts }: KeyturnError, flag: string): KeyturnError {
  const word = `if nobody reads it there, add ${flag}`;
  return new KeyturnError(code, message, { hint: [...hintParts, word] });
}

function judgeActivation(
  { user, keyId }: NamedKeyRequest,
  named: Named,
  { account, history }: UserAtHand,
): NamedKeyPlan {
  const { key } = named;
  const other = otherActive(named);
  const replacing = history.latest(({ oldKeyId }) => oldKeyId === keyId);
  const isReplaced = replacing?.phase === 'deactivated' && replacing.newKeyId === other?.id;
  const room = `two Active keys of ${user}, ${key.id} and ${other?.id}, leave no room for a rotation`;
  const undo: Hint = [
    `${other?.id} stays in the places of the rotation that replaced ${keyId}; to take all of it back:`,
    undoCommand(user, account.policy.reach),
  ];
  return {
    ...{ key, isChange: true, ends: undefined, deletableFrom: undefined },
    why: 'taken back into use',
    wayBack: [
      // The silence of a key counts from when it came back into use.
      '--although-in-use',
      ...(other === undefined ? ['--although-only-active'] : []),
    ],
    notes: [...(other === undefined ? [] : [room]), ...(isReplaced ? [undo] : [])],
  };
}

/** I5: hold, then delete; never a user's only key. */
async function judgeDeletion(
  request: NamedKeyRequest,
  { key, keys, ends }: Named,
  at: UserAtHand,
): Promise<NamedKeyPlan> {
  const { user } = request;
  const { clock, state, policy } = at.account;
  if (key.status === 'Active') throw activeError(request, policy.reach);
  if (ends !== undefined) throw openError(request, { open: ends, isWaiting: false }, at);
  if (keys.length === 1) throw onlyKeyError(request);
  // A run beside this one may have seen it Active since; and for a key that somebody else made Inactive
  // this is the first sight of it, from which its hold counts.
  await state.sightings.refresh();
  await state.sightings.remember([{ at: clock.now(), inactive: [{ user, key, keys }] }]);
  const about = { ...retiringKey(key, factsOf(at, keys)), lastUse: key.lastUse };
  const verdict = await decideHold(about, HOLD_DAYS, at);
  const { althoughHeld } = request;
  if (verdict.kind !== 'delete' && !althoughHeld) throw heldError(request, verdict);
  const holder = await whyHeld(key.id, at);
  if (holder !== undefined && !althoughHeld) throw withWord(holder, '--although-held');
  const notes = [
    ...(holder === undefined ? [] : [holder.message]),
    'a deleted key never comes back',
  ];
  const plan = { key, isChange: true, ends: undefined, notes };
  if (verdict.kind === 'delete') {
    return { ...plan, why: verdict.reason, deletableFrom: undefined };
  }
  return { ...plan, why: 'the operator ended the hold', deletableFrom: verdict.notBefore };
}
