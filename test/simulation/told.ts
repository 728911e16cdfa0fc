// I16: whatever a process changed, and heard that it had, is told of by that process; what it did not live
// to hear, or never heard, by another one.

import type { EngineEvent } from '../../src/base/events.ts';
import type { SimProcess } from './machine.ts';
import type { SimKey, World } from './world.ts';

export type Change = 'created' | 'Active' | 'Inactive' | 'deleted';

/** The words of events for changes that an earlier run made. */
const FOUND: Readonly<Record<string, Change>> = {
  created: 'created',
  deactivated: 'Inactive',
  reactivated: 'Active',
  deleted: 'deleted',
};

/** A change that AWS has carried out and nobody has told of. */
interface Untold {
  readonly change: Change;
  readonly keyId: string;
  readonly by: SimProcess;
  /** As the user of the key was called then. */
  readonly user: string;
}

export class Told {
  readonly #heard = new Map<SimProcess, Set<string>>();
  readonly #untold = new Map<string, Untold>();

  /** AWS has carried the change out, whether or not the process lives to hear that. */
  carriedOut(by: SimProcess, change: Change, { id: keyId, user }: SimKey): void {
    this.#untold.set(`${keyId} ${change}`, { change, keyId, by, user });
  }

  /** The process has heard that AWS carried the change out. */
  heard(process: SimProcess, change: Change, keyId: string): void {
    const changes = this.#heard.get(process) ?? new Set();
    changes.add(`${keyId} ${change}`);
    this.#heard.set(process, changes);
  }

  told(process: SimProcess, event: EngineEvent): void {
    // It is told of as a key that may be ours: nobody can tell more.
    if (event.code === 'key-unexplained') this.#untold.delete(`${event.keyId} created`);
    const change = changeIn(event);
    if (change === undefined) return;
    this.#heard.get(process)?.delete(change);
    this.#untold.delete(change);
  }

  /** What a process that has come to its end has not told. */
  kept(process: SimProcess): readonly string[] {
    return [...(this.#heard.get(process) ?? [])];
  }

  /**
   * What nobody has told. A person's hand at the key hides what was before, and a key that may be a
   * person's is asked about, in the `questions` of users. Of a user who has another name since, the journal
   * of the new name knows nothing.
   */
  leftUntold(world: World, questions: ReadonlySet<string>): readonly string[] {
    return [...this.#untold.values()].flatMap(({ change, keyId, by, user }) => {
      const key = world.key(keyId);
      if (key === undefined || key.operatorTouchedMs !== undefined) return [];
      if (user !== key.user) return [];
      if (change === 'created' && questions.has(key.user)) return [];
      return [`nobody tells that ${by.name} made ${keyId} of ${key.user} ${change}`];
    });
  }
}

/** "AKIA… deleted" */
export function changeIn(event: EngineEvent): string | undefined {
  switch (event.code) {
    case 'key-created':
      return `${event.newKeyId} created`;
    case 'key-deactivated':
      return `${event.keyId} Inactive`;
    case 'key-reactivated':
      return `${event.keyId} Active`;
    case 'key-deleted':
      return `${event.keyId} deleted`;
    case 'change-found':
      return `${event.keyId} ${FOUND[event.change]}`;
    default:
      return undefined;
  }
}

/** The same, of what a dry run says that the run would tell beside rotations and clean-up. */
export function foretoldIn(event: EngineEvent): string | undefined {
  if (event.code === 'deletion-foretold') return `${event.keyId} deleted`;
  if (event.code === 'reactivation-foretold') return `${event.keyId} Active`;
  return event.code === 'finding-foretold' ? `${event.keyId} ${FOUND[event.change]}` : undefined;
}

/** Whether it is one of those: what recovery did, or found. */
export function isBesides(event: EngineEvent): boolean {
  return changeIn(event) !== undefined && 'by' in event && event.by === 'recovery';
}
