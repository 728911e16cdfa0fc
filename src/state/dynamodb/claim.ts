// One writer per user, anywhere (I9). A claim is a lease in the time of the table's own clock. It is never
// looked at first and used afterwards: each write names the nonce of its claim in its condition.

import type { TableWrite } from '../../base/aws-tables.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import { type Head, type HeadClaim, NO_HEAD, readHead } from './head.ts';
import { headKey, TABLE_FORMAT } from './keys.ts';
import { DATES_APART_MS } from './server-time.ts';
import type { Doing, Table } from './table.ts';

/** Others may take and give back a user meanwhile. */
const TAKES_MAX = 4;

export interface ClaimedUser {
  readonly table: Table;
  readonly account: string;
  readonly user: string;
  /** Who works here, for people. */
  readonly owner: string;
}

/** The claim of this process on one user. */
export class Claim {
  readonly nonce: string;
  readonly of: ClaimedUser;
  #head: Head;
  #untilMs: number;
  #isOver = false;

  private constructor(of: ClaimedUser, nonce: string, head: Head, untilMs: number) {
    this.of = of;
    this.nonce = nonce;
    this.#head = head;
    this.#untilMs = untilMs;
  }

  /** Throws `rotation-in-progress` when another one has the user. */
  static async take(of: ClaimedUser): Promise<Claim> {
    const { table, user } = of;
    const nonce = newId();
    let seen: HeadClaim | undefined;
    for (let attempt = 0; attempt < TAKES_MAX; attempt += 1) {
      const taken = await table.write([taking(of, nonce, seen)], doingTo(user));
      const item = taken.kind === 'done' ? taken.item : taken.failed[0]?.found;
      const head = readHead(item, table.name) ?? { user, ...NO_HEAD };
      // Also where the answer to an earlier attempt of this very call was lost.
      if (head.claim?.nonce === nonce) return new Claim(of, nonce, head, head.claim.untilMs);
      // By the answer that showed it, and no other clock.
      if (isHeld(head.claim, table)) throw busy(user, head.claim);
      seen = head.claim;
    }
    throw busy(user, seen);
  }

  get head(): Head {
    return this.#head;
  }

  /** As of the latest write under this claim. */
  advance(more: Partial<Head>, untilMs: number): void {
    this.#head = { ...this.#head, ...more };
    this.#untilMs = Math.max(this.#untilMs, untilMs);
  }

