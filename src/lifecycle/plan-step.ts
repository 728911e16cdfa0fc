// What a run does, step by step, in the words that a plan names it by. A run that applies a plan does a step only
// if the plan names it: what is not in the plan is not done.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Command } from '../base/hint.ts';
import type { JournaledTarget } from './record.ts';

export const STEP_WORDS = [
  'reactivate',
  'discard',
  'delete',
  'make-place',
  'create',
  'prove',
  'deliver',
  'put-back',
  'hook',
  'deactivate',
] as const;

export type StepWord = (typeof STEP_WORDS)[number];

export interface PlanStep {
  readonly do: StepWord;
  /** The key that is changed; of `create`, the one that gets a successor. */
  readonly keyId?: AccessKeyId;
  /** The place that is made or written, as placeWord says it. */
  readonly place?: string;
  /** Of a hook: which one. */
  readonly name?: string;
  /**
   * The last use of the key that the step was planned with, ISO 8601 or `never`: it holds while nothing has used
   * the key since. Left out where the key goes whatever uses it.
   */
  readonly unusedSince?: string;
}

/** A place by its one word: `ssm=us-east-1:/app/x`, or `handoff` where the kind stands alone. */
export function placeWord({ kind, place }: Pick<JournaledTarget, 'kind' | 'place'>): string {
  return place === '' ? kind : `${kind}=${place}`;
}

/** Whether two steps are one: the last use is a condition of the step, and no part of what it is. */
export function isSameStep(one: PlanStep, other: PlanStep): boolean {
  return (
    one.do === other.do &&
    one.keyId === other.keyId &&
    one.place === other.place &&
    one.name === other.name
  );
}

/** The steps that a plan names for one user. */
export class Permit {
  readonly steps: readonly PlanStep[];

  constructor(steps: readonly PlanStep[]) {
    this.steps = steps;
  }

  allows(step: PlanStep): boolean {
    return this.steps.some((named) => isSameStep(named, step));
  }

  names(word: StepWord): boolean {
    return this.steps.some((named) => named.do === word);
  }
}

/** Something that was decided, and that the plan does not name. */
export interface LeftStep {
  readonly step: PlanStep;
  readonly because: string;
}

/** What a plan says about one user, for the engine. */
export interface Planned {
  /** As the records of the journal carry it. */
  readonly planId: string;
  readonly permit: Permit;
  /** The command that makes a new plan, for hints. */
  readonly again: Command;
  /** Hears of what is left undone because the plan does not name it. */
  readonly left: (left: LeftStep) => void;
  /** Throws `plan-drifted` where the user is not as the plan saw them; asked once nobody else works on them. */
  readonly assertUnchanged: (seen: SeenUser) => void;
}

/** What a plan depends on, as far as the keys, the places and the journal of a user show it. */
export interface SeenUser {
  readonly keys: readonly SeenKey[];
  readonly places: readonly SeenPlace[];
  /** The rotation that is open; undefined when there is none. */
  readonly open: SeenRotation | undefined;
  /** Changes of keys that were asked for, and whose end is not on record. */
  readonly unsettled: readonly AccessKeyId[];
  /** The plan that the user's last record was written for; undefined when it was written for none. */
  readonly lastPlan: string | undefined;
  /** The last use of keys that may go only while nothing uses them. */
  readonly uses: ReadonlyMap<AccessKeyId, string>;
}

export interface SeenKey {
  readonly keyId: AccessKeyId;
  readonly status: string;
  readonly createdAt: Date;
}

export interface SeenPlace {
  readonly at: string;
  /** The IDs of the keys that its readers find; undefined where it cannot be read. */
  readonly holds: readonly AccessKeyId[] | undefined;
  /** A word that is another one once what is there was written again; undefined where the kind has none. */
  readonly version: string | undefined;
  /** Whether it was left unread, because the plan is of somebody who is not trusted. */
  readonly isUnread?: true;
}

export interface SeenRotation {
  readonly id: string;
  readonly phase: string;
  /** How many records it has. */
  readonly records: number;
}
