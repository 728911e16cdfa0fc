// What the operator says about the end of old keys (I15), and within which bounds. quiet-gate.ts judges by it.

export interface RetirePolicy {
  /** How long a key must be quiet, in days; undefined takes what fits the known uses of the key. */
  readonly quietDays: number | undefined;
  /** So many days after the cut-over it goes whatever uses it; undefined for never. */
  readonly deadlineDays: number | undefined;
  /** Why no old key may become Inactive now, though it could: asked last, since a limit counts the answers. */
  readonly heldBack?: (goes: WhyGoing) => CutHeldBack | undefined;
}

/** Why an old key could go: its deadline is over, nobody uses it, or its fate does not depend on that. */
export type WhyGoing = 'deadline' | 'quiet' | 'asked';

/** An old key that could go stays for now: a window is closed, a freeze holds, a limit is reached. */
export interface CutHeldBack {
  readonly because: string;
  /** The same in one word. */
  readonly reason?: string | undefined;
  /** When it may go; undefined where nobody knows. */
  readonly until: Date | undefined;
}

export const PATIENT: RetirePolicy = { quietDays: undefined, deadlineDays: undefined };

/** Two turns of what runs once a week: enough for a key in steady use, and for one that a person names. */
export const QUIET_DAYS = 14;

/** Long enough for a session of 36 hours that the key opened, and for AWS to show its uses. */
export const QUIET_DAYS_MIN = 3;

/** Longer than any job's period. */
export const QUIET_DAYS_MAX = 400;

/** The operator's deadline is told so long before it is kept, in days. */
export const DEADLINE_NOTICE_DAYS = 7;
