// A run that dies at one point: every change that it makes, on disk and in AWS, has a before and an
// after.

import type { AccountGateway, KeyWriter } from '../../src/aws/gateway.ts';
import { type Broken, withJournal } from './workbench.ts';

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
      ...withJournal(state, (_step, write) => mortal.change(write)),
      custody: {
        prepare: (user, rotation) => state.custody.prepare(user, rotation),
        put: (entry) => mortal.change(() => state.custody.put(entry)),
        get: (keyId) => state.custody.get(keyId),
        holds: (keyId) => state.custody.holds(keyId),
        remove: (keyId, user) => mortal.change(() => state.custody.remove(keyId, user)),
        condemn: (keyId, user) => mortal.change(() => state.custody.condemn(keyId, user)),
        describe: (keyId) => state.custody.describe(keyId),
        list: () => state.custody.list(),
        sealed: state.custody.sealed,
      },
    }),
    account: (account) => ({ ...account, gateway: mortalGateway(mortal, account.gateway) }),
  };
}

function mortalGateway(mortal: Mortal, gateway: AccountGateway): AccountGateway {
  const { writer } = gateway;
  return {
    ...gateway,
    writer: mortalWriter(mortal, writer),
  };
}

function mortalWriter(mortal: Mortal, writer: KeyWriter): KeyWriter {
  return {
    fenced: (fence) => mortalWriter(mortal, writer.fenced(fence)),
    createAccessKey: (user) => mortal.change(() => writer.createAccessKey(user)),
    setStatus: (user, id, status) => mortal.change(() => writer.setStatus(user, id, status)),
    deleteAccessKey: (user, id) => mortal.change(() => writer.deleteAccessKey(user, id)),
  };
}
