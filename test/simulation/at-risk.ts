// I17: how many new secrets a process has on their way into custody at the same time.

import type { JournalRecord } from '../../src/lifecycle/record.ts';
import type { SimProcess } from './machine.ts';

export class AtRisk {
  readonly #sent = new Map<SimProcess, Map<string, string>>();

  /**
   * A process sends CreateAccessKey for a rotation of a user. Returns the other rotations of this process
   * that have sent theirs and about which nothing more is on record: their secrets are at risk too.
   */
  sends(
    process: SimProcess,
    { user, rotation }: { readonly user: string; readonly rotation: string },
    recordsOf: (user: string) => readonly JournalRecord[],
  ): readonly string[] {
    const sent = this.#sent.get(process) ?? new Map<string, string>();
    this.#sent.set(process, sent);
    for (const [id, name] of sent) {
      const latest = recordsOf(name).findLast((record) => record.rotation === id);
      if (latest?.step.type !== 'intended') sent.delete(id);
    }
    const others = [...sent.keys()];
    sent.set(rotation, user);
    return others;
  }

  /** The process works on the user no more: what it knew of a secret is gone, or told. */
  leaves(process: SimProcess, user: string): void {
    const sent = this.#sent.get(process);
    for (const [id, name] of sent ?? []) if (name === user) sent?.delete(id);
  }
}
