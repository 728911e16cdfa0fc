// The state of a key in words, and what a person can do about it.

import { MS_PER_DAY, minuteOf, wholeDaysBetween } from '../../base/clock.ts';
import type { Hint } from '../../base/hint.ts';
import {
  configuredRunCommand,
  deletion,
  keyCommand,
  keysCommand,
  recoverCommand,
  type SameReach,
} from '../../base/key-command.ts';
import { flagWords } from '../../base/shell-words.ts';
import type { DatedKey } from '../../lifecycle/dated-keys.ts';
import { needsConfiguration } from '../../lifecycle/hooks.ts';
import type { KeyState, KeyView, KeyWarning, Silence } from '../../lifecycle/key-state.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import { phaseWords } from '../../lifecycle/phase-words.ts';
import type { Rotation } from '../../lifecycle/rotation.ts';
import { ownKeyError } from '../../lifecycle/signer.ts';
import { type TwoKeysFacts, twoKeysAdvice } from '../../lifecycle/two-keys.ts';
import { useWords } from '../../lifecycle/use-words.ts';

export function stateWords({ state, isSecretWaiting }: KeyView, now: Date): string {
  const waiting = isSecretWaiting ? '; its secret waits in a hand-off file' : '';
  return `${plainState(state, now)}${waiting}`;
}

