// An entry of a plan, for whoever applies it: what it permits, and whether the user is as it saw them.

import { isAccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Command } from '../../base/hint.ts';
import {
  type LeftStep,
  Permit,
  type Planned,
  type PlanStep,
  type SeenUser,
} from '../../lifecycle/plan-step.ts';
import type { PlanDocument, PlanDocumentStep, PlanUser } from '../../reports/plan-document.ts';
import { shortKey } from '../../reports/plan-words.ts';
import type { GovernedBy } from '../run-settings.ts';
import { basisIn, basisOf, fingerprintOf } from './basis.ts';
import { differences, ofRule, wasUsedSince } from './drift.ts';

export function permitOf({ keys }: PlanUser): Permit {
  return new Permit(keys.flatMap(({ steps }) => steps.flatMap(stepOf)));
}

/** None for a step whose key is no key. */
export function stepOf({
  do: word,
  key_id,
  place,
  name,
  unused_since,
}: PlanDocumentStep): PlanStep[] {
  if (key_id !== undefined && !isAccessKeyId(key_id)) return [];
  return [
    {
      do: word,
      ...(key_id !== undefined && { keyId: key_id }),
      ...(place !== undefined && { place }),
      ...(name !== undefined && { name }),
      ...(unused_since !== undefined && { unusedSince: unused_since }),
    },
  ];
}

/** Uses of keys that may go only while nothing uses them, since the plan was made. */
export function usesSince(permit: Permit, useOf: (keyId: string) => string | undefined): string[] {
  return permit.steps.flatMap(({ keyId, unusedSince }) => {
    if (keyId === undefined || unusedSince === undefined) return [];
    const use = useOf(keyId);
    return wasUsedSince(unusedSince, use)
      ? [`key ${shortKey(keyId)} was used${unusedSince === 'never' ? '' : ' again'}, at ${use}`]
      : [];
  });
}

export interface Applying {
  readonly plan: PlanDocument;
  readonly entry: PlanUser;
  readonly governedBy: GovernedBy | undefined;
  readonly left: (left: LeftStep) => void;
  /** The command that makes a new plan, for hints. */
  readonly again: Command;
}

export function plannedOf({ plan, entry, governedBy, left, again }: Applying): Planned {
  const permit = permitOf(entry);
  const { plan_id: planId } = plan;
  return {
    ...{ planId, permit, left, again },
    assertUnchanged: (seen) => {
      const what = driftOf({ entry, permit, planId }, seen, governedBy);
      if (what.length > 0) throw drifted(entry, what, again);
    },
  };
}

function driftOf(
  {
    entry,
    permit,
    planId,
  }: { readonly entry: PlanUser; readonly permit: Permit; readonly planId: string },
  seen: SeenUser,
  governedBy: GovernedBy | undefined,
): readonly string[] {
  const [before, now] = [basisIn(entry), basisOf(seen, governedBy)];
  // What this very plan has done is no difference; anybody else's record would be the last one.
  if (seen.lastPlan === planId) return ofRule(before, now);
  const uses = new Map<string, string>(seen.uses);
  const told = [...differences(before, now), ...usesSince(permit, (keyId) => uses.get(keyId))];
  return orOther(told, fingerprintOf(entry, now) === entry.fingerprint);
}

/** What no difference tells, and a fingerprint does. */
export function orOther(told: readonly string[], isSame: boolean): readonly string[] {
  return told.length === 0 && !isSame ? ['it is not the user that the plan is about'] : told;
}

function drifted({ user }: PlanUser, what: readonly string[], again: Command): KeyturnError {
  return new KeyturnError('plan-drifted', `${user}: ${what.join('; ')}`, {
    hint: ['nothing was done for this user; make a new plan:', again],
  });
}
