// The decision about a user as a plan has it: told key by key, with what it depends on. By reads alone.

import type { KeyturnError } from '../base/errors.ts';
import { closesAtItsEnd } from '../lifecycle/decide-open.ts';
import type { UserDecision } from '../lifecycle/decide-user.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { type PlanFacts, plannedKeys } from '../lifecycle/plan-keys.ts';
import { type PlanStep, placeWord } from '../lifecycle/plan-step.ts';
import { isOnItsWay } from '../lifecycle/planned-steps.ts';
import type { JournaledTarget } from '../lifecycle/record.ts';
import { settledBy } from '../lifecycle/unsettled.ts';
import { placesToWrite } from './delivery.ts';
import { imagineUndo } from './imagine-undo.ts';
import type { UserPlan } from './outcome.ts';
import { seenUser } from './seen-user.ts';
import type { UserAtHand } from './user-work.ts';

/** A decision, and what a dry run has found out about it. */
export interface Decided {
  readonly decision: UserDecision;
  /** Keys that are made Active again. */
  readonly landed: readonly AccessKey[];
  /** Why the old key of a rotation that is taken up would stay: another place of the user has it. */
  readonly holder: KeyturnError | undefined;
  /** What the journal holds of the user, without what the run would put on record before it decides. */
  readonly before: UserHistory;
  /** Why a due key is not rotated. */
  readonly refusal: KeyturnError | undefined;
}

/** Undefined where no plan is made of the dry run, which then reads no more than it needs for its own words. */
export async function planOf(
  decided: Decided,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<UserPlan | undefined> {
  const { decision } = decided;
  const { policy } = at.account;
  if (policy.makesPlan !== true) return undefined;
  const { next } = decision;
  const uses = new Map(at.uses);
  for (const key of keys) {
    const look = at.account.state.sightings.lookAt(at.user, key);
    if (look !== undefined && !uses.has(key.id)) uses.set(key.id, look.lastUse);
  }
  const facts: PlanFacts = {
    ...{ now: at.account.clock.now(), oldKeyFate: policy.oldKeyFate, uses, hooks: policy.hooks },
    ...{ cleanUpDays: policy.cleanUpDays, thresholdDays: policy.thresholdDays },
    ...{ refusal: decided.refusal, holder: decided.holder },
    landed: new Set(decided.landed.map(({ id }) => id)),
    toWrite: await toWrite(decision, at),
    wayBack: await wayBack(decision, at),
  };
  const own = next.kind === 'rotate' ? next.oldKey.id : undefined;
  const { replaced } = policy.looksFor ?? { replaced: own };
  const looking = { keys, replaced, uses: at.uses ?? new Map() };
  return {
    keys: plannedKeys(keys, decision, facts),
    seen: await seenUser({ ...at, history: decided.before }, looking),
    records: putsOnRecord(decided, keys, facts.now),
    targets: [...facts.toWrite, ...(next.kind === 'rotate' ? next.targets : [])],
  };
}

/** A user whom AWS does not list any more: what is open of theirs is closed. */
export async function planOfGone(at: UserAtHand): Promise<UserPlan | undefined> {
  if (at.account.policy.makesPlan !== true) return undefined;
  const looking = { keys: [], replaced: undefined, uses: new Map() };
  return { keys: [], seen: await seenUser(at, looking), records: true, targets: [] };
}

/** Nothing of it can wait for a run that changes a key: until then no deadline is kept, and no silence counts. */
function putsOnRecord(
  { decision, before }: Decided,
  keys: readonly AccessKey[],
  now: Date,
): boolean {
  const { recover, late, grace } = decision;
  const isTold = grace !== undefined && (grace.waiting.announces || grace.waiting.withdraws);
  const goesOn = [recover, late].some((each) => each !== undefined && each.leadsTo !== 'nothing');
  const isSettled = settledBy(before, keys, now).length > 0;
  const hasLapsed = before.threatened.some(({ until }) => now >= until);
  return before.watched !== undefined || isTold || goesOn || isSettled || hasLapsed;
}

async function toWrite(
  { recover }: UserDecision,
  at: UserAtHand,
): Promise<readonly JournaledTarget[]> {
  const isTakenUp =
    recover?.leadsTo === 'new-key' ||
    recover?.leadsTo === 'nothing' ||
    (recover !== undefined && closesAtItsEnd(recover));
  if (!isTakenUp || !isOnItsWay(recover.rotation) || recover.steps.length === 0) return [];
  return await placesToWrite(recover.rotation, at);
}

/** What the rest of an undo does; nothing where it cannot go on, which is told with the decision. */
async function wayBack({ recover }: UserDecision, at: UserAtHand): Promise<readonly PlanStep[]> {
  if (recover?.leadsTo !== 'way-back' || recover.rotation.phase !== 'undoing') return [];
  const { rotation } = recover;
  try {
    const undone = await imagineUndo(rotation, rotation.undo, at);
    const { toKeyId, fromKeyId, reactivated, putBack, fromKey } = undone;
    return [
      ...(reactivated ? [{ do: 'reactivate', keyId: toKeyId } as const] : []),
      ...putBack.map(({ kind, reference: place }): PlanStep => {
        return { do: 'put-back', place: placeWord({ kind, place }) };
      }),
      ...(fromKey === 'made-inactive' ? [{ do: 'deactivate', keyId: fromKeyId } as const] : []),
    ];
  } catch {
    return [];
  }
}
