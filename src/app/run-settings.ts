// What holds for each user of a run: from flags the same for all of them, from a configuration what its rules
// say. Every decision of a run asks here, so that flags and file are one engine.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Clock } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { AskedFacts } from '../config/asked-facts.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import type { UserHooks } from '../engine/hooks.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import type { OldKeyFate } from '../lifecycle/record.ts';
import type { RetirePolicy } from '../lifecycle/retire-policy.ts';
import type { Deliveries } from './account-work.ts';

export interface UserSettings {
  readonly wanted: Wanted;
  /** What would be wanted if `notNow` did not hold. */
  readonly wantedOtherwise?: Wanted;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is to be cleaned up. */
  readonly cleanUpDays: number | undefined;
  /** What becomes of old keys, of rotations that this run begins. */
  readonly oldKeyFate: OldKeyFate;
  /** When those go that wait until nobody uses them. */
  readonly retire: RetirePolicy;
  readonly deliver: Deliveries;
  /** Whether the operator said where new secrets go, and it is not only the default (I7). */
  readonly isDeliverGiven: boolean;
  /** How places are made that do not exist; none is when left out. */
  readonly newPlaces: NewPlaces | undefined;
  /** Why no new key is made for the user now; what is in grace goes on. */
  readonly notNow: HeldBack | undefined;
  /** Why no old key may become Inactive now. */
  readonly notRetiring: HeldBack | undefined;
  /** What a configuration wants done, asked and watched; left out where there is none. */
  readonly hooks?: UserHooks | undefined;
  /** Past which age a key should not be there any more, in days; what the run says when left out. */
  readonly overdueDays?: number;
  /** Which rule says so, and by which facts; left out where flags say the same for all. */
  readonly governedBy?: GovernedBy;
}

/** Why these settings hold for a user, as far as a plan depends on it. */
export interface GovernedBy {
  readonly rule: { readonly name: string; readonly line: number };
  /** What the configuration asks about the user, and what AWS tells of it. */
  readonly facts: AskedFacts;
  /** The values of the rule that decide what is done. */
  readonly policy: Readonly<Record<string, string | number | readonly string[] | null>>;
  /** The age at which a key is due without a look-ahead, in days. */
  readonly thresholdDays: number;
}

/** Numbers of users; infinite where nothing limits them. */
export interface Room {
  readonly rotations: number;
  readonly deactivations: number;
}

export type HeldBackReason =
  | 'exempt'
  | 'no-rule'
  | 'frozen'
  | 'outside-window'
  | 'over-limit'
  | 'after-failures'
  | 'after-red';

/** Something that a run does not do now, and that is no failure. */
export interface HeldBack {
  readonly reason: HeldBackReason;
  /** In one line. */
  readonly because: string;
  /** When it will be otherwise; undefined where nobody knows. */
  readonly until: Date | undefined;
}

export type UserTurn =
  | { readonly kind: 'work'; readonly settings: UserSettings }
  /** Nothing at all is done with the user. */
  | { readonly kind: 'left'; readonly held: HeldBack }
  /** Nothing is done, and a person is needed. */
  | { readonly kind: 'refused'; readonly error: KeyturnError };

/** The settings of a run in one account. */
export interface RunSettings {
  /** What may concern anybody: it decides whose keys are read. */
  readonly shortlist: Pick<UserSettings, 'wanted' | 'cleanUpDays'>;
  /** Asks about the users who may have something to do, before anybody asks what holds for them. */
  learn(users: readonly string[]): Promise<void>;
  /** What holds for the user; the same answer each time. */
  of(user: string): UserTurn;
  /** Whether the run is about the user at all; about everybody when left out. */
  isAbout?(user: string): boolean;
  /** Counts rotations that are open in the account. */
  opened(count: number): void;
  /** How much more this run may do, over all its accounts. */
  readonly room: Room;
  /** Whether a new key may be made for the user by this run, which then counts them. */
  mayRotate(user: string): HeldBack | undefined;
  /** Whether an old key of the user may be made Inactive by it; likewise. */
  mayDeactivate(user: string): HeldBack | undefined;
  /** Counts a user whose rotation failed. */
  failed(): void;
  /** Whether so much has failed that nothing new is begun. */
  hasFailedTooOften(): HeldBack | undefined;
}

/** An account that is open, as far as settings depend on it. */
export interface AccountAtHand {
  readonly gateway: AccountGateway;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** Names the run, as the journal does. */
  readonly run: string;
  /** What a person asks for by name, or nothing new at all: ages do not matter then. Left out, rules say what is due. */
  readonly asked?: Wanted | undefined;
}

/** Where settings come from that differ between users: they are made once an account is open. */
export interface Governance {
  /** The file that says it. */
  readonly file: string;
  settingsIn(account: AccountAtHand): Promise<RunSettings>;
  /** The places of each rule, for questions about the whole run. */
  readonly everywhere: readonly Deliveries[];
  /** The youngest age at which a key may be due, and how much of it is look-ahead, as a report tells them. */
  readonly earliest: { readonly daysThreshold: number; readonly lookAheadDays: number };
}

/** What flags say, for every user. */
export function asSettings(
  options: Omit<UserSettings, 'notNow' | 'notRetiring' | 'newPlaces'> & {
    readonly newPlaces?: NewPlaces | undefined;
  },
): UserSettings {
  const { wanted, cleanUpDays, oldKeyFate, retire, deliver, isDeliverGiven, newPlaces } = options;
  return {
    ...{ wanted, cleanUpDays, oldKeyFate, retire, deliver, isDeliverGiven, newPlaces },
    notNow: undefined,
    notRetiring: undefined,
  };
}

/** By the configuration, where there is one. What is asked for by name it does not have to be due for. */
export async function settingsAt(
  options: Parameters<typeof asSettings>[0] & { readonly governance?: Governance | undefined },
  at: Omit<AccountAtHand, 'asked'>,
): Promise<RunSettings> {
  const { governance, wanted } = options;
  if (governance === undefined) return sameForAll(asSettings(options));
  return await governance.settingsIn({
    ...at,
    asked: wanted.kind === 'due-key' ? undefined : wanted,
  });
}

/** The same for every user. */
export function sameForAll(settings: UserSettings): RunSettings {
  return {
    shortlist: settings,
    learn: async () => {},
    of: () => ({ kind: 'work', settings }),
    opened: () => {},
    room: { rotations: Number.POSITIVE_INFINITY, deactivations: Number.POSITIVE_INFINITY },
    mayRotate: () => undefined,
    mayDeactivate: () => undefined,
    failed: () => {},
    hasFailedTooOften: () => undefined,
  };
}

/** A wish for which no key is due, whatever its age. */
export const NONE_DUE: Wanted = { kind: 'due-key', daysThreshold: Number.POSITIVE_INFINITY };
