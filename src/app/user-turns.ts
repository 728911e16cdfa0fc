// The turn of each user in a run of one account: what holds for them, whether a limit leaves them out, and the
// engine at work with their own settings.

import { MS_PER_DAY } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUser, type UserListed } from '../engine/foretell-user.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import { notBegun, rotateUser } from '../engine/rotate-user.ts';
import type { Deliveries } from './account-work.ts';
import type { HeldUser } from './find-candidates.ts';
import { NONE_DUE, type RunSettings, type UserSettings } from './run-settings.ts';

export class UserTurns {
  /** Users for whom nothing new was begun, and why. */
  readonly held: HeldUser[] = [];
  readonly #settings: RunSettings;
  readonly #emit: EventSink;
  /** Users beyond a limit: what is left of theirs is done without a new key. */
  readonly #beginsNothing = new Set<string>();

  constructor(settings: RunSettings, emit: EventSink) {
    this.#settings = settings;
    this.#emit = emit;
  }

  holdBack(each: HeldUser): void {
    const { user, held } = each;
    const { reason, because } = held;
    this.held.push(each);
    const notBefore = held.until?.toISOString() ?? null;
    this.#emit({ code: 'user-held-back', user, reason, because, notBefore });
  }

  /** The keys that are longest over the threshold of their own rule go first; of the rest none is begun. */
  withinLimits(candidates: readonly UserListed[], now: Date): readonly UserListed[] {
    const begins = candidates
      .filter((one) => this.#begins(one))
      .map((one) => ({ one, overdueMs: this.#overdueMs(one, now) }))
      .sort((a, b) => b.overdueMs - a.overdueMs);
    const beyond = new Set<UserListed>();
    for (const { one } of begins) {
      const endsOldKey = this.#settingsOf(one)?.oldKeyFate === 'deactivate';
      const held = this.#settings.mayRotate(one.user, endsOldKey);
      if (held === undefined) continue;
      this.holdBack({ user: one.user, held, oldKey: one.oldKey });
      this.#beginsNothing.add(one.user);
      beyond.add(one);
    }
    return candidates.flatMap((one) => (beyond.has(one) ? this.#withoutRotation(one) : [one]));
  }

  /** Clean-up is about other keys, and goes on. */
  #withoutRotation(one: UserListed): UserListed[] {
    const isToClean =
      this.#settingsOf(one)?.cleanUpDays !== undefined &&
      one.keys.some(({ status }) => status === 'Inactive');
    return isToClean ? [{ ...one, isForRotation: false }] : [];
  }

  /** Whether a new key would be made: a rotation that is open has another key, or one that is not known yet. */
  #begins(one: UserListed): boolean {
    const { isForRotation, oldKey } = one;
    const isKnown = oldKey.createdAt !== undefined && oldKey.status === 'Active';
    return isForRotation && isKnown && this.#settingsOf(one) !== undefined;
  }

  #overdueMs(one: UserListed, now: Date): number {
    const wanted = this.#settingsOf(one)?.wanted;
    const threshold = wanted?.kind === 'due-key' ? wanted.daysThreshold : 0;
    return now.getTime() - (one.oldKey.createdAt?.getTime() ?? 0) - threshold * MS_PER_DAY;
  }

  #settingsOf({ user }: UserListed): UserSettings | undefined {
    const turn = this.#settings.of(user);
    return turn.kind === 'work' ? turn.settings : undefined;
  }

  /** Where new secrets of the user go. Throws `not-deliverable` where nobody says it. */
  deliveriesOf(user: string): Deliveries {
    const turn = this.#settings.of(user);
    if (turn.kind === 'work') return turn.settings.deliver;
    throw new KeyturnError('not-deliverable', `nobody says where new secrets of ${user} go`, {
      hint: 'write a rule for the user into the configuration',
    });
  }

  async perform(
    candidate: UserListed,
    account: AccountWork,
    dryRun: boolean,
  ): Promise<UserOutcome> {
    const { user, oldKey } = candidate;
    const turn = this.#settings.of(user);
    if (turn.kind === 'refused') return notBegun(candidate, turn.error);
    const isNew = this.#begins(candidate);
    const held = turn.kind === 'left' ? turn.held : isNew && this.#settings.hasFailedTooOften();
    if (turn.kind === 'left' || held) {
      if (held) this.holdBack({ user, held, oldKey });
      return nothingDone(user);
    }
    const { oldKeyFate, retire, cleanUpDays, isDeliverGiven, wanted, hooks } = turn.settings;
    const own = { oldKeyFate, retire, cleanUpDays, hooks, replacesOwnKey: isDeliverGiven };
    const perform = dryRun ? foretellUser : rotateUser;
    // One that is given up makes room for another, which nobody has counted: it is begun by the next run.
    const isUncounted = !isNew && this.#settings.countsRotations;
    const isBeyond = isUncounted || this.#beginsNothing.has(user);
    const outcome = await perform(candidate, isBeyond ? NONE_DUE : wanted, {
      ...account,
      policy: { ...account.policy, ...own },
    });
    const { rotation } = outcome;
    if (rotation?.kind === 'failed' && !rotation.error.isBlock) this.#settings.failed();
    return outcome;
  }
}

function nothingDone(user: string): UserOutcome {
  const nothing = { rotation: undefined, cleanup: undefined, retirement: undefined };
  return { user, ...nothing, notBefore: undefined };
}
