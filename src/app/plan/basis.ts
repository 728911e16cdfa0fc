// What the plan for a user depends on: the part that is compared before the plan is applied. Its digest is the
// fingerprint, and its parts tell a difference in words.

import { digestOf } from '../../base/canonical-json.ts';
import type { SeenUser } from '../../lifecycle/plan-step.ts';
import type { PlanUser } from '../../reports/plan-document.ts';
import type { GovernedBy } from '../run-settings.ts';

export interface Basis extends Pick<PlanUser, 'facts' | 'policy' | 'open' | 'unsettled'> {
  readonly keys: readonly Pick<PlanUser['keys'][number], 'key_id' | 'status' | 'created_at'>[];
  readonly places: readonly Pick<PlanUser['places'][number], 'at' | 'holds' | 'version'>[];
}

export function basisOf(
  { keys, places, open, unsettled }: SeenUser,
  governedBy: GovernedBy | undefined,
): Basis {
  return {
    facts: (governedBy?.facts ?? {}) as Basis['facts'],
    policy: (governedBy?.policy ?? {}) as Basis['policy'],
    keys: keys.map(({ keyId, status, createdAt }) => ({
      key_id: keyId,
      status,
      created_at: createdAt.toISOString(),
    })),
    places: places.map(({ at, holds, version }) => ({
      at,
      holds: holds === undefined ? null : [...holds],
      version: version ?? null,
    })),
    open: open ?? null,
    unsettled: [...unsettled],
  };
}

/** The same of an entry of a plan. */
export function basisIn({ facts, policy, keys, places, open, unsettled }: PlanUser): Basis {
  const listed = keys.filter(({ status }) => status !== 'gone' && status !== 'unknown');
  return {
    ...{ facts, policy, open, unsettled },
    keys: listed
      .map(({ key_id, status, created_at }) => ({ key_id, status, created_at }))
      .toSorted((a, b) => (a.key_id < b.key_id ? -1 : 1)),
    places: places
      .filter(({ confirm }) => confirm !== 'unread')
      .map(({ at, holds, version }) => ({ at, holds, version })),
  };
}

export function fingerprintOf(
  about: { readonly account: string; readonly user: string },
  basis: Basis,
): string {
  const { account, user } = about;
  return `sha256:${digestOf({ account, user, ...basis })}`;
}