function plainState(state: KeyState, now: Date): string {
  switch (state.kind) {
    case 'open':
      return `rotation open: ${phaseWords(state.rotation.phase)}`;
    case 'in-grace':
      return `in grace${silenceWords(state.silence)}${deadlineWords(state)}`;
    case 'undone':
      return `left by the undo of ${dayOf(state.since)}${undoneSilence(state.silence)}`;
    case 'blocked':
      return `due, blocked by ${state.by}`;
    case 'due':
      return state.waitsFor === undefined ? 'due' : `due, once ${state.waitsFor} is Inactive`;
    case 'not-due': {
      const days = Math.max(1, Math.ceil((state.dueAt.getTime() - now.getTime()) / MS_PER_DAY));
      return days === 1 ? 'due in a day' : `due in ${days} days`;
    }
    case 'held':
      return state.until === undefined
        ? `held: ${state.reason}`
        : `held until ${state.until.toISOString().slice(0, 10)}`;
    case 'deletable':
      return 'may be deleted';
  }
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function undoneSilence(silence: Silence): string {
  if (silence.kind === 'quiet') return ', and quiet since';
  if (silence.kind === 'signs-calls') return ': it signs the calls of this command';
  return silence.kind === 'use-unknown' ? ': its last use is not known' : '';
}

/** A run with the same deadline keeps it; which deadline the next run has is known to that run alone. */
function deadlineWords({ rotation, silence }: InGrace): string {
  const deadline = rotation?.announcedDeadline;
  if (deadline === undefined || silence.kind === 'quiet') return '';
  return `; goes ${dayOf(deadline)} whatever uses it, as was announced`;
}

function silenceWords(silence: Silence): string {
  switch (silence.kind) {
    case 'quiet':
      return ': replaced, and quiet since';
    case 'use-unknown':
      return ': its last use is not known';
    case 'signs-calls':
      return ': it signs the calls of this command';
    case 'in-use':
      return silence.until === undefined
        ? ''
        : ` until ${silence.until.toISOString().slice(0, 10)}, if nothing uses it`;
  }
}

/** From when on the state may change by itself. */
export function stateEnds(state: KeyState): Date | undefined {
  switch (state.kind) {
    case 'held':
      return state.until;
    case 'not-due':
      return state.dueAt;
    case 'blocked':
      return state.freeFrom;
    case 'in-grace':
    case 'undone':
      return state.silence.kind === 'in-use' ? state.silence.until : undefined;
    default:
      return undefined;
  }
}

export function warningWords({ older }: KeyWarning, now: Date): string {
  const which = older.id ?? `the one of ${older.createdAt.toISOString().slice(0, 10)}`;
  return (
    'nobody seems to use this newer key, while the older one is busy ' +
    `(${which}, ${useWords(older.lastUse, now)}): its readers may not have the new one`
  );
}

/** What is known of the user whose key it is. */
export interface HintFacts extends Pick<TwoKeysFacts, 'history' | 'now' | 'usesOf'> {
  readonly user: string;
  readonly keys: readonly DatedKey[];
  readonly reach: SameReach;
}

/** What a person can do about the key; undefined where nothing is to be done. */
export function hintWords({ key, state }: KeyView, facts: HintFacts): Hint | undefined {
  const { user, reach } = facts;
  const byHand = keysCommand(flagWords('--user', user), reach);
  switch (state.kind) {
    case 'open':
      return nextRunHint(state.rotation, 'finishes or undoes it', reach);
    case 'undone':
      return undoneHint(state, key, facts);
    case 'blocked':
      return blockedHint(state, key, facts) ?? ['the IDs of the keys, and what to do:', byHand];
    case 'in-grace':
      return graceHint(state, key, facts);
    case 'deletable':
      return key.id === undefined
        ? 'rotate-iam-keys --cleanup-inactive deletes it'
        : ['to delete it:', keyCommand('delete', key.id, reach)];
    default:
      return undefined;
  }
}

/** What began with hooks is left by a run that does not know them, which `keyturn recover` is. */
function nextRunHint(rotation: Rotation, does: string, reach: SameReach): Hint {
  const { user } = rotation;
  return needsConfiguration(rotation)
    ? [
        `it began with hooks: a run with the configuration ${does}, such as:`,
        configuredRunCommand(user, reach),
      ]
    : [`the next run of rotate-iam-keys ${does}; by itself:`, recoverCommand(user, reach)];
}

type InGrace = Extract<KeyState, { readonly kind: 'in-grace' }>;

/** What is in use waits, and nobody has to do anything but give its readers the new key. */
function graceHint(
  { silence, rotation }: InGrace,
  { id }: DatedKey,
  { reach }: HintFacts,
): Hint | undefined {
  if (silence.kind === 'quiet') {
    if (rotation !== undefined) return nextRunHint(rotation, 'makes it Inactive', reach);
    return id && ['to make it Inactive:', keyCommand('deactivate', id, reach)];
  }
  if (silence.kind !== 'in-use' || id === undefined) return undefined;
  return [
    'restart what uses it, so that it reads the new key; or, to make it Inactive whatever uses it:',
    keysCommand(['deactivate', id, '--although-in-use'], reach),
  ];
}

type Undone = Extract<KeyState, { readonly kind: 'undone' }>;

/** The key is the newer one, and its readers are to leave it. */
function undoneHint({ backTo, silence }: Undone, { id }: DatedKey, { reach }: HintFacts): Hint {
  const back = `whoever reads this key must go back to ${backTo}`;
  if (id === undefined) return back;
  const command = keyCommand('deactivate', id, reach);
  switch (silence.kind) {
    case 'quiet':
      return ['nothing seems to use it any more; to make it Inactive:', command];
    case 'in-use':
      return silence.until === undefined
        ? back
        : [`${back}; from ${minuteOf(silence.until)} on, if nothing uses it until then:`, command];
    case 'use-unknown':
    case 'signs-calls':
      return back;
  }
}

type Blocked = Extract<KeyState, { readonly kind: 'blocked' }>;

function blockedHint({ by, freeFrom }: Blocked, key: DatedKey, facts: HintFacts): Hint | undefined {
  const { user, keys, now, reach } = facts;
  const named = keys.flatMap((each): KeyDetails[] =>
    each.id === undefined ? [] : [{ ...each, id: each.id }],
  );
  if (named.length < keys.length || key.id === undefined) return undefined;
  if (by === 'two-active-keys') return twoKeysAdvice(named, facts);
  if (by === 'own-key') return ownKeyError(user, key.id).hintParts;
  const inactive = named.find(({ status }) => status !== 'Active');
  if (inactive === undefined) return undefined;
  const isOver = freeFrom !== undefined && freeFrom <= now;
  const from = freeFrom !== undefined && !isOver ? ` from ${minuteOf(freeFrom)} on` : '';
  return [
    `--cleanup-inactive deletes the Inactive key${from}; or, if nothing needs it, now:`,
    deletion(inactive.id, { isHoldOver: isOver }, reach),
  ];
}

export function ageDays({ createdAt }: DatedKey, now: Date): number {
  return wholeDaysBetween(createdAt, now);
}
