// What a run over an account decided, for its audit trail: that it began and ended, and whose keys it left as they
// are, and why. What it changed is told from the journal.

import type { UserOutcome } from '../../engine/outcome.ts';
import type { Decision } from '../../lifecycle/trail/fact.ts';
import type { HeldUser } from '../find-candidates.ts';

/** What a run knows of an account when it begins to work there. */
export interface RunBeginning {
  readonly at: Date;
  readonly users: number;
  readonly keys: number;
  readonly candidates: number;
  readonly daysThreshold: number;
}

export function runBegan({ at, users, keys, candidates, daysThreshold }: RunBeginning): Decision {
  return {
    ...{ step: 'run-began', at },
    detail: { users, keys, users_to_look_at: candidates, days_threshold: daysThreshold },
  };
}

/** What a run knows of an account when its part is over. */
export interface RunEnding {
  readonly at: Date;
  readonly users: number;
  readonly keys: number;
  readonly outcomes: readonly UserOutcome[];
  readonly held: readonly HeldUser[];
  readonly fatal: { readonly code: string; readonly message: string } | undefined;
}

export function runEnded(ending: RunEnding): readonly Decision[] {
  const { at, outcomes, held, fatal } = ending;
  const decisions = [
    ...outcomes.flatMap((outcome) => decisionsOn(outcome, at)),
    ...held.map((one) => heldBack(one, at)),
  ];
  const ended: Decision = {
    ...{ step: 'run-ended', at, reason: fatal?.message },
    detail: { ...totals(ending), ...(fatal !== undefined && { code: fatal.code }) },
  };
  return [...decisions, ended];
}

function totals({ users, keys, outcomes, held }: RunEnding) {
  const count = (is: (outcome: UserOutcome) => boolean) => outcomes.filter(is).length;
  return {
    ...{ users, keys },
    rotated: count(({ rotation }) => rotation?.kind === 'rotated'),
    not_rotated: count(({ rotation }) => rotation?.kind === 'failed'),
    waiting: count(({ retirement }) => retirement?.kind === 'waiting'),
    deleted: outcomes.reduce((sum, { cleanup }) => sum + (cleanup?.deleted.length ?? 0), 0),
    held_back: held.length,
  };
}

function decisionsOn({ user, rotation, cleanup, retirement }: UserOutcome, at: Date): Decision[] {
  const decisions: Decision[] = [];
  if (rotation?.kind === 'failed') {
    const { error, oldKey, newKeyId } = rotation;
    const keys = [oldKey.id, ...(newKeyId === undefined ? [] : [newKeyId])];
    const kind = error.isStop ? 'stop' : error.isBlock ? 'block' : 'failure';
    const detail = { code: error.code, kind, not_before: error.notBefore };
    decisions.push({ step: 'not-rotated', at, user, keys, reason: error.message, detail });
  }
  if (retirement?.kind === 'waiting' && retirement.waiting !== undefined) {
    const { oldKey, newKeyId, waiting } = retirement;
    const keys = [oldKey.id, ...(newKeyId === undefined ? [] : [newKeyId])];
    const { why: reason, heldBecause: because, notBefore, deadline } = waiting;
    const detail = { because, not_before: notBefore, deadline };
    decisions.push({ step: 'kept', at, user, keys, reason, detail });
  }
  if (cleanup?.error !== undefined) {
    const { code, message } = cleanup.error;
    decisions.push({ step: 'not-cleaned-up', at, user, reason: message, detail: { code } });
  }
  return decisions;
}

function heldBack({ user, held, oldKey }: HeldUser, at: Date): Decision {
  const { reason, because, until } = held;
  const detail = { because, not_before: until };
  return { step: 'held-back', at, user, keys: [oldKey.id], reason, detail };
}
