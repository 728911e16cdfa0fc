// What becomes of old keys over months of daily runs, by what the runs tell and by what the practice AWS
// knows of their uses.

import type { RotationReport } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID as ACCOUNT, type Sandbox } from '../../src/sandbox/index.ts';

export const DAY_MS = 86_400_000;

/** What became of one old key; times are in days since the first run. */
export interface OldKeyEnd {
  readonly user: string;
  readonly keyId: string;
  readonly replaced: number;
  readonly lastUsed: number | undefined;
  readonly inactive: number | undefined;
  readonly deleted: number | undefined;
  /** How long it had to be quiet, when it was told of last. */
  readonly quietDays: number | undefined;
}

export class OldKeyEnds {
  readonly #sandbox: Sandbox;
  readonly #startMs: number;
  readonly #ends = new Map<string, { -readonly [Name in keyof OldKeyEnd]: OldKeyEnd[Name] }>();
  /** What no run should have met. */
  readonly failures: string[] = [];

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#startMs = sandbox.clock.nowMs();
  }

  all(): readonly OldKeyEnd[] {
    return [...this.#ends.values()];
  }

  note({ rotated_keys: rotated, retirements, changes, errors }: RotationReport): void {
    this.failures.push(...errors.map(({ message }) => message));
    for (const { username, old_key_id: keyId, success, error } of rotated) {
      if (!success) {
        this.failures.push(`${username}: ${error}`);
        continue;
      }
      const replaced = this.#day(this.#sandbox.clock.nowMs());
      const none = { lastUsed: undefined, inactive: undefined, deleted: undefined };
      this.#ends.set(keyId, { user: username, keyId, replaced, ...none, quietDays: undefined });
    }
    for (const { old_key_id: keyId, quiet_days: days } of retirements) {
      const end = this.#ends.get(keyId);
      if (end !== undefined && days !== null) end.quietDays = days;
    }
    for (const { change, access_key_id: keyId, at } of changes) {
      const end = this.#ends.get(keyId);
      if (end === undefined) continue;
      if (change === 'deactivated') end.inactive = this.#day(new Date(at).getTime());
      if (change === 'deleted') end.deleted = this.#day(new Date(at).getTime());
    }
  }

  /** Each day: a key that is gone tells nothing any more. */
  noteUses(): void {
    for (const end of this.#ends.values()) {
      const { keys } = this.#sandbox.world.user(ACCOUNT, end.user);
      const use = keys.find(({ id }) => id === end.keyId)?.uses.at(-1);
      if (use !== undefined) end.lastUsed = this.#day(use.at.getTime());
    }
  }

  #day(ms: number): number {
    return (ms - this.#startMs) / DAY_MS;
  }
}
