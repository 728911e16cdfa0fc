// A decision within a plan (I18): what the plan does not name is left out of it, and said to be left. So a run that
// applies a plan does what both say, the plan and the decision of now, and an edited plan can only shrink.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import type { Recovery } from './decide-open.ts';
import type { CleanUp, Next, UserDecision } from './decide-user.ts';
import { type Planned, type PlanStep, placeWord } from './plan-step.ts';
import type { CutHeldBack, RetirePolicy } from './retire-policy.ts';

const NOT_NAMED = 'the plan does not name it';

/** The decision as it is where no plan is applied. */
export function withinPlan(decision: UserDecision, planned: Planned | undefined): UserDecision {
  if (planned === undefined) return decision;
  const { recover, late, cleanUp, next } = decision;
  return {
    ...decision,
    recover: recover && recoveryWithin(recover, planned),
    late: late && recoveryWithin(late, planned),
    cleanUp: cleanUp && cleanUpWithin(cleanUp, planned),
    next: nextWithin(next, planned),
  };
}

/** A key that is deleted by it has to be in the plan; a verdict about what is gone changes nothing. */
function recoveryWithin(recover: Recovery, planned: Planned): Recovery {
  if (recover.leadsTo !== 'closed' || recover.deletes === undefined) return recover;
  const { keyId } = recover.deletes;
  const step = { do: 'discard', keyId } as const;
  if (isNamed(step, planned)) return recover;
  const { rotation, reopens } = recover;
  const stays = { rotation, reopens, keyId, steps: [], leadsTo: 'nothing' } as const;
  const error = new KeyturnError('not-planned', `the plan does not name the deletion of ${keyId}`, {
    hint: ['what is to be done now is told by a new plan:', command('keyturn', 'plan')],
  });
  return { ...stays, error };
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

/** A new key is made only if the plan names it with every place that it would go to. */
function nextWithin(next: Next, planned: Planned): Next {
  if (next.kind === 'nothing' || next.kind === 'not-theirs') return next;
  const { permit } = planned;
  const creates = { do: 'create', keyId: next.oldKey.id } as const;
  if (next.kind !== 'rotate') return permit.allows(creates) ? next : { kind: 'nothing' };
  const { targets, missing, makesRoom } = next;
  const steps: PlanStep[] = [
    creates,
    ...missing.map((each) => ({ do: 'make-place', place: placeWord(each) }) as const),
    ...targets.map((each) => ({ do: 'deliver', place: placeWord(each) }) as const),
    ...(makesRoom === undefined ? [] : [{ do: 'delete', keyId: makesRoom.key.id } as const]),
  ];
  const other = steps.find((step) => !isNamed(step, planned));
  return other === undefined ? next : { kind: 'nothing' };
}

function isNamed(step: PlanStep, { permit, left }: Planned): boolean {
  if (permit.allows(step)) return true;
  left({ step, because: NOT_NAMED });
  return false;
}

/** An old key that could go stays, where the plan names none that goes. */
export function retireWithin(retire: RetirePolicy, planned: Planned | undefined): RetirePolicy {
  if (planned === undefined || planned.permit.names('deactivate')) return retire;
  const held: CutHeldBack = { because: NOT_NAMED, reason: 'not-planned', until: undefined };
  return { ...retire, heldBack: () => held };
}
