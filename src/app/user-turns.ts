// The turn of each user in a run of one account: what holds for them, whether a limit leaves them out, and the
// engine at work with their own settings.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { Ticket } from '../base/in-order.ts';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUser, type UserListed } from '../engine/foretell-user.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import { notBegun, rotateUser } from '../engine/rotate-user.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import type { Planned, StepWord } from '../lifecycle/plan-step.ts';
import type { Deliveries } from './account-work.ts';
import type { HeldUser } from './find-candidates.ts';
import { type Ahead, lookAhead } from './look-ahead.ts';
import { type GovernedBy, NONE_DUE, type RunSettings, type UserSettings } from './run-settings.ts';
import { type Claim, endsInOrder, rotationsInOrder } from './slots.ts';

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

  /**
   * Who may do what where a limit lets only some, decided before anything is done: of those beyond it none is begun.
   * Accounts of a run have their turns in their order.
   */
  async withinLimits(
    candidates: readonly UserListed[],
    account: AccountWork,
    limiting: Limiting,
  ): Promise<readonly UserListed[]> {
    const { open, order } = limiting;
    if (order === undefined) this.#settings.opened(open);
    const claims = await this.#claims(candidates, account, limiting);
    if (order !== undefined) {
      await order.turn(account.signal);
      this.#settings.opened(open);
    }
    const beyond = new Set<UserListed>();
    const byUser = new Map(candidates.map((one) => [one.user, one]));
    for (const { user } of rotationsInOrder(claims)) {
      const held = this.#settings.mayRotate(user);
      const one = byUser.get(user);
      if (held === undefined || one === undefined) continue;
      this.holdBack({ user, held, oldKey: one.oldKey });
      this.#beginsNothing.add(user);
      beyond.add(one);
    }
    for (const { user } of endsInOrder(claims)) {
      if (!this.#beginsNothing.has(user)) this.#settings.mayDeactivate(user);
    }
    order?.through();
    return candidates.flatMap((one) => (beyond.has(one) ? this.#withoutRotation(one) : [one]));
  }

  /** Looked ahead for only where there may be more than a limit lets, since that asks AWS about each once more. */
  async #claims(
    candidates: readonly UserListed[],
    account: AccountWork,
    { order, plannedFor, concurrency }: Limiting,
  ): Promise<readonly Claim[]> {
    const now = account.clock.now();
    const { account: id } = account.gateway.caller;
    const isPlanned = ({ user }: UserListed, word: StepWord) =>
      plannedFor === undefined ||
      plannedFor(id, user, this.governedBy(user))?.permit.names(word) === true;
    const begins = candidates.filter((one) => this.#begins(one) && isPlanned(one, 'create'));
    const ends = candidates.filter((one) => this.#mayEnd(one) && isPlanned(one, 'deactivate'));
    const { rotations, deactivations } = this.#settings.room;
    // What other accounts take is not known yet.
    const least = (room: number) => (order === undefined || room === Infinity ? room : 0);
    // A plan names no more than the limits of its run let.
    const isOpen = plannedFor !== undefined;
    const looked = new Set([
      ...(isOpen || begins.length <= least(rotations) ? [] : begins),
      ...(isOpen || ends.length <= least(deactivations) ? [] : ends),
    ]);
    const others = begins.filter((one) => !looked.has(one));
    const ahead = [...looked].flatMap((one): Ahead[] => {
      const settings = this.#settingsOf(one);
      if (settings === undefined) return [];
      const { notRetiring, retire } = settings;
      const free = { ...settings, retire: { ...retire, heldBack: () => notRetiring } };
      const overdueMs = this.#begins(one) ? this.#overdueMs(one, now) : undefined;
      const own = this.#accountOf(one, free, { account });
      return [{ one, wanted: this.#wantedOf(one, settings), account: own, overdueMs }];
    });
    return [
      ...others.map((one) => {
        return { user: one.user, overdueMs: this.#overdueMs(one, now), end: undefined };
      }),
      ...(await lookAhead(ahead, concurrency)),
    ];
  }

  /** Whether an old key of the user may come to its end. */
  #mayEnd(one: UserListed): boolean {
    const settings = this.#settingsOf(one);
    const isClosed = settings === undefined || settings.notRetiring !== undefined;
    if (!one.isForRotation || isClosed) return false;
    // What is open has a fate of its own.
    return settings.oldKeyFate !== 'keep' || !this.#begins(one);
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

  /** One that is given up makes room for another, which nobody has counted: it is begun by the next run. */
  #wantedOf(one: UserListed, { wanted }: UserSettings): Wanted {
    const isCounted = Number.isFinite(this.#settings.room.rotations);
    return isCounted && !this.#begins(one) ? NONE_DUE : wanted;
  }

  /** The account with the policy that holds for the user. */
  #accountOf(
    { user, oldKey }: UserListed,
    settings: UserSettings,
    { account, planned, replacedOf }: OneAccount,
  ): AccountWork {
    const { oldKeyFate, retire, cleanUpDays, isDeliverGiven, hooks, governedBy } = settings;
    const { account: id } = account.gateway.caller;
    const mayBegin = () => {
      const held = this.#settings.mayRotate(user);
      if (held !== undefined) this.holdBack({ user, held, oldKey });
      return held === undefined;
    };
    const own = {
      ...{ oldKeyFate, retire, cleanUpDays, hooks, replacesOwnKey: isDeliverGiven, planned },
      ...{ mayBegin, thresholdDays: governedBy?.thresholdDays },
      looksFor: replacedOf && { replaced: replacedOf(id, user) },
    };
    return { ...account, policy: { ...account.policy, ...own } };
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
    const { governedBy } = turn.settings;
    const { account: id } = account.gateway.caller;
    const planned = plannedFor?.(id, user, governedBy);
    // I18: where a plan is applied, nothing is done for a user of whom it does not speak.
    if (plannedFor !== undefined && planned === undefined) return nothingDone(user);
    const perform = dryRun ? foretellUser : rotateUser;
    const wanted = this.#beginsNothing.has(user)
      ? NONE_DUE
      : this.#wantedOf(candidate, turn.settings);
    const own = this.#accountOf(candidate, turn.settings, { account, planned, replacedOf });
    const outcome = await perform(candidate, wanted, own);
    const { rotation } = outcome;
    if (rotation?.kind === 'failed' && !rotation.error.isBlock) this.#settings.failed();
    return outcome;
  }
}

/** What the limits of a run are held against, in one of its accounts. */
export interface Limiting {
  /** Rotations that earlier runs left open in the account. */
  readonly open: number;
  /** Left out where the run has one account. */
  readonly order?: Ticket | undefined;
  readonly plannedFor?: PlannedFor | undefined;
  /** Users who are looked at at once. */
  readonly concurrency: number;
}

/** Whether anything is changed, and by which plan. */
export interface HowPerformed {
  readonly dryRun: boolean;
  readonly plannedFor?: PlannedFor | undefined;
  /** The key of the user that an earlier plan replaces: its places are looked at again. */
  readonly replacedOf?: ((account: string, user: string) => AccessKeyId | undefined) | undefined;
}

interface OneAccount extends Pick<HowPerformed, 'replacedOf'> {
  readonly account: AccountWork;
  readonly planned?: Planned | undefined;
}

/** What a plan says about a user; undefined where it says nothing. */
export type PlannedFor = (
  account: string,
  user: string,
  governedBy: GovernedBy | undefined,
) => Planned | undefined;

function nothingDone(user: string): UserOutcome {
  const nothing = { rotation: undefined, cleanup: undefined, retirement: undefined };
  return { user, ...nothing, notBefore: undefined };
}
