// The turn of each user in a run of one account: what holds for them, whether a limit leaves them out, and the
// engine at work with their own settings.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUser, type UserListed } from '../engine/foretell-user.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import { notBegun, rotateUser } from '../engine/rotate-user.ts';
import { KEYS_PER_USER_MAX } from '../lifecycle/keys.ts';
import type { Planned } from '../lifecycle/plan-step.ts';
import type { Deliveries } from './account-work.ts';
import type { HeldUser } from './find-candidates.ts';
import { type GovernedBy, NONE_DUE, type RunSettings, type UserSettings } from './run-settings.ts';

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
      .filter((one) => this.#begins(one) && mayHaveRoom(one))
      .map((one) => ({ one, overdueMs: this.#overdueMs(one, now) }))
      .sort((a, b) => b.overdueMs - a.overdueMs);
    const beyond = new Set<UserListed>();
    for (const { one } of begins) {
      const held = this.#settings.mayRotate();
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

  /** Why these settings hold for the user; undefined where no rule of a configuration governs. */
  governedBy(user: string): GovernedBy | undefined {
    const turn = this.#settings.of(user);
    return turn.kind === 'work' ? turn.settings.governedBy : undefined;
  }

  async perform(
    candidate: UserListed,
    account: AccountWork,
    { dryRun, plannedFor, replacedOf }: HowPerformed,
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
    const { oldKeyFate, retire, cleanUpDays, isDeliverGiven, wanted } = turn.settings;
    const { hooks, governedBy } = turn.settings;
    const { account: id } = account.gateway.caller;
    const planned = plannedFor?.(id, user, governedBy);
    // I18: where a plan is applied, nothing is done for a user of whom it does not speak.
    if (plannedFor !== undefined && planned === undefined) return nothingDone(user);
    const own = {
      ...{ oldKeyFate, retire, cleanUpDays, hooks, replacesOwnKey: isDeliverGiven, planned },
      thresholdDays: governedBy?.thresholdDays,
      looksFor: replacedOf && { replaced: replacedOf(id, user) },
    };
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

/** Whether anything is changed, and by which plan. */
export interface HowPerformed {
  readonly dryRun: boolean;
  readonly plannedFor?: PlannedFor | undefined;
  /** The key of the user that an earlier plan replaces: its places are looked at again. */
  readonly replacedOf?: ((account: string, user: string) => AccessKeyId | undefined) | undefined;
}

/** What a plan says about a user; undefined where it says nothing. */
export type PlannedFor = (
  account: string,
  user: string,
  governedBy: GovernedBy | undefined,
) => Planned | undefined;

/**
 * Two Active keys leave no room: such a user waits for a person, and takes none of what a run may begin from the
 * others. Unless one of the two is of a rotation that was given up, which is deleted.
 */
function mayHaveRoom({ keys, hasLateKey = false }: UserListed): boolean {
  const active = keys.filter(({ status }) => status === 'Active');
  return hasLateKey || active.length < KEYS_PER_USER_MAX;
}

function nothingDone(user: string): UserOutcome {
  const nothing = { rotation: undefined, cleanup: undefined, retirement: undefined };
  return { user, ...nothing, notBefore: undefined };
}
