// What a person can do about two Active keys of a user: which of them to stop, and why. One function decides it
// for every page, from what changes seldom: what keyturn did with the two, then whether one of them is out of
// use, then which is the older one. So the advice does not depend on the minute at which AWS was asked.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Hint } from '../base/hint.ts';
import { keyCommand, keysCommand, type SameReach } from '../base/key-command.ts';
import type { UserHistory } from './history.ts';
import { judgeUse, namedUse, type UseVerdict } from './in-use.ts';
import { type AccessKey, KEYS_PER_USER_MAX, type KeyDetails } from './keys.ts';
import { QUIET_DAYS } from './retire-policy.ts';
import { HOLD_DAYS } from './retirement.ts';
import { hasNewKey, isSettled, type Rotation } from './rotation.ts';
import type { UseHistory } from './use-history.ts';

export interface KeyToStop {
  readonly stop: KeyDetails;
  /** Who uses the other one is to use this one. */
  readonly stay: KeyDetails;
  /**
   * `undone`: it was left by an undo. `replaced`: the other one took over from it. `delivered`: keyturn put the
   * other one into its places. `unused`: of the two it alone is out of use. `older`: none of these.
   */
  readonly why: 'undone' | 'replaced' | 'delivered' | 'unused' | 'older';
}

/** What is known besides the keys. */
export interface TwoKeysFacts {
  readonly history: UserHistory;
  readonly now: Date;
  /** What runs have seen of a key, and since when it could be used at all. */
  readonly usesOf: (key: AccessKey) => UseHistory;
  readonly reach?: SameReach | undefined;
}

/**
 * Undefined where there are not two, and where rotations have delivered both of them: neither is named then,
 * because readers look for each.
 */
export function keyToStop(keys: readonly KeyDetails[], facts: TwoKeysFacts): KeyToStop | undefined {
  const { history } = facts;
  const [older, newer, third] = keys
    .filter(({ status }) => status === 'Active')
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  if (older === undefined || newer === undefined || third !== undefined) return undefined;
  const stopOlder = { stop: older, stay: newer };
  const stopNewer = { stop: newer, stay: older };
  const between = history.latest((each) => isBetween(each, older.id, newer.id));
  if (between !== undefined && hasNewKey(between) && isSettled(between)) {
    const isUndone = between.phase === 'undone';
    const stays = isUndone ? between.undo.toKeyId : between.newKeyId;
    return {
      ...(stays === newer.id ? stopOlder : stopNewer),
      why: isUndone ? 'undone' : 'replaced',
    };
  }
  const [isOlderServed, isNewerServed] = [isServed(older.id, history), isServed(newer.id, history)];
  if (isOlderServed && isNewerServed) return undefined;
  if (isOlderServed || isNewerServed) {
    return { ...(isNewerServed ? stopOlder : stopNewer), why: 'delivered' };
  }
  const [isOlderUnused, isNewerUnused] = [isUnused(older, facts), isUnused(newer, facts)];
  if (isOlderUnused === isNewerUnused) return { ...stopOlder, why: 'older' };
  return { ...(isOlderUnused ? stopOlder : stopNewer), why: 'unused' };
}

function isBetween(rotation: Rotation, one: AccessKeyId, other: AccessKeyId): boolean {
  if (!hasNewKey(rotation)) return false;
  const { oldKeyId, newKeyId } = rotation;
  return (oldKeyId === one && newKeyId === other) || (oldKeyId === other && newKeyId === one);
}

/** Whether the places of a rotation have the key, by the last rotation that was about it. */
export function isServed(keyId: AccessKeyId, history: UserHistory): boolean {
  const last = history.latest(
    (each) => hasNewKey(each) && isSettled(each) && [each.oldKeyId, each.newKeyId].includes(keyId),
  );
  if (last === undefined || !hasNewKey(last)) return false;
  return (last.phase === 'undone' ? last.undo.toKeyId : last.newKeyId) === keyId;
}

function isUnused(key: KeyDetails, facts: TwoKeysFacts): boolean {
  return useOf(key, facts).kind === 'unused';
}

/** As the command judges it that the advice names: the silence of a key that was Inactive says nothing. */
function useOf(key: KeyDetails, facts: TwoKeysFacts): UseVerdict {
  return judgeUse(namedUse(key, key.lastUse, facts), QUIET_DAYS, facts.now);
}

/** Its first words say which key is to be stopped and why; its first command does it. */
export function twoKeysAdvice(keys: readonly KeyDetails[], facts: TwoKeysFacts): Hint {
  const { reach } = facts;
  const chosen = keyToStop(keys, facts);
  if (keys.filter(({ status }) => status === 'Active').length > KEYS_PER_USER_MAX) {
    return 'delete keys in IAM until one is left';
  }
  if (chosen === undefined) {
    return 'rotations have delivered both keys, and readers look for each: delete the one that nobody reads any more';
  }
  const { stop } = chosen;
  return [
    whatToStop(chosen, facts),
    keyCommand('deactivate', stop.id, reach),
    `when nothing has missed it for ${HOLD_DAYS} days, delete it, and run again:`,
    keyCommand('delete', stop.id, reach),
  ];
}

function whatToStop({ stop, stay, why }: KeyToStop, facts: TwoKeysFacts): string {
  switch (why) {
    case 'undone':
      return `an undo has left ${stop.id} Active: once its readers are back at ${stay.id}, make it Inactive:`;
    case 'replaced':
      return `${stay.id} took over from ${stop.id}: once nothing uses that one any more, make it Inactive:`;
    case 'delivered':
      return `${stay.id} is what keyturn delivered: move what still uses ${stop.id} to it, then make ${stop.id} Inactive:`;
    case 'unused':
      return `${stay.id} ${isOrMay([stay], facts)} in use, ${stop.id} seems not to be: make ${stop.id} Inactive:`;
    case 'older': {
      const isNeither = isUnused(stop, facts);
      return isNeither
        ? `neither seems to be in use: make the older one, ${stop.id}, Inactive:`
        : `both ${isOrMay([stop, stay], facts)} in use: move what still uses the older one, ${stop.id}, to ${stay.id}, then make ${stop.id} Inactive:`;
    }
  }
}

function isOrMay(keys: readonly KeyDetails[], facts: TwoKeysFacts): string {
  const isSure = keys.every((key) => useOf(key, facts).kind === 'in-use');
  if (!isSure) return 'may be';
  return keys.length === 1 ? 'is' : 'are';
}

/**
 * After a leak, of a user with two Active keys: nobody needs a third one, so the leaked one is stopped at once.
 * Where it is not known which of them that is, the person says.
 */
export function stopLeakedAdvice(
  keys: readonly KeyDetails[],
  leaked: AccessKeyId | undefined,
  reach?: SameReach,
): Hint {
  const stop = (id: AccessKeyId) => keysCommand(['deactivate', id, '--although-in-use'], reach);
  const other = keys.find(({ id, status }) => id !== leaked && status === 'Active');
  if (leaked !== undefined && other !== undefined) {
    return [`stop the leaked one, and give its readers ${other.id}:`, stop(leaked)];
  }
  const [first, ...others] = keys.filter(({ status }) => status === 'Active');
  return [
    'stop the one that leaked, and give its readers the other one:',
    ...(first === undefined ? [] : [stop(first.id)]),
    ...others.flatMap(({ id }) => ['or:', stop(id)]),
  ];
}
