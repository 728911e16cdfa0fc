// What becomes of a rotation that an earlier run left open, and of a key that landed after its rotation was
// closed (I10, I13): whether it comes to its end, and what is done on the way.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { joinedError } from '../base/joined-error.ts';
import { keyCommand } from '../base/key-command.ts';
import {
  type Observed,
  planLateKey,
  planRecovery,
  type RecoveryPlan,
  type RecoveryStep,
  standstillEnds,
  standstillError,
  standstillHint,
} from './decide-recovery.ts';
import { UserHistory } from './history.ts';
import { whyUntold } from './hook-refusals.ts';
import type { KnownHooks } from './hooks.ts';
import type { AccessKey } from './keys.ts';
import type { LateKey } from './late-key.ts';
import {
  type Asking,
  askHeld,
  askLastUse,
  askReach,
  askTakes,
  type PlaceRefusal,
} from './questions.ts';
import { isGraced, type Rotation } from './rotation.ts';
import { ownKeyError, type Signer } from './signer.ts';

export interface OpenFacts extends Observed {
  /** The keys of the user that the calls of the run depend on (I7). */
  readonly signer: Signer;
  /** What the configuration of the run wants done, asked and watched; left out where there is none. */
  readonly hooks?: KnownHooks;
}

export type Recovery = {
  readonly rotation: Rotation;
  /** Whether it was closed, and the verdict about a key that landed late opens it again. */
  readonly reopens: boolean;
  /** The key in question, when there is one. */
  readonly keyId: AccessKeyId | undefined;
  /** What is carried out, in this order. */
  readonly steps: readonly RecoveryStep[];
} & (
  | { readonly leadsTo: 'way-back' }
  | {
      readonly leadsTo: 'closed';
      /** The key in question, where it is deleted on the way, and why. */
      readonly deletes: { readonly keyId: AccessKeyId; readonly why: string } | undefined;
    }
  | {
      readonly leadsTo: 'new-key';
      /** I7: it comes to the old key and no further, because that one signs the calls of this run. */
      readonly stopsAtOwnKey: boolean;
    }
  /** It stays open, and nothing else is done for the user. */
  | {
      readonly leadsTo: 'nothing';
      readonly error: KeyturnError;
      /** Where this is about some of its places: the others are given the new key all the same. */
      readonly refused?: readonly PlaceRefusal[] | undefined;
    }
);

/** A key that may come from a request of ours whose answer was lost. */
export interface UnexplainedKey {
  readonly keyId: AccessKeyId;
  readonly reason: string;
  /** What is done with it later, and how a person can cut it short; undefined where time changes nothing. */
  readonly hint: Hint | undefined;
}

/** What becomes of what earlier runs left. */
export interface Found {
  /** The user's keys that it is based on. */
  readonly keys: readonly AccessKey[];
  readonly recover: Recovery | undefined;
  /** A key that may come from a request of ours, and must not be deleted (yet). */
  readonly unexplained: UnexplainedKey | undefined;
  /** When to look again; undefined when time alone changes nothing. */
  readonly notBefore: Date | undefined;
}

export function* recoveryOf(rotation: Rotation, facts: OpenFacts): Asking<Found> {
  const about = { rotation, reopens: false };
  const unreachable = yield* askReach(rotation);
  if (unreachable !== undefined) {
    const recover = { ...about, keyId: undefined, steps: [], ...stops(unreachable) };
    return { keys: facts.keys, recover, unexplained: undefined, notBefore: undefined };
  }
  const plan = yield* planRecovery(rotation, facts);
  const { keys, steps, candidate } = plan;
  const refusal =
    plan.standstill === undefined
      ? yield* refusedBy(rotation, steps)
      : { error: standstillError(rotation, plan, facts) };
  const keyId = candidate?.id;
  const untold = refusal === undefined && whyUntold(rotation, facts.hooks, facts.reach);
  if (untold) {
    const recover = { ...about, keyId, steps: [], ...stops(untold) };
    return { keys, recover, unexplained: undefined, notBefore: undefined };
  }
  // I7: a session is open that this very key may have opened.
  const isOwn = keyId !== undefined && facts.signer.dependsOn(keyId);
  if (refusal === undefined && isOwn && deletionIn(rotation, steps) !== undefined) {
    const recover = { ...about, keyId, steps: [], ...stops(ownKeyError(rotation.user, keyId)) };
    return { keys, recover, unexplained: undefined, notBefore: undefined };
  }
  const end =
    refusal === undefined
      ? whereTo(rotation, steps, { ...facts, keys, keyId })
      : { ...stops(refusal.error), refused: refusal.refused };
  const recover = { ...about, keyId, steps, ...end };
  return { keys, recover, unexplained: undefined, notBefore: standstillEnds(plan) };
}

