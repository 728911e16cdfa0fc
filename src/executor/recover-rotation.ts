// Takes up a rotation that an earlier run left open (I10): gathers the facts, asks the table in
// lifecycle/recover.ts, and carries the decision out.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, unreachable } from '../base/errors.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { findLateKey, fitsRequest } from '../lifecycle/late-key.ts';
import {
  decideRecovery,
  dependsOnUse,
  type OpenPhase,
  type RecoveryDecision,
  type RecoveryFacts,
} from '../lifecycle/recover.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { destinationsOf, type ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import { advance, currentState } from './perform.ts';
import type { UserSession } from './runtime.ts';
import { settleHandoff } from './spent-handoffs.ts';

/**
 * AWS shows a use minutes to hours late. Until then "never used" says nothing: whoever took the
 * hand-off file, or made a key by hand after the run died, may use it already (I11).
 */
const LAST_USE_LAG_MS = 4 * 60 * 60_000;

interface Gathered {
  readonly facts: RecoveryFacts;
  /** `createdAt` is undefined when the key is not listed. */
  readonly candidate: Candidate | undefined;
}

interface Candidate {
  readonly id: AccessKeyId;
  readonly createdAt: Date | undefined;
}

/** Decisions with which the rotation stays as it is. */
type Standstill = Extract<RecoveryDecision, { kind: 'wait' | 'ask-operator' }>;

/**
 * Brings an open rotation to its end or to the state from which a fresh one may begin. Throws
 * `needs-operator` when the table says so, and whatever its steps throw.
 */
