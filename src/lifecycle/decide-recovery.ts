// What becomes of a rotation that an earlier run left open (I10): gathers what the table in recover.ts
// is about, asks the table, and says where that leads. The dry run tells it, the run carries it out.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { minuteOf, upToMinute } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Command, Hint, HintPart } from '../base/hint.ts';
import type { SameReach } from '../base/key-command.ts';
import type { UserHistory } from './history.ts';
import { type AccessKey, KEY_LAG_MS, LAST_USE_LAG_MS } from './keys.ts';
import { CLOCKS_DIFFER_MS, fitsRequest } from './late-key.ts';
import { LIST_LAG_MS } from './list-lag.ts';
import { answerHint } from './operator-answer.ts';
import {
  type Asking,
  askCustody,
  askKeys,
  askLastUse,
  askPlaces,
  type PlacesAnswer,
  type UnreadPlace,
} from './questions.ts';
import { decideRecovery, dependsOnPlaces, dependsOnUse, type RecoveryDecision } from './recover.ts';
import type { OpenPhase, RecoveryFacts } from './recovery-facts.ts';
import { hasNewKey, type Rotation } from './rotation.ts';
import { lastSeenUse, type UseHistory } from './use-history.ts';

/** Decisions with which the rotation stays as it is. */
export type Standstill = Extract<RecoveryDecision, { kind: 'wait' | 'ask-operator' }>;

/** What is carried out, one step after the other. */
export type RecoveryStep = Exclude<RecoveryDecision, Standstill>;

export interface Candidate {
  readonly id: AccessKeyId;
  /** Undefined when the key is not listed. */
  readonly createdAt: Date | undefined;
  /** A place that may hold its secret, and of which nobody can tell. */
  readonly unread: UnreadPlace | undefined;
  /** When that place shows by itself whether it has the secret; undefined where time changes nothing. */
  readonly placeShowsFrom: Date | undefined;
}

export interface RecoveryPlan {
  /** The user's keys that it is based on. */
  readonly keys: readonly AccessKey[];
  readonly facts: RecoveryFacts;
  readonly candidate: Candidate | undefined;
  /** A verdict (orphan) leads to a second look; nothing needs a third. */
  readonly steps: readonly RecoveryStep[];
  /** Why it stays as it is, after those steps; undefined when it does not. */
  readonly standstill: Standstill | undefined;
}

/** What a user's keys and the journal say, at a time. */
export interface Observed {
  readonly keys: readonly AccessKey[];
  readonly history: UserHistory;
  readonly now: Date;
  /** On which days a key was used, as far as runs have looked. */
  readonly usesOf: (key: AccessKey) => UseHistory;
  /** Keys of which the operator has said that nobody made them by hand. */
  readonly orphans: ReadonlySet<AccessKeyId>;
  /** The command line to which `--orphan KEY` is added to say so. */
  readonly wordCommand?: string | undefined;
  /** How other commands reach this account and this state, for hints. */
  readonly reach?: SameReach | undefined;
}

export function* planRecovery(rotation: Rotation, observed: Observed): Asking<RecoveryPlan> {
  const keys = yield* settledKeys(rotation, observed);
  const { facts, candidate } = yield* gather(rotation, { ...observed, keys });
  return { keys, facts, candidate, ...stepsFrom(facts) };
}

/** I10, I13: what the table says of a key that came from a request of ours which was given up. */
export function* planLateKey(
  rotation: Rotation,
  keyId: AccessKeyId,
  observed: Observed,
): Asking<RecoveryPlan> {
  const orphan = { ...rotation, phase: 'orphan-found', orphanKeyId: keyId } as const;
  const { facts, candidate } = yield* gather(orphan, observed);
  return { keys: observed.keys, facts, candidate, ...stepsFrom(facts) };
}

/** A key that was given a name, as ours or as an orphan, is looked at once more as what it is now. */
function stepsFrom(facts: RecoveryFacts): Pick<RecoveryPlan, 'steps' | 'standstill'> {
  const first = decideRecovery(facts);
  if (first.kind === 'declare-orphan') {
    return end([first], decideRecovery({ ...facts, phase: 'orphan-found' }));
  }
  if (first.kind === 'adopt' || first.kind === 'refill') {
    return end([first], decideRecovery({ ...facts, phase: 'created', secret: 'held' }));
  }
  return end([], first);
}

function end(
  steps: readonly RecoveryStep[],
  last: RecoveryDecision,
): Pick<RecoveryPlan, 'steps' | 'standstill'> {
  return last.kind === 'wait' || last.kind === 'ask-operator'
    ? { steps, standstill: last }
    : { steps: [...steps, last], standstill: undefined };
}

/**
 * I11: a list that lacks the key moments after it was made or named says little. It is read again
 * once the lag is over, and what it says then counts. Another machine may have recorded it, whose clock differs from
 * this one's: then the lag counts from now.
 */
