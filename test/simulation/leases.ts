// I9 where state is in tables: who has a user is what the tables say, and whoever was taken over while it
// slept writes nothing any more, there or at AWS.

import type { SimProcess } from './machine.ts';
import type { Schedule } from './schedule.ts';

/** Answers of the tables may be dated so much too late; see server-time.ts. */
const DATES_APART_MS = 2_000;

/** A claim as it stands in the tables. */
export interface TableClaim {
  readonly nonce: string;
  readonly untilMs: number;
}

export interface LeasesParts {
  readonly schedule: Schedule;
  readonly fail: (invariant: string, what: string) => void;
}

export class Leases {
  readonly #parts: LeasesParts;
  /** The claim that each process took last on a user. */
  readonly #own = new Map<SimProcess, Map<string, string>>();
  /** Claims that another process took over, whose owner may sleep. */
  readonly #takenOver = new Set<string>();
  /** How many were. */
  takeovers = 0;

  constructor(parts: LeasesParts) {
    this.#parts = parts;
  }

  /** The tables have carried out a write that changed who has the user. */
  changed(
    process: SimProcess,
    user: string,
    {
      before,
      after,
    }: { readonly before?: TableClaim | undefined; readonly after?: TableClaim | undefined },
  ): void {
    const { schedule, fail } = this.#parts;
    if (before?.nonce === after?.nonce) {
      this.written(process, user, 'renews the claim');
      return;
    }
    if (
      before !== undefined &&
      after === undefined &&
      this.claimOf(process, user) !== before.nonce
    ) {
      fail('I9', `${process.name} gives back a claim on ${user} that is not its own`);
    }
    if (before !== undefined && after !== undefined) {
      this.#takenOver.add(before.nonce);
      this.takeovers += 1;
      if (schedule.nowMs <= before.untilMs - DATES_APART_MS) {
        fail('I9', `${process.name} takes ${user} over before the lease of another one is over`);
      }
    }
    if (after === undefined) return;
    const own = this.#own.get(process) ?? new Map<string, string>();
    this.#own.set(process, own.set(user, after.nonce));
  }

  /** The tables have carried out another write of a process about a user. */
  written(process: SimProcess, user: string, what: string): void {
    if (!this.isTakenOver(process, user)) return;
    this.#parts.fail('I9', `${process.name} ${what} of ${user} after it was taken over`);
  }

  /** The claim that a process works under, or has worked under last. */
  claimOf(process: SimProcess, user: string): string | undefined {
    return this.#own.get(process)?.get(user);
  }

  isTakenOver(process: SimProcess, user: string): boolean {
    return this.#takenOver.has(this.claimOf(process, user) ?? '');
  }

  /** AWS has carried out a change that was sent under this claim. */
  carriedOut(process: SimProcess, user: string, claim: string | undefined): void {
    if (!this.#takenOver.has(claim ?? '')) return;
    this.#parts.fail(
      'I9',
      `AWS changes a key of ${user} for ${process.name}, which was taken over`,
    );
  }
}