export async function recoverRotation(
  rotation: Rotation,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<Rotation> {
  destinationsOf(rotation, context);
  context.emit({
    code: 'rotation-resumed',
    user: rotation.user,
    oldKeyId: rotation.oldKeyId,
    phase: rotation.phase,
  });
  // A verdict (orphan) leads to a second look; nothing needs a third.
  for (let look = 0; look < 3; look += 1) {
    const state = currentState(session, rotation.id);
    const gathered = await gatherSettled(state, keys, session, context);
    const decision = decideRecovery(gathered.facts);
    if (isStandstill(decision)) throw standsStill(state, decision, gathered.candidate);
    if (decision.kind === 'resume') return await advance(rotation.id, session, context);
    await carryOut(decision, state, gathered.candidate?.id, session);
    if (decision.kind === 'close') return currentState(session, rotation.id);
    if (decision.kind === 'finish') {
      const ended = currentState(session, rotation.id);
      if ('newKeyId' in ended) await settleHandoff(ended, ended.newKeyId, context);
      return ended;
    }
    if (decision.kind !== 'declare-orphan') return await advance(rotation.id, session, context);
  }
  throw new KeyturnError('internal', `rotation ${rotation.id} of ${rotation.user} does not settle`);
}

const USE_NOT_SHOWN = 'whether anybody uses it is not known yet';
const ONLY_WORKING_KEY = 'it may be the only key that the user can work with';

/**
 * I10, I13: a key whose CreateAccessKey landed after its rotation was closed. When nobody can be using
 * it, the verdict is journaled, which opens that rotation again; deleting is recovery's step. What a
 * person must judge is told, and left as it is: undefined.
 */
export async function reopenForLateKey(
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<Rotation | undefined> {
  const late = findLateKey(session.records(), keys);
  if (late === undefined) return undefined;
  const { rotation, keyId } = late;
  const { user } = rotation;
  const orphan = { ...rotation, phase: 'orphan-found', orphanKeyId: keyId } as const;
  const { facts } = await gather(orphan, keys, context);
  const decision = decideRecovery(facts);
  if (decision.kind !== 'discard') {
    // A key in use is somebody's own: nothing is left to explain.
    if (facts.use !== 'used') {
      const reason = facts.old === 'active' ? USE_NOT_SHOWN : ONLY_WORKING_KEY;
      context.emit({ code: 'key-unexplained', user, keyId, reason });
    }
    return undefined;
  }
  await session.record(rotation.id, { type: 'orphan-found', keyId });
  context.emit({ code: 'orphan-found', user, keyId });
  return currentState(session, rotation.id);
}

/** The table's decision without carrying it out: what a dry run shows. Throws as recovery would. */
export async function previewRecovery(
  rotation: Rotation,
  keys: readonly AccessKey[],
  context: ExecutorContext,
): Promise<Exclude<RecoveryDecision, Standstill>> {
  destinationsOf(rotation, context);
  const gathered = await gather(rotation, keys, context);
  const decision = decideRecovery(gathered.facts);
  if (isStandstill(decision)) throw standsStill(rotation, decision, gathered.candidate);
  return decision;
}

async function carryOut(
  decision: Exclude<RecoveryDecision, Standstill | { kind: 'resume' }>,
  rotation: Rotation,
  candidate: AccessKeyId | undefined,
  session: UserSession,
): Promise<void> {
  const keyId = () => {
    if (candidate !== undefined) return candidate;
    throw new KeyturnError('internal', `no key to decide about in rotation ${rotation.id}`);
  };
  switch (decision.kind) {
    case 'adopt':
      return await session.record(rotation.id, { type: 'created', newKeyId: keyId() });
    case 'declare-orphan':
      return await session.record(rotation.id, { type: 'orphan-found', keyId: keyId() });
    case 'discard':
      return await session.record(rotation.id, {
        type: 'discarding',
        keyId: keyId(),
        reason: decision.reason,
      });
    case 'finish':
      return await session.record(rotation.id, {
        type: rotation.oldKeyFate === 'keep' ? 'completed' : 'deactivated',
      });
    case 'close':
      return await session.record(rotation.id, { type: 'closed', reason: decision.reason });
    default:
      return unreachable(decision);
  }
}

function isStandstill(decision: RecoveryDecision): decision is Standstill {
  return decision.kind === 'wait' || decision.kind === 'ask-operator';
}

function standsStill(
  { user, oldKeyId }: Pick<Rotation, 'user' | 'oldKeyId'>,
  { kind, question }: Standstill,
  candidate: Candidate | undefined,
): KeyturnError {
  const about = candidate === undefined ? '' : ` (${candidate.id})`;
  const what = `${user}, key ${oldKeyId}: ${question}${about}`;
  if (kind === 'wait' && candidate?.createdAt !== undefined) {
    const shownMs = candidate.createdAt.getTime() + LAST_USE_LAG_MS;
    // Rounded up: a run at that minute must not come too early.
    const shownAt = new Date(Math.ceil(shownMs / 60_000) * 60_000).toISOString().slice(0, 16);
    return new KeyturnError(
      'use-not-shown-yet',
      `${what}, and AWS would not show yet if somebody used it`,
      {
        hint:
          `run again after ${shownAt}Z: it is deleted then if nobody has used it; or delete it in ` +
          'IAM now if you know that nobody made it by hand',
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

/** For how long AWS's lists may be older than its last answer. */
const LIST_LAG_MS = 10_000;

/**
 * I11: a list that lacks the key moments after it was made or named says little. It is read again
 * once the lag is over, and what it says then counts.
 */
async function gatherSettled(
  rotation: Rotation,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<Gathered> {
  const gathered = await gather(rotation, keys, context);
  const { clock, gateway, signal } = context;
  const last = session.records().findLast((record) => record.rotation === rotation.id);
  const ageMs = clock.now().getTime() - (last?.at.getTime() ?? 0);
  const isSettled = ageMs < 0 || ageMs >= LIST_LAG_MS;
  const isMissed = gathered.candidate !== undefined && gathered.facts.candidate === 'absent';
  if (isSettled || !isMissed) return gathered;
  await clock.sleep(LIST_LAG_MS - ageMs, signal);
  return await gather(rotation, await gateway.reader.listAccessKeys(rotation.user), context);
}

async function gather(
  rotation: Rotation,
  keys: readonly AccessKey[],
  context: ExecutorContext,
): Promise<Gathered> {
  const newcomers = keys.filter(({ id }) => !rotation.knownKeyIds.includes(id));
  const candidateId = candidateOf(rotation, newcomers);
  const candidate = keys.find(({ id }) => id === candidateId);
  const held = candidateId !== undefined && (await context.handoff.get(candidateId)) !== undefined;
  const known = {
    phase: rotation.phase as OpenPhase,
    old: statusOf(keys.find(({ id }) => id === wayBackOf(rotation))),
    newcomers: countWord(newcomers.length),
    candidate: statusOf(candidate),
    timing: candidate !== undefined && !fitsRequest(candidate, rotation) ? 'differs' : 'fits',
    secret: held ? 'held' : 'missing',
  } as const;
  let use: RecoveryFacts['use'] = 'unknown';
  if (candidate !== undefined && dependsOnUse(known)) {
    const lastUse = await readLastUse(context.gateway.reader, candidate);
    if (lastUse !== 'unreadable') use = lastUse.used === 'never' ? 'never' : 'used';
    const ageMs = context.clock.now().getTime() - candidate.createdAt.getTime();
    if (use === 'never' && ageMs < LAST_USE_LAG_MS) use = 'unseen';
  }
  const listed = candidateId && { id: candidateId, createdAt: candidate?.createdAt };
  return { facts: { ...known, use }, candidate: listed };
}

function candidateOf(rotation: Rotation, newcomers: readonly AccessKey[]): AccessKeyId | undefined {
  if (rotation.phase === 'undoing') return rotation.undo.fromKeyId;
  if ('newKeyId' in rotation) return rotation.newKeyId;
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
