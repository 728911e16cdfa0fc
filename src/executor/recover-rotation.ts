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
import { destinationOf, type ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import { advance, currentState } from './perform.ts';
import type { UserSession } from './runtime.ts';

/** As far as the clocks may differ, and the time limit of a call. */
const PROMPT_MS = 6 * 60_000;

/**
 * AWS shows a use minutes to hours late. Until then "never used" says nothing about a key whose
 * secret was once on disk: whoever took the file may use it already (I11).
 */
const LAST_USE_LAG_MS = 4 * 60 * 60_000;

interface Gathered {
  readonly facts: RecoveryFacts;
  readonly candidate: AccessKeyId | undefined;
}

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
  destinationOf(rotation, context);
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
    if (decision.kind === 'resume') return await advance(rotation.id, session, context);
    await carryOut(decision, state, gathered.candidate, session);
    if (decision.kind === 'close' || decision.kind === 'finish') {
      return currentState(session, rotation.id);
    }
    if (decision.kind !== 'declare-orphan') return await advance(rotation.id, session, context);
  }
  throw new KeyturnError('internal', `rotation ${rotation.id} of ${rotation.user} does not settle`);
}

/**
 * I10, I13: a key whose CreateAccessKey landed after its rotation was closed. When nobody can be using
 * it, the verdict is journaled, which opens that rotation again; deleting is recovery's step. What a
 * person must judge is left as it is: undefined.
 */
export async function reopenForLateKey(
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<Rotation | undefined> {
  const late = findLateKey(session.records(), keys);
  if (late === undefined) return undefined;
  const { rotation, keyId } = late;
  const orphan = { ...rotation, phase: 'orphan-found', orphanKeyId: keyId } as const;
  if (decideRecovery((await gather(orphan, keys, context)).facts).kind !== 'discard') {
    return undefined;
  }
  await session.record(rotation.id, { type: 'orphan-found', keyId });
  context.emit({ code: 'orphan-found', user: rotation.user, keyId });
  return currentState(session, rotation.id);
}

/** The table's decision without carrying it out: what a dry run shows. */
export async function previewRecovery(
  rotation: Rotation,
  keys: readonly AccessKey[],
  context: ExecutorContext,
): Promise<RecoveryDecision> {
  destinationOf(rotation, context);
  return decideRecovery((await gather(rotation, keys, context)).facts);
}

async function carryOut(
  decision: Exclude<RecoveryDecision, { kind: 'resume' }>,
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
    case 'ask-operator':
      throw needsOperator(rotation, decision.question, candidate);
    default:
      return unreachable(decision);
  }
}

export function needsOperator(
  rotation: Pick<Rotation, 'user' | 'oldKeyId'>,
  question: string,
  candidate: AccessKeyId | undefined,
): KeyturnError {
  const about = candidate === undefined ? '' : ` (${candidate})`;
  return new KeyturnError(
    'needs-operator',
    `${rotation.user}, key ${rotation.oldKeyId}: ${question}${about}`,
    {
      hint:
        `nothing was touched; delete ${candidate ?? 'the key that nobody needs'} in IAM to have ` +
        `${rotation.oldKeyId} rotated afresh, or make ${rotation.oldKeyId} Inactive if the other ` +
        'key is in use; then run again',
    },
  );
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
    old: statusOf(keys.find(({ id }) => id === rotation.oldKeyId)),
    newcomers: countWord(newcomers.length),
    candidate: statusOf(candidate),
    timing: candidate !== undefined && !fitsRequest(candidate, rotation) ? 'differs' : 'fits',
    secret: held ? 'held' : 'missing',
  } as const;
  let use: RecoveryFacts['use'] = 'unknown';
  if (candidate !== undefined && dependsOnUse(known)) {
    const lastUse = await readLastUse(context.gateway.reader, candidate);
    if (lastUse !== 'unreadable') use = lastUse.used === 'never' ? 'never' : 'used';
    if (use === 'never' && mayBeUsedUnseen(rotation, candidate, context.clock.now())) {
      use = 'unknown';
    }
  }
  return { facts: { ...known, use }, candidate: candidateId };
}

function candidateOf(rotation: Rotation, newcomers: readonly AccessKey[]): AccessKeyId | undefined {
  if ('newKeyId' in rotation) return rotation.newKeyId;
  if (rotation.phase === 'orphan-found') return rotation.orphanKeyId;
  if (rotation.phase === 'discarding') return rotation.unwantedKeyId;
  return newcomers.length === 1 ? newcomers[0]?.id : undefined;
}

function statusOf(key: AccessKey | undefined): 'active' | 'inactive' | 'absent' {
  if (key === undefined) return 'absent';
  return key.status === 'Active' ? 'active' : 'inactive';
}

function countWord(count: number): 'none' | 'one' | 'several' {
  if (count === 0) return 'none';
  return count === 1 ? 'one' : 'several';
}

function mayBeUsedUnseen(rotation: Rotation, key: AccessKey, now: Date): boolean {
  const wasOnDisk = 'newKeyId' in rotation;
  // A request seldom lands so late; a person who saw the run die may well have made this key.
  const isLate = key.createdAt.getTime() - rotation.intendedAt.getTime() > PROMPT_MS;
  return (wasOnDisk || isLate) && now.getTime() - key.createdAt.getTime() < LAST_USE_LAG_MS;
}
