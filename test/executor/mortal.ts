// A run that dies at one point: every change that it makes, on disk and in AWS, has a before and an
// after.

import type { ExecutorContext } from '../../src/executor/context.ts';
import type { Broken } from './workbench.ts';

/** Counts the points at which a run can die, and lets it die at one of them. */
export class Mortal {
  #pointsLeft: number;
  #isDead = false;

  /** `Number.POSITIVE_INFINITY` for a run that lives. */
  constructor(dieAtPoint: number) {
    this.#pointsLeft = dieAtPoint;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#point();
    const result = await work();
    this.#point();
    return result;
  }

  #point(): void {
    this.#pointsLeft -= 1;
    // The dead do nothing more, whatever the code would do after a failure.
    if (this.#pointsLeft <= 0) this.#isDead = true;
    if (this.#isDead) throw new RangeError('the process died');
  }
}

export function dying(mortal: Mortal): Broken {
  return {
    state: (state) => ({
      ...state,
      journal: {
        append: (record) => mortal.change(() => state.journal.append(record)),
        recordsOf: (user) => state.journal.recordsOf(user),
        users: () => state.journal.users(),
      },
      handoff: {
        put: (entry) => mortal.change(() => state.handoff.put(entry)),
        get: (keyId) => state.handoff.get(keyId),
        remove: (keyId) => mortal.change(() => state.handoff.remove(keyId)),
        pathOf: (keyId) => state.handoff.pathOf(keyId),
        list: () => state.handoff.list(),
      },
    }),
    context: (context) => ({ ...context, gateway: mortalGateway(mortal, context.gateway) }),
  };
}

function mortalGateway(
  mortal: Mortal,
  gateway: ExecutorContext['gateway'],
): ExecutorContext['gateway'] {
  const { writer } = gateway;
  return {
    ...gateway,
    writer: {
      createAccessKey: (user) => mortal.change(() => writer.createAccessKey(user)),
      setStatus: (user, id, status) => mortal.change(() => writer.setStatus(user, id, status)),
      deleteAccessKey: (user, id) => mortal.change(() => writer.deleteAccessKey(user, id)),
    },
  };
}
