// Gathers what is known of a user, and answers what the decision asks: by reads alone, so that a dry
// run decides exactly as the run does (I12).

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';
import { toKeyturnError } from '../base/errors.ts';
import { gateOf } from '../lifecycle/decide-grace.ts';
import {
  type CleanUp,
  cleanUpOf,
  decideUser,
  holdOf,
  type Next,
  type UserDecision,
  type UserFacts,
  type Wanted,
} from '../lifecycle/decide-user.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { type Answer, type Delivery, decided, type Question } from '../lifecycle/questions.ts';
import type { GateVerdict } from '../lifecycle/quiet-gate.ts';
import type { RetiringKey } from '../lifecycle/retirement.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { mayWait } from '../lifecycle/served-late.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import { cleanUpWithin, retireWithin, withinPlan } from '../lifecycle/within-plan.ts';
import { placesLeft, prepareDelivery, prepareToFinish } from './delivery.ts';
import { formerHistory } from './former-name.ts';
import { whyHeld } from './held-anywhere.ts';
import { askPlaces } from './holders.ts';
import { assertInPlaces, type Leaves } from './in-place.ts';
import { readLastUse } from './key-details.ts';
import { usesOfKey } from './key-uses.ts';
import type { UserAtHand } from './user-work.ts';

/** The decision for these keys of the user. */
export async function decide(
  at: UserAtHand,
  keys: readonly AccessKey[],
  wanted: Wanted,
): Promise<UserDecision> {
  const decision = await decided(decideUser({ ...factsOf(at, keys), wanted }), answering(at));
  return withinLimit(withinPlan(decision, at.account.policy), at);
}

/** A limit keeps a new key from being made. */
function withinLimit(decision: UserDecision, { account }: UserAtHand): UserDecision {
  const { mayBegin } = account.policy;
  if (decision.next.kind !== 'rotate' || mayBegin === undefined || mayBegin()) return decision;
  return { ...decision, next: { kind: 'nothing' } };
}

/** What is to be done with these keys, clean-up being over. */
export async function decideNext(
  at: UserAtHand,
  keys: readonly AccessKey[],
  wanted: Wanted,
): Promise<Next> {
  const facts = { ...factsOf(at, keys), cleanUpDays: undefined, wanted };
  const decision = await decided(decideUser(facts), answering(at));
  return withinLimit(withinPlan(decision, at.account.policy), at).next;
}

/** The part of it that is about keys which were Inactive before this run; of those that are `free` no place holds any. */
export async function decideCleanUp(
  at: UserAtHand,
  keys: readonly AccessKey[],
  free: ReadonlySet<AccessKeyId>,
): Promise<CleanUp | undefined> {
  const facts = { ...factsOf(at, keys), wanted: { kind: 'recovery' } as const };
  const answer = answering(at);
  const answerOnce = async (question: Question) =>
    question.ask === 'holder' && free.has(question.keyId) ? undefined : await answer(question);
  const { cleanUp } = await decided(cleanUpOf(facts), answerOnce);
  return cleanUp && cleanUpWithin(cleanUp, at.account.policy.planned);
}

/** Whether the old key of the rotation may go now, with fresh eyes (I15); undefined when it is gone. */
export async function decideGate(
  rotation: WithNewKey,
  keys: readonly AccessKey[],
  at: UserAtHand,
): Promise<{ readonly oldKey: AccessKey; readonly verdict: GateVerdict } | undefined> {
  const oldKey = keys.find(({ id }) => id === rotation.oldKeyId);
  if (oldKey === undefined) return undefined;
  const asking = gateOf({ oldKey, rotation }, factsOf(at, keys));
  return { oldKey, verdict: await decided(asking, answering(at)) };
}

/** Whether the hold of an Inactive key is over. */
export async function decideHold(about: RetiringKey, holdDays: number, at: UserAtHand) {
  const asking = holdOf(about, holdDays, at.account.clock.now());
  return await decided(asking, answering(at));
}

export function factsOf(at: UserAtHand, keys: readonly AccessKey[]): Omit<UserFacts, 'wanted'> {
  const { user, account, history } = at;
  const { state, policy, gateway, clock } = account;
  return {
    keys,
    history,
    now: clock.now(),
    cleanUpDays: policy.cleanUpDays,
    oldKeyFate: policy.oldKeyFate,
    retire: retireWithin(policy.retire, leavingKey(at), policy),
    usesOf: (key) => usesOfKey(key, at),
    termsAt: (target) => account.places.termsAt(target),
    lastLook: (key) => state.sightings.lookAt(user, key),
    orphans: policy.orphans,
    wordCommand: policy.wordCommand,
    hooks: policy.hooks,
    reach: policy.reach,
    signer: {
      dependsOn: (keyId) => dependsOn(gateway.caller, user, keyId),
      // Only when the operator said where its successor goes, and the key signs by itself (I7).
      isReplaceable: policy.replacesOwnKey && gateway.signedBy !== undefined,
    },
    lastSeenActive: (key, all) => state.sightings.lastActive(user, key, all),
    inactiveSince: (keyId) => state.sightings.inactiveSince(keyId),
  };
}

/** The key whose end may come: of what is open, or of what the plan begins. */
function leavingKey({ history, account }: UserAtHand): AccessKeyId | undefined {
  const { steps = [] } = account.policy.planned?.permit ?? {};
  return history.open?.oldKeyId ?? steps.find((step) => step.do === 'create')?.keyId;
}

function answering(at: UserAtHand): (question: Question) => Promise<Answer> {
  const { user, account } = at;
  const { gateway, state, places, clock, signal } = account;
  return async (question) => {
    switch (question.ask) {
      case 'last-use': {
        const use = await readLastUse(gateway.reader, { id: question.keyId });
        at.uses?.set(question.keyId, use);
        return use;
      }
      case 'custody':
        return await state.custody.holds(question.keyId);
      case 'places':
        return await askPlaces(question, at);
      case 'reach':
        return await failureOf(() => places.toFinish(question.rotation));
      case 'takes':
        return await prepareToFinish(question.rotation, at);
      case 'held':
        return await failureOf(() => assertInPlaces(question.rotation, at, leavesOf(question)));
      case 'holder':
        return await whyHeld(question.keyId, at);
      case 'former':
        return await formerHistory(question.keyId, at);
      case 'delivery':
        return await deliveryOf(at, question);
      case 'left':
        return await placesLeft(question, at);
      case 'keys':
        await clock.sleep(question.notBefore.getTime() - clock.now().getTime(), signal);
        return await gateway.reader.listAccessKeys(user);
    }
  };
}

/** One that is only delivered may come to a grace first; in grace it is asked about when the old key may go. */
function leavesOf({ rotation }: Extract<Question, { ask: 'held' }>): Leaves {
  const stays = mayWait(rotation) && rotation.phase === 'delivered';
  return { stays: rotation.oldKeyFate === 'keep' || stays };
}

async function deliveryOf(
  at: UserAtHand,
  { oldKeyId }: Extract<Question, { ask: 'delivery' }>,
): Promise<Delivery> {
  try {
    return { kind: 'possible', ...(await prepareDelivery(at, oldKeyId)) };
  } catch (thrown) {
    return { kind: 'impossible', error: toKeyturnError(thrown) };
  }
}

async function failureOf(work: () => Promise<unknown>): Promise<KeyturnError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return toKeyturnError(thrown);
  }
}
