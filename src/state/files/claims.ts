// One writer per user, across processes and machines that share the state directory (I9).

import type { Clock } from '../../base/clock.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Acquisition, ClaimFiles } from './claim-files.ts';
import type { ClaimOwner } from './claim-owner.ts';

/** IAM refuses a request this long after the time that its signature bears. */
const SIGNATURE_LIFE_MS = 15 * 60_000;

/** IAM's own rule for user names (API reference, CreateUser). */
const USER_NAME = /^[\w+=,.@-]{1,64}$/;

/** The claim on a user, for whoever works under it. */
export interface UserClaim {
  /**
   * A sign of life, given before each journaled step. Throws `rotation-in-progress` when the claim was
   * lost: this process was suspended for longer than the expiry and one on another machine took over,
   * so it must not act any more (I9).
   */
  keep(): Promise<void>;
  /** The look just before a change of a key leaves (`UserLog.fence`). */
  fence(signedAt: Date): Promise<void>;
}

export class FileClaims {
  readonly #files: ClaimFiles;
  /** Of this process, by comparable names of users. */
  readonly #held = new Map<string, UserClaim>();

  constructor(files: ClaimFiles) {
    this.#files = files;
  }

  /**
   * Runs `work` while this process holds the claim on the user.
   * Throws `rotation-in-progress` when a living process holds it.
   */
  async withClaim<T>(user: string, work: (claim: UserClaim) => Promise<T>): Promise<T> {
    const name = claimNameOf(user);
    const acquired = await this.#files.acquire(name);
    if (acquired.held === undefined) throw busy(user, acquired.owner, this.#files.pathOf(name));
    let isOver = false;
    try {
      // After our own claim is made, as compaction looks for claims after it has made its own: at
      // least one of the two sees the other, so no record is written while the file is replaced.
      if (await this.#files.isHeld(COMPACTION)) throw compacting(this.#files.pathOf(COMPACTION));
      const keep = async () => {
        assert(!isOver, `the claim on user ${user} was given back`);
        if (!(await acquired.held.keep())) throw lost(user);
      };
      const fence = async (signedAt: Date) => {
        await keep();
        const marginMs = acquired.held.untilMs() - signedAt.getTime();
        if (marginMs < SIGNATURE_LIFE_MS) throw ahead(user);
      };
      this.#held.set(comparableUserName(user), { keep, fence });
      return await work({ keep, fence });
    } finally {
      isOver = true;
      this.#held.delete(comparableUserName(user));
      await acquired.held.release();
    }
  }

  /** Nothing where this process does not work on the user. Throws `rotation-in-progress` when the claim was lost. */
  async keepIfHeld(user: string): Promise<void> {
    await this.#held.get(comparableUserName(user))?.keep();
  }

  /** Throws as withClaim does before it begins, by reads alone. */
  async assertFree(user: string): Promise<void> {
    const name = claimNameOf(user);
    const holder = await this.#files.holderOf(name);
    if (holder !== undefined) throw busy(user, holder.owner, this.#files.pathOf(name));
    if (await this.#files.isHeld(COMPACTION)) throw compacting(this.#files.pathOf(COMPACTION));
  }
}

function ahead(user: string): KeyturnError {
  return new KeyturnError(
    'clock-skew',
    `this machine's clock was set back, so that a request for user ${user} could outlive the claim`,
    { hint: 'set the clock (for example with NTP), then run again' },
  );
}

function lost(user: string): KeyturnError {
  return new KeyturnError(
    'rotation-in-progress',
    `the claim on user ${user} was lost to another process while this one was suspended`,
    { hint: 'wait for the other process, then run again' },
  );
}

/** Held while the journal is replaced by a shorter one. */
const COMPACTION = 'compaction.claim';

/**
 * Runs `work` while no process records anything about any user. Throws `rotation-in-progress` when
 * one does, or when another compaction is under way.
 */
export async function whileNobodyWrites<T>(files: ClaimFiles, work: () => Promise<T>): Promise<T> {
  const own = await files.acquire(COMPACTION);
  if (own.held === undefined) throw compacting(files.pathOf(COMPACTION));
  try {
    for (const name of await files.names()) {
      if (!name.startsWith('user-') || !(await files.isHeld(name))) continue;
      throw new KeyturnError('rotation-in-progress', `${files.pathOf(name)} is held by a run`, {
        hint: 'compact when no run is under way',
      });
    }
    return await work();
  } finally {
    await own.held.release();
  }
}

function compacting(path: string): KeyturnError {
  return new KeyturnError('rotation-in-progress', 'the journal is being compacted', {
    hint: `run again in a moment; if no keyturn is running anywhere, remove ${path}`,
  });
}

/**
 * A name that is safe on every file system: lower case, since IAM compares user names without case;
 * other characters than letters, digits, - and _ as %XX; a prefix, so that no name is special.
 */
export function claimNameOf(user: string): string {
  if (!USER_NAME.test(user)) {
    throw new KeyturnError('bad-value', `${JSON.stringify(user)} is not an iam user name`);
  }
  const encoded = comparableUserName(user).replace(
    /[^a-z0-9_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `user-${encoded}.claim`;
}

function busy(user: string, owner: ClaimOwner | undefined, path: string): KeyturnError {
  if (owner === undefined) {
    return new KeyturnError('rotation-in-progress', `user ${user} is claimed by another process`, {
      hint: `wait for it; if no keyturn is running anywhere, remove ${path}`,
    });
  }
  const { pid, host, claimed_at: since } = owner;
  return new KeyturnError(
    'rotation-in-progress',
    `user ${user} is being rotated by process ${pid} on host ${host} since ${since}`,
    { hint: `wait for it; if that process is not keyturn, remove ${path}` },
  );
}

/** Between two looks at a claim that is held for milliseconds. */
const WAIT_MS = 20;
const WAITS_MAX = 500;

/** Runs short work under a claim that is waited for. Throws `state-dir` after about ten seconds. */
export async function whileHolding<T>(
  files: ClaimFiles,
  clock: Clock,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  return await whileHeld({ files, clock, name, acquire: () => files.acquire(name) }, work);
}

export interface Turn {
  readonly files: ClaimFiles;
  readonly clock: Clock;
  readonly name: string;
  readonly acquire: () => Promise<Acquisition>;
}

/** The same, however the claim is taken. */
export async function whileHeld<T>(
  { files, clock, name, acquire }: Turn,
  work: () => Promise<T>,
): Promise<T> {
  for (let wait = 0; wait < WAITS_MAX; wait += 1) {
    const acquired = await acquire();
    if (acquired.held !== undefined) {
      try {
        return await work();
      } finally {
        await acquired.held.release();
      }
    }
    await clock.sleep(WAIT_MS);
  }
  throw new KeyturnError('state-dir', `claim ${files.pathOf(name)} is held by another process`, {
    hint: 'if no other keyturn is running anywhere, remove that file',
  });
}
