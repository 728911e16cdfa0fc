// Who goes first where a limit lets only some: a pure decision, made before anything is done, from what a look ahead
// has found. So the dry run, the plan and the run name the same users.

import type { WhyGoing } from '../lifecycle/retire-policy.ts';

/** What a user would take of what a run may do. */
export interface Claim {
  readonly user: string;
  /** How far the key is over its threshold, where a new one would be made. */
  readonly overdueMs: number | undefined;
  /** How the old key would go, where it would. */
  readonly end: EndingKey | undefined;
}

export interface EndingKey {
  readonly goes: WhyGoing;
  /** When its places had the new key; undefined where they do not have it yet. */
  readonly since: Date | undefined;
  readonly madeAt: Date | undefined;
  /**
   * Whether something stood against it the last time, or does now: it leaves the others their turn, so that one key
   * which never goes does not keep all others.
   */
  readonly isDoubtful: boolean;
}

/** Those who would get a new key: who is longest over the threshold of their own rule first, then by name. */
export function rotationsInOrder<One extends Claim>(claims: readonly One[]): readonly One[] {
  return claims
    .filter(({ overdueMs }) => overdueMs !== undefined)
    .toSorted((a, b) => (b.overdueMs ?? 0) - (a.overdueMs ?? 0) || byName(a, b));
}

/** Those whose old key would go: whose deadline is over first, then who waits longest, then the oldest key. */
export function endsInOrder<One extends Claim>(claims: readonly One[]): readonly One[] {
  return claims
    .filter(({ end }) => end !== undefined)
    .toSorted((a, b) => {
      const [one, other] = [placeOf(a.end), placeOf(b.end)];
      const differs = one.findIndex((number, index) => number !== other[index]);
      return differs === -1 ? byName(a, b) : (one[differs] ?? 0) - (other[differs] ?? 0);
    });
}

/** Smaller comes first, number by number. */
function placeOf(end: EndingKey | undefined): readonly number[] {
  if (end === undefined) return [];
  const { goes, since, madeAt, isDoubtful } = end;
  return [
    isDoubtful ? 1 : 0,
    goes === 'deadline' ? 0 : 1,
    since?.getTime() ?? Number.MAX_SAFE_INTEGER,
    madeAt?.getTime() ?? Number.MAX_SAFE_INTEGER,
  ];
}

function byName({ user: a }: Claim, { user: b }: Claim): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
