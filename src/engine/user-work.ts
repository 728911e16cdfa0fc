// One user at work: who it is, what is recorded about them, and everything that their account works
// with, in one object. The steps of the engine are handed this and nothing else.

import type { Fence } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { Grace } from '../lifecycle/decide-grace.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { AccessKey, LastUse } from '../lifecycle/keys.ts';
import type { PlanStep } from '../lifecycle/plan-step.ts';
import type { PlaceRefusal } from '../lifecycle/questions.ts';
import type { KeyStep, RotationStep } from '../lifecycle/record.ts';
import { notPlanned } from '../lifecycle/within-plan.ts';
import type { UserLog } from '../state/state-store.ts';
import type { AccountWork } from './account-work.ts';
import type { HookResult } from './hooks.ts';

/** A user as a dry run has them: everything can be read, nothing changed. */
export interface UserAtHand {
  readonly user: string;
  readonly account: AccountWork;
  readonly history: UserHistory;
  /** Keeps what AWS told of the last use of keys, for a plan. */
  readonly uses?: Map<AccessKeyId, LastUse | 'unreadable'>;
}

/** A user whom nobody else works on (I9). */
export class UserWork implements UserAtHand {
  readonly user: string;
  readonly account: AccountWork;
  readonly #log: UserLog;
  /** What AWS listed last. */
  #lastListed: readonly AccessKey[] | undefined;
  /** New keys that AWS has accepted while this work was under way. */
  readonly accepted = new Set<AccessKeyId>();
  /** Places that would not take the new key of the open rotation when they were asked. */
  refused: readonly PlaceRefusal[] = [];
  /** What was found last about an old key that stays Active for now. */
  grace: Grace | undefined;
  /** The key that was made by this very work: custody has its secret, and nobody else can have it yet. */
  madeNow: IssuedKey | undefined;
  /** What became of the hooks that this work came to. */
  readonly hookResults: HookResult[] = [];
  /** Whether a deactivation is taken back that went wrong: the way out that each of them has, in plans too. */
  isGoingBack = false;

  constructor(user: string, account: AccountWork, log: UserLog) {
    this.user = user;
    this.account = account;
    this.#log = log;
  }

  /** The keys as this work has seen them last; undefined when it has not looked yet. */
  get lastListed(): readonly AccessKey[] | undefined {
    return this.#lastListed;
  }

  /** Everything recorded about the user, the records of this work included. */
  get history(): UserHistory {
    return this.#log.history;
  }

  /** Resolves when the step is durable. */
  async record(rotation: string, step: RotationStep): Promise<void> {
    await this.#log.record(rotation, step, this.#planId);
  }

  /** The same for a step that nothing is done for before the next one is durable. */
  async note(rotation: string, step: RotationStep): Promise<void> {
    await this.#log.note(rotation, step, this.#planId);
  }

  /** The look at the claim just before a change of a key leaves (I9). */
  get fence(): Fence {
    return (signedAt) => this.#log.fence(signedAt);
  }

  recordKey(step: KeyStep): Promise<void> {
    return this.#log.recordKey(step, this.#planId);
  }

  /** The plan that is applied; it is on record with every step. */
  get #planId(): string | undefined {
    return this.account.policy.planned?.planId;
  }

  /**
   * I18: asked just before anything is changed. Throws `not-planned` where a plan is applied that does not name
   * the step.
   */
  assertPlanned(step: PlanStep): void {
    const { planned } = this.account.policy;
    if (planned === undefined || this.isGoingBack || planned.permit.allows(step)) return;
    planned.left({ step, because: 'the plan does not name it' });
    throw notPlanned(step, planned);
  }

  async listKeys(): Promise<readonly AccessKey[]> {
    this.#lastListed = await this.account.gateway.reader.listAccessKeys(this.user);
    return this.#lastListed;
  }

  /** Undefined when the user was deleted. */
  async listKeysUnlessGone(): Promise<readonly AccessKey[] | undefined> {
    try {
      return await this.listKeys();
    } catch (thrown) {
      if (toKeyturnError(thrown).code === 'unknown-user') return undefined;
      throw thrown;
    }
  }
}

/** Works on the user as the only one, anywhere (I9). Throws `rotation-in-progress`. */
export async function whileAlone<T>(
  user: string,
  account: AccountWork,
  work: (work: UserWork) => Promise<T>,
): Promise<T> {
  return await account.state.exclusively(user, (log) => work(new UserWork(user, account, log)));
}