/** The last steps of a recovery after which a rotation goes on. */
const GOING_ON: readonly (RecoveryStep['kind'] | undefined)[] = ['resume', 'adopt', 'refill'];

/** I13: what was delivered must still be there when the rotation goes on; I14: else its places take it. */
function* refusedBy(
  rotation: Rotation,
  steps: readonly RecoveryStep[],
): Asking<Refusal | undefined> {
  const goesOn = GOING_ON.includes(steps.at(-1)?.kind) && rotation.phase !== 'undoing';
  if (!goesOn || deletionIn(rotation, steps) !== undefined) return undefined;
  if ('receipts' in rotation) {
    const error = yield* askHeld(rotation);
    return error && { error };
  }
  const refused = yield* askTakes(rotation);
  const error = joinedError(refused.map((each) => each.error));
  if (error === undefined) return undefined;
  return refused.length < rotation.targets.length ? { error, refused } : { error };
}

type Refusal = Pick<Extract<Recovery, { readonly leadsTo: 'nothing' }>, 'error' | 'refused'>;

/** Whether the places are given the new key first where the rotation is closed at its end: the old key is gone. */
export function closesAtItsEnd({ leadsTo, steps, ...rest }: Recovery): boolean {
  const isDeleted = 'deletes' in rest && rest.deletes !== undefined;
  return leadsTo === 'closed' && !isDeleted && GOING_ON.includes(steps.at(-1)?.kind);
}

/**
 * Whether its places have the new key when it is closed, because somebody has deleted the old one: then it has done
 * what it began for, and is told so. One in grace was told when its grace began.
 */
export function endsWithNewKey(recover: Recovery): boolean {
  const { rotation, steps } = recover;
  if (isGraced(rotation)) return false;
  const last = steps.at(-1);
  if (last?.kind !== 'close') return closesAtItsEnd(recover);
  return last.reason === 'old-key-gone' && 'receipts' in rotation;
}

function stops(error: KeyturnError) {
  return { leadsTo: 'nothing', error } as const;
}

function whereTo(
  rotation: Rotation,
  steps: readonly RecoveryStep[],
  { keys, signer, keyId }: Pick<OpenFacts, 'keys' | 'signer'> & Pick<Recovery, 'keyId'>,
) {
  const last = steps.at(-1)?.kind;
  const why = deletionIn(rotation, steps);
  const deletes = why === undefined || keyId === undefined ? undefined : { keyId, why };
  if (last === 'close' || why !== undefined) return { leadsTo: 'closed', deletes } as const;
  if (rotation.phase === 'undoing') return { leadsTo: 'way-back' } as const;
  const touchesOldKey = last !== 'finish' && rotation.oldKeyFate !== 'keep';
  // It is closed when it comes to its last step.
  const isOldKeyGone = !keys.some(({ id }) => id === rotation.oldKeyId);
  if (touchesOldKey && isOldKeyGone) return { leadsTo: 'closed', deletes } as const;
  const isOwn = signer.dependsOn(rotation.oldKeyId) && !signer.isReplaceable;
  return { leadsTo: 'new-key', stopsAtOwnKey: touchesOldKey && isOwn } as const;
}

/** Why the key in question is deleted by these steps; undefined when it is not. */
function deletionIn({ phase }: Rotation, steps: readonly RecoveryStep[]): string | undefined {
  const last = steps.at(-1)?.kind;
  const isDeleted = last === 'discard' || (last === 'resume' && phase === 'discarding');
  return isDeleted ? WHY_DISCARDED : undefined;
}

/** How the deletion of a new key is told, before it and after; the journal has the particular reason. */
export const WHY_DISCARDED = 'nobody holds its secret';

const USE_NOT_SHOWN = 'whether anybody uses it is not known yet';
const MAY_SIGN = 'the calls of this run may depend on it';
const ONLY_WORKING_KEY = 'it may be the only key that the user can work with';

/**
 * I10, I13: a key whose CreateAccessKey landed after its rotation was closed. When nobody can be using
 * it, the verdict opens that rotation again; else it is told of, and left as it is. A key in use is somebody's own:
 * of that nothing is left to explain, and another one may be the late one.
 */