function* settledKeys(
  rotation: Rotation,
  { keys, history, now }: Observed,
): Asking<readonly AccessKey[]> {
  const candidateId = candidateOf(rotation, newcomersOf(rotation, keys, history));
  if (candidateId === undefined || keys.some(({ id }) => id === candidateId)) return keys;
  const recordedMs = history.lastRecordAt(rotation.id).getTime();
  const isSettled = now.getTime() - recordedMs > LIST_LAG_MS + CLOCKS_DIFFER_MS;
  return isSettled ? keys : yield* askKeys(new Date(now.getTime() + LIST_LAG_MS));
}

function* gather(
  rotation: Rotation,
  { keys, history, now, orphans, usesOf }: Observed,
): Asking<Pick<RecoveryPlan, 'facts' | 'candidate'>> {
  const newcomers = newcomersOf(rotation, keys, history);
  const named = newcomers.find(({ id }) => orphans.has(id));
  const candidateId = candidateOf(rotation, named === undefined ? newcomers : [named]);
  const candidate = keys.find(({ id }) => id === candidateId);
  const isNamed = candidateId !== undefined && orphans.has(candidateId);
  const isInTime = candidate === undefined || isNamed || fitsRequest(candidate, rotation);
  const place = {
    phase: rotation.phase as OpenPhase,
    old: statusOf(keys.find(({ id }) => id === wayBackOf(rotation))),
    newcomers: named === undefined ? countWord(newcomers.length) : 'one',
    candidate: statusOf(candidate),
    timing: isInTime ? 'fits' : 'differs',
  } as const;
  const found = yield* secretOf(rotation, candidateId, place);
  const placeShowsFrom = showsFrom(found, candidate, now);
  // Nor to one that shows in a moment whether it has the secret (I11).
  const isOpen = found.kind === 'unreadable' && found.isNamed !== true;
  const isAnswered = isNamed && isOpen && placeShowsFrom === undefined;
  const held = isAnswered ? ({ kind: 'missing' } as const) : found;
  const known = { ...place, secret: secretAt(rotation, held) };
  let use: RecoveryFacts['use'] = 'unknown';
  if (candidate !== undefined && dependsOnUse(known)) {
    // The operator's word stands in for the hours in which AWS would not show a use.
    use = yield* useOf(candidate, { usesOf, now: isNamed ? shownFrom(candidate) : now });
  }
  const unread = held.kind === 'unreadable' ? held : undefined;
  const { createdAt } = candidate ?? {};
  const listed = candidateId && { id: candidateId, createdAt, unread, placeShowsFrom };
  return { facts: { ...known, use }, candidate: listed };
}

/**
 * Once every place had the secret, one that has it still is all that is needed, also where it gives none back: a
 * place that never shows its secrets.
 */
function secretAt(
  { phase }: Rotation,
  found: PlacesAnswer | { readonly kind: 'held' },
): RecoveryFacts['secret'] {
  const isLeft = phase === 'delivered' || phase === 'in-grace' || phase === 'deactivating';
  return found.kind === 'unreadable' && found.isKept === true && isLeft ? 'placed' : found.kind;
}

/** A place that AWS tells nothing about because the key is so young: it is asked again, and nobody answers. */
function showsFrom(
  place: PlacesAnswer | { readonly kind: 'held' },
  key: AccessKey | undefined,
  now: Date,
): Date | undefined {
  if (key === undefined || place.kind !== 'unreadable' || !place.isKeyRefused) return undefined;
  const accepted = new Date(key.createdAt.getTime() + KEY_LAG_MS);
  return now < accepted ? upToMinute(accepted) : undefined;
}

/** I10: custody is asked first, and then every place, where the answer matters. */
function* secretOf(
  rotation: Rotation,
  keyId: AccessKeyId | undefined,
  known: Omit<RecoveryFacts, 'use' | 'secret'>,
): Asking<PlacesAnswer | { readonly kind: 'held' }> {
  if (keyId === undefined) return { kind: 'missing' };
  if (yield* askCustody(keyId)) return { kind: 'held' };
  return dependsOnPlaces(known) ? yield* askPlaces(rotation, keyId) : { kind: 'missing' };
}

function* useOf(
  key: AccessKey,
  { now, usesOf }: Pick<Observed, 'now' | 'usesOf'>,
): Asking<RecoveryFacts['use']> {
  const lastUse = yield* askLastUse(key.id);
  // AWS may forget what a run has seen.
  if (lastSeenUse(usesOf(key)) !== undefined) return 'used';
  if (lastUse === 'unreadable') return 'unknown';
  if (lastUse.used === 'at') return 'used';
  // Whoever took the secret, or made a key by hand after the run died, may use it already (I11).
  return now < shownFrom(key) ? 'unseen' : 'never';
}

/** From when on AWS would show a use of a key that was made just now. */
function shownFrom({ createdAt }: Pick<AccessKey, 'createdAt'>): Date {
  return new Date(createdAt.getTime() + LAST_USE_LAG_MS);
}

