// What becomes of a rotation that an earlier run left open (I10): gathers what the table in recover.ts
// is about, asks the table, and says where that leads. The dry run tells it, the run carries it out.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { UserHistory } from './history.ts';
import { type AccessKey, LAST_USE_LAG_MS } from './keys.ts';
import { fitsRequest } from './late-key.ts';
import { type Asking, askCustody, askKeys, askLastUse } from './questions.ts';
import {
  decideRecovery,
  dependsOnUse,
  type OpenPhase,
  type RecoveryDecision,
  type RecoveryFacts,
} from './recover.ts';
import { hasNewKey, type Rotation } from './rotation.ts';

/** Decisions with which the rotation stays as it is. */
export type Standstill = Extract<RecoveryDecision, { kind: 'wait' | 'ask-operator' }>;

/** What is carried out, one step after the other. */
export type RecoveryStep = Exclude<RecoveryDecision, Standstill>;

export interface Candidate {
  readonly id: AccessKeyId;
  /** Undefined when the key is not listed. */
  readonly createdAt: Date | undefined;
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
}

/** For how long AWS's lists may be older than its last answer. */
const LIST_LAG_MS = 10_000;

export function* planRecovery(rotation: Rotation, observed: Observed): Asking<RecoveryPlan> {
  const keys = yield* settledKeys(rotation, observed);
  const { facts, candidate } = yield* gather(rotation, { ...observed, keys });
  const first = decideRecovery(facts);
  if (first.kind !== 'declare-orphan') return { keys, facts, candidate, ...end([], first) };
  const second = decideRecovery({ ...facts, phase: 'orphan-found' });
  return { keys, facts, candidate, ...end([first], second) };
}

/** I10, I13: what the table says of a key that came from a request of ours which was given up. */
export function* planLateKey(
  rotation: Rotation,
  keyId: AccessKeyId,
  observed: Observed,
): Asking<RecoveryPlan> {
  const orphan = { ...rotation, phase: 'orphan-found', orphanKeyId: keyId } as const;
  const { facts, candidate } = yield* gather(orphan, observed);
  return { keys: observed.keys, facts, candidate, ...end([], decideRecovery(facts)) };
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
 * once the lag is over, and what it says then counts.
 */
function* settledKeys(
  rotation: Rotation,
  { keys, history, now }: Observed,
): Asking<readonly AccessKey[]> {
  const candidateId = candidateOf(rotation, newcomersOf(rotation, keys, history));
  if (candidateId === undefined || keys.some(({ id }) => id === candidateId)) return keys;
  const settledMs = history.lastRecordAt(rotation.id).getTime() + LIST_LAG_MS;
  const waitMs = settledMs - now.getTime();
  const isSettled = waitMs <= 0 || waitMs > LIST_LAG_MS;
  return isSettled ? keys : yield* askKeys(new Date(settledMs));
}

function* gather(
  rotation: Rotation,
  { keys, history, now }: Observed,
): Asking<Pick<RecoveryPlan, 'facts' | 'candidate'>> {
  const newcomers = newcomersOf(rotation, keys, history);
  const candidateId = candidateOf(rotation, newcomers);
  const candidate = keys.find(({ id }) => id === candidateId);
  const isHeld = candidateId !== undefined && (yield* askCustody(candidateId));
  const known = {
    phase: rotation.phase as OpenPhase,
    old: statusOf(keys.find(({ id }) => id === wayBackOf(rotation))),
    newcomers: countWord(newcomers.length),
    candidate: statusOf(candidate),
    timing: candidate !== undefined && !fitsRequest(candidate, rotation) ? 'differs' : 'fits',
    secret: isHeld ? 'held' : 'missing',
  } as const;
  let use: RecoveryFacts['use'] = 'unknown';
  if (candidate !== undefined && dependsOnUse(known)) use = yield* useOf(candidate, now);
  const listed = candidateId && { id: candidateId, createdAt: candidate?.createdAt };
  return { facts: { ...known, use }, candidate: listed };
}

function* useOf(key: AccessKey, now: Date): Asking<RecoveryFacts['use']> {
  const lastUse = yield* askLastUse(key.id);
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
  if (standstill?.kind !== 'wait' || candidate?.createdAt === undefined) return undefined;
  const { createdAt } = candidate;
  // Rounded up to the minute that the message names: a run at that minute must not come too early.
  return new Date(Math.ceil(shownFrom({ createdAt }).getTime() / 60_000) * 60_000);
}

/** Why the rotation stays as it is, for the reader: `use-not-shown-yet` or `needs-operator`. */
export function standstillError(
  { user, oldKeyId }: Pick<Rotation, 'user' | 'oldKeyId'>,
  plan: RecoveryPlan,
): KeyturnError {
  const { standstill, candidate } = plan;
  const about = candidate === undefined ? '' : ` (${candidate.id})`;
  const what = `${user}, key ${oldKeyId}: ${standstill?.question}${about}`;
  const endsAt = standstillEnds(plan);
  if (endsAt !== undefined) {
    return new KeyturnError(
      'use-not-shown-yet',
      `${what}, and AWS would not show yet if somebody used it`,
      {
        hint:
          `run again after ${endsAt.toISOString().slice(0, 16)}Z: it is deleted then if nobody has ` +
          'used it; or delete it in IAM now if you know that nobody made it by hand',
      },
    );
  }
  return new KeyturnError('needs-operator', what, {
    hint:
      `nothing was touched; delete ${candidate?.id ?? 'the key that nobody needs'} in IAM to have ` +
      `${oldKeyId} rotated afresh, or make ${oldKeyId} Inactive if the other ` +
      'key is in use; then run again',
  });
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
