// One user of a plan, from what a dry run has found out.

import { termsAt } from '../../destinations/kinds.ts';
import type { OldKey, UserOutcome, UserPlan } from '../../engine/outcome.ts';
import type { LastUse } from '../../lifecycle/keys.ts';
import type { Forecast, PlannedKey } from '../../lifecycle/plan-keys.ts';
import type { PlanStep, SeenPlace } from '../../lifecycle/plan-step.ts';
import { confirmedBy } from '../../lifecycle/settle.ts';
import type {
  PlanDocumentStep,
  PlanKey,
  PlanPlace,
  PlanUser,
} from '../../reports/plan-document.ts';
import type { HeldUser } from '../find-candidates.ts';
import type { GovernedBy, HeldBackReason } from '../run-settings.ts';
import { basisIn, fingerprintOf } from './basis.ts';

/** What is known of a user when the dry run is over. */
export interface KnownUser {
  readonly account: string;
  readonly user: string;
  readonly outcome: UserOutcome | undefined;
  readonly held: HeldUser | undefined;
  readonly governedBy: GovernedBy | undefined;
}

export function planUserOf({ account, user, outcome, held, governedBy }: KnownUser): PlanUser {
  const plan = outcome?.plan;
  const keys = plan === undefined ? [] : plan.keys.map(documentKey);
  const failed = plan === undefined && outcome !== undefined ? failedKey(outcome) : undefined;
  const all = withKey(withKey(keys, failed), held && heldKey(held));
  const entry: PlanUser = {
    ...{ account, user, rule: governedBy?.rule ?? null, fingerprint: null },
    facts: (governedBy?.facts ?? {}) as PlanUser['facts'],
    policy: (governedBy?.policy ?? {}) as PlanUser['policy'],
    open: plan?.seen.open ?? null,
    unsettled: [...(plan?.seen.unsettled ?? [])],
    ...(plan?.records === true && { records: true }),
    keys: all,
    places: plan === undefined ? [] : placesOf(plan, all),
  };
  if (plan === undefined) return entry;
  return { ...entry, fingerprint: fingerprintOf(entry, basisIn(entry)) };
}

/** What is said of a key replaces that nothing is done with it. */
function withKey(keys: readonly PlanKey[], key: PlanKey | undefined): PlanKey[] {
  if (key === undefined) return [...keys];
  const known = keys.find(({ key_id: id }) => id === key.key_id);
  if (known === undefined) return [...keys, key];
  if (known.action !== 'none') return [...keys];
  const { action, reason, why, not_before } = key;
  return keys.map((each) => (each === known ? { ...each, action, reason, why, not_before } : each));
}

function documentKey(key: PlannedKey): PlanKey {
  const { keyId, status, createdAt, action, reason, why, lastUse, error } = key;
  return {
    key_id: keyId,
    status,
    created_at: createdAt?.toISOString() ?? null,
    ...{ action, reason, why },
    last_used: usedOf(lastUse),
    not_before: key.notBefore?.toISOString() ?? null,
    deadline: key.deadline?.toISOString() ?? null,
    code: error?.code ?? null,
    mend: error?.hint ?? null,
    steps: key.steps.map(documentStep),
    later: key.later.map(documentForecast),
  };
}

function usedOf(lastUse: LastUse | 'unreadable' | undefined): PlanKey['last_used'] {
  if (lastUse === undefined || lastUse === 'unreadable') return null;
  if (lastUse.used === 'never') return { at: 'never', service: null, region: null };
  const { at, service = null, region = null } = lastUse;
  return { at: at.toISOString(), service, region };
}

function documentStep({ do: word, keyId, place, name, unusedSince }: PlanStep): PlanDocumentStep {
  return {
    do: word,
    ...(keyId !== undefined && { key_id: keyId }),
    ...(place !== undefined && { place }),
    ...(name !== undefined && { name }),
    ...(unusedSince !== undefined && { unused_since: unusedSince }),
  };
}

function documentForecast({ do: word, keyId, earliest, if: condition }: Forecast) {
  return {
    ...{ do: word, key_id: keyId },
    earliest: earliest?.toISOString() ?? null,
    if: condition,
  };
}

function bareKey(
  { id, status, createdAt }: OldKey,
  about: Pick<PlanKey, 'action' | 'reason' | 'why'> & Partial<PlanKey>,
): PlanKey {
  const nothing = { last_used: null, not_before: null, deadline: null, code: null, mend: null };
  return {
    key_id: id,
    status,
    created_at: createdAt?.toISOString() ?? null,
    ...nothing,
    steps: [],
    later: [],
    ...about,
  };
}

/** A user of whom nothing could be learned, or of whom the configuration says that a person is needed. */
function failedKey({ rotation }: UserOutcome): PlanKey | undefined {
  if (rotation?.kind !== 'failed') return undefined;
  const { error, oldKey } = rotation;
  const { code, message, hint = null, notBefore } = error;
  const action = code === 'needs-operator' ? 'ask' : notBefore === undefined ? 'blocked' : 'wait';
  const not_before = notBefore?.toISOString() ?? null;
  return bareKey(oldKey, { action, reason: code, why: message, code, mend: hint, not_before });
}

const HELD: Readonly<Record<HeldBackReason, PlanKey['action']>> = {
  exempt: 'none',
  'no-rule': 'none',
  frozen: 'wait',
  'outside-window': 'wait',
  'over-limit': 'wait',
  'after-failures': 'wait',
  'after-red': 'wait',
};

function heldKey({ oldKey, held, deadline: told }: HeldUser): PlanKey {
  const { reason, because: why, until } = held;
  const not_before = until?.toISOString() ?? null;
  const deadline = told?.toISOString() ?? null;
  return bareKey(oldKey, { action: HELD[reason], reason, why, not_before, deadline });
}

function placesOf({ seen, targets }: UserPlan, keys: readonly PlanKey[]): PlanPlace[] {
  const steps = keys.flatMap((key) => key.steps);
  return seen.places.map((place) => {
    const { at, holds, version } = place;
    const own = steps.filter((step) => step.place === at).map((step) => step.do);
    const will = own.includes('make-place') ? 'make' : own.length > 0 ? 'write' : 'none';
    return {
      at,
      holds: holds === undefined ? null : [...holds],
      version: version ?? null,
      ...{ will, confirm: confirmOf(place, targets) },
    };
  });
}

function confirmOf(
  { at, isUnread }: SeenPlace,
  targets: UserPlan['targets'],
): PlanPlace['confirm'] {
  if (isUnread === true) return 'unread';
  const [kind = '', ...rest] = at.split('=');
  const target = targets.find((each) => each.kind === kind) ?? { kind, place: rest.join('=') };
  return confirmedBy(termsAt({ ...target, place: rest.join('=') }).proof);
}
