// I16: whatever a process changed, and heard that it had, is told of.

import type { EngineEvent } from '../../src/base/events.ts';
import type { SimProcess } from './machine.ts';

export type Change = 'created' | 'Active' | 'Inactive' | 'deleted';

/** The words of events for changes that an earlier run made. */
const FOUND: Readonly<Record<string, Change>> = {
  created: 'created',
  deactivated: 'Inactive',
  reactivated: 'Active',
  deleted: 'deleted',
};

export class Told {
  readonly #changes = new Map<SimProcess, Set<string>>();

  /** AWS has carried the change out, and the process has heard that. */
  heard(process: SimProcess, change: Change, keyId: string): void {
    const changes = this.#changes.get(process) ?? new Set();
    changes.add(`${keyId} ${change}`);
    this.#changes.set(process, changes);
  }

  told(process: SimProcess, event: EngineEvent): void {
    const changes = this.#changes.get(process);
    if (event.code === 'key-created') changes?.delete(`${event.newKeyId} created`);
    if (event.code === 'key-deactivated') changes?.delete(`${event.keyId} Inactive`);
    if (event.code === 'key-reactivated') changes?.delete(`${event.keyId} Active`);
    if (event.code === 'change-found') changes?.delete(`${event.keyId} ${FOUND[event.change]}`);
    if (event.code === 'key-deleted') changes?.delete(`${event.keyId} deleted`);
  }

  /** What a process that has come to its end has not told. */
  kept(process: SimProcess): readonly string[] {
    return [...(this.#changes.get(process) ?? [])];
  }
}