/** When to look again at a rotation that waits; undefined when time alone changes nothing. */
export function standstillEnds({ standstill, candidate }: RecoveryPlan): Date | undefined {
  if (standstill !== undefined && candidate?.placeShowsFrom) return candidate.placeShowsFrom;
  if (standstill?.kind !== 'wait' || candidate?.createdAt === undefined) return undefined;
  return looksAgainAt({ createdAt: candidate.createdAt });
}

/** When to look again at a key whose use AWS would not show yet, to the minute that messages name. */
export function looksAgainAt(key: Pick<AccessKey, 'createdAt'>): Date {
  return upToMinute(shownFrom(key));
}

/** What the next runs do with a key whose secret was lost, and how a person can cut it short. */
export function waitHint(
  keyId: AccessKeyId,
  endsAt: Date,
  wordCommand: string | undefined,
): readonly HintPart[] {
  return [
    `run again after ${minuteOf(endsAt)}: it is deleted then if nobody has used it; or at once, if ` +
      'you are sure that no person made it by hand:',
    orphanCommand(keyId, wordCommand),
  ];
}

/** How the operator says that nobody made the key by hand. */
export function orphanCommand(keyId: AccessKeyId, wordCommand = 'keyturn recover'): Command {
  return { command: `${wordCommand} --orphan ${keyId}` };
}

/** Why the rotation stays as it is, for the reader. */
export function standstillError(
  rotation: Rotation,
  plan: RecoveryPlan,
  { wordCommand, reach }: Pick<Observed, 'wordCommand' | 'reach'>,
): KeyturnError {
  const { user, oldKeyId } = rotation;
  const { standstill, candidate } = plan;
  const about = candidate === undefined ? '' : ` (${candidate.id})`;
  const what = `${user}, key ${oldKeyId}: ${standstill?.question}${about}`;
  const notBefore = standstillEnds(plan);
  const ending = { hint: standstillHint(plan, wordCommand), notBefore };
  const { unread, placeShowsFrom } = candidate ?? {};
  if (unread !== undefined && placeShowsFrom !== undefined) {
    return new KeyturnError('not-accepted-yet', `${user}: ${unread.where} yet`, ending);
  }
  if (notBefore !== undefined) {
    const lag = 'and AWS would not show yet if somebody used it';
    return new KeyturnError('use-not-shown-yet', `${what}, ${lag}`, ending);
  }
  if (unread !== undefined) {
    return new KeyturnError('needs-operator', `${what}: ${unread.where}`, ending);
  }
  return new KeyturnError('needs-operator', what, { hint: answerHint(rotation, plan, reach) });
}

/** How it goes on, where time or one answer will do. */
export function standstillHint(
  plan: RecoveryPlan,
  wordCommand: string | undefined,
): Hint | undefined {
  const { candidate } = plan;
  if (candidate === undefined) return undefined;
  const { id, unread, placeShowsFrom } = candidate;
  if (placeShowsFrom !== undefined) {
    return `nothing was touched; run again after ${minuteOf(placeShowsFrom)}: AWS accepts the key then`;
  }
  const endsAt = standstillEnds(plan);
  if (endsAt !== undefined) return waitHint(id, endsAt, wordCommand);
  if (unread === undefined) return undefined;
  return unread.isNamed
    ? `nothing was touched; find out who uses ${id} there, put its pair into that place as keyturn ` +
        'delivers it, or take its ID out of there if nobody does; then run again'
    : [
        'nothing was touched; make it readable again and run again, or, if it does not hold that key:',
        orphanCommand(id, wordCommand),
      ];
}

function newcomersOf(
  rotation: Rotation,
  keys: readonly AccessKey[],
  history: UserHistory,
): readonly AccessKey[] {
  return keys.filter(({ id }) => history.isNewcomer(rotation, id));
}

function candidateOf(rotation: Rotation, newcomers: readonly AccessKey[]): AccessKeyId | undefined {
  if (rotation.phase === 'undoing') return rotation.undo.fromKeyId;
  if (hasNewKey(rotation)) return rotation.newKeyId;
  if (rotation.phase === 'orphan-found') return rotation.orphanKeyId;
  if (rotation.phase === 'discarding') return rotation.unwantedKeyId;
  return newcomers.length === 1 ? newcomers[0]?.id : undefined;
}

/** The key that the user can do without the candidate with. */
function wayBackOf(rotation: Rotation): AccessKeyId {
  return rotation.phase === 'undoing' ? rotation.undo.toKeyId : rotation.oldKeyId;
}

function statusOf(key: AccessKey | undefined): 'active' | 'inactive' | 'absent' {
  if (key === undefined) return 'absent';
  return key.status === 'Active' ? 'active' : 'inactive';
}

function countWord(count: number): 'none' | 'one' | 'several' {
  if (count === 0) return 'none';
  return count === 1 ? 'one' : 'several';
}
