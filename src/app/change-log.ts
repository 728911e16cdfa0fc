// Every key that a run created, made Inactive, made Active again or deleted (I16), and every hand-off file
// that stays though it was to go: collected from the events of the accounts at work, for the document of
// the run, however the run ends. One collector for all faces.

import type { Clock } from '../base/clock.ts';
import type { EngineEvent, EventSink, KeyChangeWord } from '../base/events.ts';
import type { KeptHandoff, KeyChanged, PlannedChange, ToldSoFar } from '../base/key-changes.ts';

const CHANGES = {
  'key-created': 'created',
  'key-deactivated': 'deactivated',
  'key-reactivated': 'reactivated',
  'key-deleted': 'deleted',
} as const satisfies Partial<Record<EngineEvent['code'], KeyChangeWord>>;

interface MadePlace {
  readonly account_id: string;
  readonly username: string;
  readonly kind: string;
  readonly place: string;
}

export class ChangeLog {
  readonly #clock: Clock;
  readonly #changes: KeyChanged[] = [];
  readonly #planned: PlannedChange[] = [];
  readonly #madePlaces: MadePlace[] = [];
  /** By path: what a run could not remove at first, it may remove later. */
  readonly #kept = new Map<string, KeptHandoff>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was done so far, in the order in which it was done. */
  get all(): readonly KeyChanged[] {
    return this.#changes;
  }

  get soFar(): ToldSoFar {
    return { changes: this.#changes, keptHandoffs: [...this.#kept.values()] };
  }

  /** Secrets and parameters that were made, or in a dry run would be. */
  get madePlaces(): readonly MadePlace[] {
    return this.#madePlaces;
  }

  /** What a dry run says would be done beside its rotations and its clean-up. */
  get planned(): readonly PlannedChange[] {
    return this.#planned;
  }

  /** Hands every event of the account on, and keeps what was changed in it. */
  listening(account: string, emit: EventSink): EventSink {
    return (event) => {
      const change = this.#changeOf(event, account);
      if (change !== undefined) this.#changes.push(change);
      const planned = plannedBy(event, account);
      if (planned !== undefined) this.#planned.push(planned);
      if (event.code === 'place-made' || event.code === 'place-foretold') {
        const { user: username, kind, place } = event;
        this.#madePlaces.push({ account_id: account, username, kind, place });
      }
      this.#noteHandoff(event, account);
      emit(event);
    };
  }

  #noteHandoff(event: EngineEvent, account_id: string): void {
    if (event.code === 'handoff-removed') this.#kept.delete(event.path);
    if (event.code !== 'handoff-kept') return;
    const { user: username, newKeyId: access_key_id, path, reason } = event;
    this.#kept.set(path, { account_id, username, access_key_id, path, reason });
  }

  #changeOf(event: EngineEvent, account_id: string): KeyChanged | undefined {
    switch (event.code) {
      case 'key-created':
      case 'key-deactivated':
      case 'key-reactivated':
      case 'key-deleted': {
        const { user: username, by, why } = event;
        const keyId = event.code === 'key-created' ? event.newKeyId : event.keyId;
        const change = CHANGES[event.code];
        return { change, account_id, username, access_key_id: keyId, by, why, at: this.#now() };
      }
      case 'change-found': {
        const { change, user: username, keyId: access_key_id, by, why } = event;
        return { change, account_id, username, access_key_id, by, why, at: this.#now() };
      }
      default:
        return undefined;
    }
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

function plannedBy(event: EngineEvent, account_id: string): PlannedChange | undefined {
  switch (event.code) {
    case 'finding-foretold':
    case 'deletion-foretold':
    case 'reactivation-foretold': {
      const isDone = event.code === 'finding-foretold';
      const change = isDone ? event.change : FORETOLD[event.code];
      const { user: username, keyId: access_key_id, by, why } = event;
      return { change, account_id, username, access_key_id, by, why, already_done: isDone };
    }
    default:
      return undefined;
  }
}

const FORETOLD = {
  'deletion-foretold': 'deleted',
  'reactivation-foretold': 'reactivated',
} as const;