  /** Until when nobody else may take the user over, were the lease renewed now; never sooner than before. */
  nextUntilMs(): number {
    const { time, leaseMs } = this.of.table;
    return Math.max(this.#untilMs, Math.floor(time.nowMs()) + leaseMs);
  }

  assertOpen(): void {
    assert(!this.#isOver, `the claim on user ${this.of.user} was given back`);
  }

  /** The condition that this claim is still the one on the user. */
  get check(): TableWrite {
    const { table, account, user } = this.of;
    return {
      kind: 'check',
      table: table.name,
      key: headKey(account, user),
      condition: '#nonce = :me',
      values: { me: this.nonce },
    };
  }

  /**
   * The look at the claim just before a change of a key leaves, inside the loop of its attempts. IAM has no
   * fence of its own but the end of a signature's life: so a request may leave only if its signature dies
   * before anybody may take the user over. The time is the one that IAM will judge, and no clock of this
   * machine's.
   */
  async fence(signedAt: Date): Promise<void> {
    this.assertOpen();
    // Twice: whoever slept over an answer takes the table's time for what it was before, until the next one.
    for (let renewals = 0; renewals < 2 && !this.#covers(signedAt); renewals += 1) {
      await this.#renew();
    }
    if (this.#covers(signedAt)) return;
    throw new KeyturnError(
      'clock-skew',
      `this machine's clock is ahead of the one of ${this.of.table.name}, by so much that a request for user ${this.of.user} could outlive the claim`,
      { hint: 'set the clock (for example with NTP), then run again' },
    );
  }

  #covers(signedAt: Date): boolean {
    return this.#untilMs - DATES_APART_MS >= signedAt.getTime() + this.of.table.signatureLifeMs;
  }

  async #renew(): Promise<void> {
    const { table, account, user } = this.of;
    const untilMs = this.nextUntilMs();
    const renewed = await table.write(
      [
        {
          kind: 'update',
          table: table.name,
          key: headKey(account, user),
          update: 'SET #until = :until',
          // A late copy of an earlier renewal does not shorten it.
          condition: '#nonce = :me AND #until < :until',
          values: { me: this.nonce, until: untilMs },
        },
      ],
      doingTo(user),
    );
    if (renewed.kind === 'done') return this.advance({}, untilMs);
    const now = readHead(renewed.failed[0]?.found, table.name)?.claim;
    if (now?.nonce !== this.nonce) throw lost(user);
    // Renewed as far as it goes already.
    this.advance({}, now.untilMs);
  }

  /** Throws `rotation-in-progress` when another one has taken the user over. */
  async demandHeld(): Promise<void> {
    const { table, account, user } = this.of;
    const item = await table.get(table.name, headKey(account, user), doingTo(user));
    if (readHead(item, table.name)?.claim?.nonce !== this.nonce) throw lost(user);
  }

  /** Never throws: what is not given back is free when its time is over. */
  async release(): Promise<void> {
    this.#isOver = true;
    const { table, account, user } = this.of;
    const write: TableWrite = {
      kind: 'update',
      table: table.name,
      key: headKey(account, user),
      update: 'REMOVE #nonce, #owner, #until',
      condition: '#nonce = :me',
      values: { me: this.nonce },
    };
    // Refused is as good: it was given back already, or taken over.
    await table.write([write], doingTo(user)).catch(() => undefined);
  }
}

/** Takes a user who is free, or one whose claim was seen to be over: then nothing may have happened since. */
function taking(
  { table, account, user, owner }: ClaimedUser,
  nonce: string,
  seen?: HeadClaim,
): TableWrite {
  const untilMs = Math.floor(table.time.nowMs()) + table.leaseMs;
  const set = [
    '#nonce = :me',
    '#epoch = if_not_exists(#epoch, :zero) + :one',
    '#until = :until',
    '#owner = :owner',
    '#seq = if_not_exists(#seq, :zero)',
    '#count = if_not_exists(#count, :zero)',
    '#user = if_not_exists(#user, :user)',
    '#fmt = if_not_exists(#fmt, :fmt)',
  ];
  const values = { me: nonce, zero: 0, one: 1, until: untilMs, owner, user, fmt: TABLE_FORMAT };
  const update = `SET ${set.join(', ')}`;
  const base = { kind: 'update', table: table.name, key: headKey(account, user), update } as const;
  if (seen === undefined) return { ...base, condition: 'attribute_not_exists(#nonce)', values };
  return {
    ...base,
    condition: '#nonce = :seen AND #until = :seenUntil',
    values: { ...values, seen: seen.nonce, seenUntil: seen.untilMs },
  };
}

function doingTo(user: string): Doing {
  return { code: 'state-dir', what: `user ${user} cannot be claimed` };
}

/** Whether somebody works on the user, by the time of the table. */
export function isHeld(claim: HeadClaim | undefined, table: Table): claim is HeadClaim {
  return claim !== undefined && table.time.nowMs() <= claim.untilMs;
}

export function busy(user: string, claim: HeadClaim | undefined): KeyturnError {
  const by = claim?.owner ? ` by ${claim.owner}` : '';
  const notBefore = claim === undefined ? undefined : new Date(claim.untilMs);
  return new KeyturnError('rotation-in-progress', `user ${user} is being rotated${by}`, {
    hint:
      notBefore === undefined
        ? 'run again in a moment'
        : `wait for it; should it have died, the user is free at ${notBefore.toISOString().slice(0, 16)}Z`,
    ...(notBefore !== undefined && { notBefore }),
  });
}

export function lost(user: string): KeyturnError {
  return new KeyturnError(
    'rotation-in-progress',
    `the claim on user ${user} was lost to another process while this one was suspended`,
    { hint: 'wait for the other process, then run again' },
  );
}
