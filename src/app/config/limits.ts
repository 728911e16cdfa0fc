// How much one run may do, over all its accounts. A user who has a slot keeps it, whatever comes of them: who has one
// is then known before anything is done, and is the same in a dry run and in the run.

import { comparableUserName } from '../../base/user-name.ts';
import type { ConfigModel } from '../../config/model.ts';
import type { HeldBack, Room } from '../run-settings.ts';

type LimitsModel = NonNullable<ConfigModel['limits']>;

export const DEFAULT_LIMITS = {
  max_rotations: 100,
  max_deactivations: 100,
  max_open: 'none',
  stop_after_failures: 5,
} as const satisfies LimitsModel;

export class Limits {
  readonly #model: Required<{ [Name in keyof LimitsModel]: number | 'none' }>;
  readonly #rotating = new Set<string>();
  readonly #deactivating = new Set<string>();
  #open = 0;
  #failures = 0;
  #red: string | undefined;

  constructor(model: LimitsModel) {
    this.#model = { ...DEFAULT_LIMITS, ...definedOf(model) };
  }

  /** How much more may be done. */
  get room(): Room {
    const { max_rotations: max, max_open: maxOpen, max_deactivations: maxCuts } = this.#model;
    const begun = this.#rotating.size;
    return {
      rotations: Math.max(0, Math.min(left(max, begun), left(maxOpen, this.#open + begun))),
      deactivations: left(maxCuts, this.#deactivating.size),
    };
  }

  /** Rotations that earlier runs left open: their old keys wait, or they are on their way. */
  opened(count: number): void {
    this.#open += count;
  }

  /** Counts a user of an account once, however often it is asked. */
  mayRotate(account: string, user: string): HeldBack | undefined {
    const key = slotOf(account, user);
    if (this.#rotating.has(key)) return undefined;
    const { max_rotations: max, max_open: maxOpen } = this.#model;
    if (maxOpen !== 'none' && this.#open + this.#rotating.size >= maxOpen) {
      return over(`over the limit of ${maxOpen} rotations that are open at once`);
    }
    if (max !== 'none' && this.#rotating.size >= max)
      return over(`over the limit of ${max} ${max === 1 ? 'rotation' : 'rotations'} a run`);
    this.#rotating.add(key);
    return undefined;
  }

  /** Counts a user of an account once, however often it is asked. */
  mayDeactivate(account: string, user: string): HeldBack | undefined {
    if (this.#red !== undefined) {
      const because = `nothing more is made Inactive by this run: ${this.#red}`;
      return { reason: 'after-red', because, until: undefined };
    }
    const { max_deactivations: max } = this.#model;
    const key = slotOf(account, user);
    if (this.#deactivating.has(key)) return undefined;
    if (max !== 'none' && this.#deactivating.size >= max) {
      return over(`over the limit of ${max} old keys that a run makes Inactive`);
    }
    this.#deactivating.add(key);
    return undefined;
  }

  /** Something went wrong once an old key was Inactive: the others stay. */
  endWave(because: string): void {
    this.#red ??= because;
  }

  failed(): void {
    this.#failures += 1;
  }

  hasFailedTooOften(): HeldBack | undefined {
    const { stop_after_failures: max } = this.#model;
    if (max === 'none' || this.#failures < max) return undefined;
    return {
      reason: 'after-failures',
      because: `nothing new is begun after ${max} failures`,
      until: undefined,
    };
  }
}

function left(max: number | 'none', taken: number): number {
  return max === 'none' ? Number.POSITIVE_INFINITY : max - taken;
}

function slotOf(account: string, user: string): string {
  return `${account} ${comparableUserName(user)}`;
}

function over(because: string): HeldBack {
  return { reason: 'over-limit', because, until: undefined };
}

function definedOf<Model extends object>(model: Model): Partial<Model> {
  return Object.fromEntries(
    Object.entries(model).filter(([, value]) => value !== undefined),
  ) as Partial<Model>;
}