export function* lateKeyOf(facts: OpenFacts): Asking<Found> {
  const { keys, history, orphans } = facts;
  const late = history.lateKeys(keys);
  const named = late.filter(({ keyId }) => orphans.has(keyId));
  const judged: JudgedLateKey[] = [];
  for (const each of named.length > 0 ? named : late) {
    const plan = yield* planLateKey(each.rotation, each.keyId, facts);
    const isOurs = plan.standstill === undefined && plan.steps.at(-1)?.kind !== 'close';
    if (isOurs || plan.facts.use !== 'used') judged.push({ ...each, plan, isOurs });
  }
  const first = judged.find(({ plan }) => plan.facts.secret !== 'missing') ?? judged[0];
  if (first === undefined) {
    return { keys, recover: undefined, unexplained: undefined, notBefore: undefined };
  }
  const rivals = judged.filter(({ rotation }) => rotation.id === first.rotation.id);
  const isOpen = named.length === 0 && first.plan.facts.secret === 'missing';
  return isOpen && rivals.length > 1
    ? unexplainedOf(first, rivals, facts)
    : yield* foundOf(first, facts);
}

interface JudgedLateKey extends LateKey {
  readonly plan: RecoveryPlan;
  /** Whether the table knows what becomes of it. */
  readonly isOurs: boolean;
}

function* foundOf(
  { rotation, keyId, plan, isOurs }: JudgedLateKey,
  facts: OpenFacts,
): Asking<Found> {
  const { keys } = facts;
  const { steps, facts: about } = plan;
  const isOwn = facts.signer.dependsOn(keyId);
  if (isOurs && !isOwn) {
    const unreachable = yield* askReach(rotation);
    const about = { rotation, reopens: true, keyId };
    const recover: Recovery =
      unreachable === undefined
        ? { ...about, steps, ...whereTo(rotation, steps, { ...facts, keyId }) }
        : { ...about, steps: [], ...stops(unreachable) };
    return { keys, recover, unexplained: undefined, notBefore: undefined };
  }
  const whyNotYet = about.old === 'active' ? USE_NOT_SHOWN : ONLY_WORKING_KEY;
  const reason = isOwn ? MAY_SIGN : (plan.candidate?.unread?.where ?? whyNotYet);
  const hint = standstillHint(plan, facts.wordCommand);
  const unexplained = { keyId, reason, hint };
  return { keys, recover: undefined, unexplained, notBefore: standstillEnds(plan) };
}

/** I7: all but one of them are somebody else's, and only that person knows which. */
function unexplainedOf(
  { keyId }: LateKey,
  rivals: readonly LateKey[],
  { keys, reach }: OpenFacts,
): Found {
  const ids = rivals.map((each) => each.keyId);
  const reason = `${ids.join(' and ')} fit one request whose answer was lost, and at most one of them is from it`;
  const hint = [
    'find out which of them a person made, and make the other one Inactive:',
    ...ids.map((id) => keyCommand('deactivate', id, reach)),
  ];
  const unexplained = { keyId, reason, hint };
  return { keys, recover: undefined, unexplained, notBefore: undefined };
}

/**
 * A key of a request that was given up, unless AWS shows that somebody uses it: until it is explained it is none
 * that its user could work with (I5).
 */
export function* lostKeyOf({
  history,
  keys,
}: Pick<OpenFacts, 'history' | 'keys'>): Asking<AccessKeyId | undefined> {
  for (const { keyId } of history.lateKeys(keys)) {
    const lastUse = yield* askLastUse(keyId);
    if (lastUse === 'unreadable' || lastUse.used !== 'at') return keyId;
  }
  return undefined;
}

/** What there is once the open rotation has come to its end without a new key. */
export interface Left {
  readonly keys: readonly AccessKey[];
  /** A key of that rotation which landed late: the run decides again then, and finds it (I12). */
  readonly late: Recovery | undefined;
}

export function* whatIsLeft(recover: Recovery | undefined, facts: OpenFacts): Asking<Left> {
  const left = keysAfter(recover, facts.keys);
  const last = recover?.steps.at(-1);
  const record = facts.history.records.at(-1);
  if (recover === undefined || last?.kind !== 'close' || record === undefined) {
    return { keys: left, late: undefined };
  }
  const step = { type: 'closed', reason: last.reason } as const;
  const closed = { ...record, at: facts.now, rotation: recover.rotation.id, step };
  const history = new UserHistory([...facts.history.records, closed]);
  const { recover: late } = yield* lateKeyOf({ ...facts, keys: left, history });
  return { keys: keysAfter(late, left), late };
}

function keysAfter(
  recover: Recovery | undefined,
  keys: readonly AccessKey[],
): readonly AccessKey[] {
  if (recover?.leadsTo !== 'closed') return keys;
  return keys.filter(({ id }) => id !== recover.deletes?.keyId);
}
