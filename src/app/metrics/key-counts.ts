// How many keys of an account are in which state, and how old they are.

import { MS_PER_DAY } from '../../base/clock.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { AGE_BOUNDS_S, type Ages, type CountedState, KEY_STATES } from './families.ts';

export interface KeyCounts {
  readonly states: Readonly<Record<CountedState, number>>;
  readonly ages: Ages;
  /** When the oldest Active key was made; undefined where there is none. */
  readonly oldest: Date | undefined;
}

/** What holds for the keys of a user, as far as counting them depends on it. */
export interface Standing {
  readonly kind: 'governed' | 'exempt' | 'ungoverned';
  /** From which age on its keys are due, in days. */
  readonly dueDays: number;
  /** Past which age they should not be there any more. */
  readonly overdueDays: number;
}

export interface CountedAt {
  readonly standing: Standing;
  readonly isInGrace: boolean;
  readonly now: Date;
}

/** The state in which a key counts. A young key is current, whoever has it. */
export function stateOf(
  key: Pick<AccessKey, 'status' | 'createdAt'>,
  { standing, isInGrace, now }: CountedAt,
): CountedState {
  if (key.status !== 'Active') return 'inactive';
  if (isInGrace) return 'in_grace';
  const days = (now.getTime() - key.createdAt.getTime()) / MS_PER_DAY;
  if (days < standing.dueDays) return 'current';
  if (standing.kind !== 'governed') return standing.kind;
  return days >= standing.overdueDays ? 'overdue' : 'due';
}

/** Counts that grow key by key. */
export class KeyTally {
  readonly #states = noStates();
  readonly #counts = [...AGE_BOUNDS_S, 0].map(() => 0);
  #sum = 0;
  #oldest: Date | undefined;

  add(state: CountedState, createdAt: Date, now: Date): void {
    this.#states[state] += 1;
    if (state === 'inactive') return;
    const ageS = Math.max(0, (now.getTime() - createdAt.getTime()) / 1000);
    const index = AGE_BOUNDS_S.findIndex((bound) => ageS <= bound);
    const bucket = index < 0 ? AGE_BOUNDS_S.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += ageS;
    this.#seen(createdAt);
  }

  addAll({ states, ages, oldest }: KeyCounts): void {
    for (const state of KEY_STATES) this.#states[state] += states[state];
    for (const [index, count] of ages.counts.entries()) {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    }
    this.#sum += ages.sum;
    if (oldest !== undefined) this.#seen(oldest);
  }

  get counts(): KeyCounts {
    const ages = { counts: [...this.#counts], sum: this.#sum };
    return { states: { ...this.#states }, ages, oldest: this.#oldest };
  }

  #seen(createdAt: Date): void {
    if (this.#oldest === undefined || createdAt < this.#oldest) this.#oldest = createdAt;
  }
}

function noStates(): Record<CountedState, number> {
  return Object.fromEntries(KEY_STATES.map((state) => [state, 0])) as Record<CountedState, number>;
}
