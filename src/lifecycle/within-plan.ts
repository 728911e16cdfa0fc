// A decision within a plan (I18): what the plan does not name is left out of it, and said to be left. So a run that
// applies a plan does what both say, the plan and the decision of now, and an edited plan can only shrink.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Recovery } from './decide-open.ts';
import type { CleanUp, Next, UserDecision } from './decide-user.ts';
import type { KnownHooks } from './hooks.ts';
import type { Planned, PlanStep } from './plan-step.ts';
import { endingSteps, stepsOfRecovery, stepsOfRotation } from './planned-steps.ts';
import type { CutHeldBack, RetirePolicy } from './retire-policy.ts';
import { bodyOf } from './whole-plan.ts';

const NOT_NAMED = 'the plan does not name it';

/** What is decided about a user, and what the plan says of them, where one is applied. */
export interface ByPlan {
  readonly planned?: Planned | undefined;
  /** What the configuration wants done, asked and watched. */
  readonly hooks?: KnownHooks;
}

/** The decision as it is where no plan is applied. */
export function withinPlan(decision: UserDecision, { planned, hooks }: ByPlan): UserDecision {
  if (planned === undefined) return decision;
  const { recover, late, cleanUp, next } = decision;
  const within = (each: Recovery) => recoveryWithin(each, decision, { planned, hooks });
  return {
    ...decision,
    recover: recover && within(recover),
    late: late && within(late),
    cleanUp: cleanUp && cleanUpWithin(cleanUp, planned),
    next: nextWithin(next, { planned, hooks }),
  };
}

type Within = ByPlan & { readonly planned: Planned };

/**
 * A key that is deleted by it has to be in the plan, and so has all that a rotation goes on with; a verdict about
 * what is gone changes nothing.
 */
function recoveryWithin(
  recover: Recovery,
  decision: UserDecision,
  { planned, hooks }: Within,
): Recovery {
  const { rotation, reopens, keyId, leadsTo } = recover;
  const steps: readonly PlanStep[] =
    leadsTo === 'closed'
      ? recover.deletes === undefined
        ? []
        : [{ do: 'discard', keyId: recover.deletes.keyId }]
      : leadsTo === 'new-key'
        ? bodyOf(stepsOfRecovery(recover, decision, { toWrite: [], uses: NO_USES, hooks }))
        : [];
  const other = steps.find((step) => !isNamed(step, planned));
  if (other === undefined) return recover;
  const stays = { rotation, reopens, keyId, steps: [], leadsTo: 'nothing' } as const;
  const error = notPlanned(other, planned);
  return { ...stays, error };
}

const NO_USES = new Map();

/** The plan does not name the step. */
export function notPlanned(
  { do: word, keyId, place, name }: PlanStep,
  { again }: Planned,
): KeyturnError {
  const step = [word, keyId ?? place ?? name].join(' ').trim();
  return new KeyturnError('not-planned', `the plan does not name: ${step}`, {
    hint: ['what is to be done now is told by a new plan:', again],
  });
}

export function cleanUpWithin(cleanUp: CleanUp, planned: Planned | undefined): CleanUp {
  if (planned === undefined) return cleanUp;
  const named = cleanUp.deletes.filter(({ key }) =>
    isNamed({ do: 'delete', keyId: key.id }, planned),
  );
  const left = cleanUp.deletes.filter((each) => !named.includes(each));
  const kept = left.map(({ key }) => ({
    ...{ key, reason: NOT_NAMED, failed: false, notBefore: undefined, holder: undefined },
  }));
  return { deletes: named, keeps: [...cleanUp.keeps, ...kept] };
}

/** A new key is made only if the plan names it with every place that it would go to, and with all who are told. */
function nextWithin(next: Next, { planned, hooks }: Within): Next {
  if (next.kind === 'nothing' || next.kind === 'not-theirs') return next;
  const { permit } = planned;
  const creates = { do: 'create', keyId: next.oldKey.id } as const;
  if (next.kind !== 'rotate') return permit.allows(creates) ? next : { kind: 'nothing' };
  const steps = bodyOf(stepsOfRotation(next, { oldKeyFate: 'keep', uses: NO_USES, hooks }));
  const other = steps.find((step) => !isNamed(step, planned));
  return other === undefined ? next : { kind: 'nothing' };
}

function isNamed(step: PlanStep, { permit, left }: Planned): boolean {
  if (permit.allows(step)) return true;
  left({ step, because: NOT_NAMED });
  return false;
}

/** An old key that could go stays, where the plan does not name its end with all who are asked and who watch. */
export function retireWithin(
  retire: RetirePolicy,
  keyId: AccessKeyId | undefined,
  { planned, hooks }: ByPlan,
): RetirePolicy {
  if (planned === undefined) return retire;
  const { permit } = planned;
  const isWhole =
    keyId !== undefined && endingSteps({ keyId }, hooks).every((step) => permit.allows(step));
  if (isWhole) return retire;
  const held: CutHeldBack = { because: NOT_NAMED, reason: 'not-planned', until: undefined };
  return { ...retire, heldBack: () => held };
}
