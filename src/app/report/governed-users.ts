// What a configuration says of each user of an account, as far as a report tells it: the rule, the age at which keys
// are due, and the exemption that holds.

import type { AccountGateway } from '../../aws/gateway.ts';
import type { Clock } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { evaluateUser, type UserVerdict } from '../../config/evaluate.ts';
import type { Config, PlacedExemption } from '../../config/read-config.ts';
import { type AccountFacts, askedBy } from '../../config/select.ts';
import { layersOf, type Overrides, settingsOf } from '../../config/settings.ts';
import { assertMeant } from '../config/meant-account.ts';
import { UserDirectory } from '../config/user-facts.ts';
import { unlessGoverned } from '../config/user-turn.ts';
import type { DueAges } from '../keys/account-keys.ts';
import type { ListedUser } from '../keys/listed-user.ts';

export interface Governed {
  /** The rule that governs the user, or would without the exemption; undefined where none does. */
  readonly rule: string | undefined;
  readonly daysThreshold: number;
  /** The exemption that holds. */
  readonly exemption: PlacedExemption | undefined;
  /** Why a run would rotate nothing before a person has done something. */
  readonly refused: KeyturnError | undefined;
}

/** What holds for every user of an account. */
export interface Governing extends DueAges {
  of(user: string): Governed;
}

/** One threshold for all, without a configuration. */
export function sameAge(daysThreshold: number): Governing {
  const governed = { rule: undefined, daysThreshold, exemption: undefined, refused: undefined };
  return { learn: async () => {}, of: () => governed, daysFor: () => daysThreshold };
}

export interface GovernedAccount {
  readonly config: Config;
  /** What flags say beside the file: it wins in every rule. */
  readonly overrides: Overrides;
  readonly account: AccountFacts;
  readonly gateway: Pick<AccountGateway, 'overview' | 'reader' | 'userFacts'>;
  readonly clock: Clock;
  readonly emit: EventSink;
}

export class GovernedUsers implements Governing {
  readonly #at: GovernedAccount;
  readonly #users: UserDirectory;
  readonly #lowest: number;
  readonly #known = new Map<string, Governed>();

  /** Throws `unknown-account` for one that the configuration does not speak of. */
  constructor(at: GovernedAccount) {
    const { config, account, overrides } = at;
    assertMeant(config, account);
    this.#at = at;
    this.#lowest = lowestThreshold(config, overrides);
    const { model, exemptions } = config;
    this.#users = new UserDirectory(
      { ...askedBy({ ...model, exemptions }, []), everybody: false },
      at,
    );
  }

  async learn(users: readonly ListedUser[]): Promise<void> {
    await this.#users.describeAll();
    await this.#users.learn(users.map(({ user }) => user));
    for (const { user, hasPassword } of users) {
      if (hasPassword !== undefined) this.#users.add(user, { hasPassword });
    }
  }

  daysFor(user: string): number {
    return this.of(user).daysThreshold;
  }

  of(user: string): Governed {
    const name = comparableUserName(user);
    const known = this.#known.get(name) ?? this.#judge(user);
    this.#known.set(name, known);
    return known;
  }

  #judge(name: string): Governed {
    const { config } = this.#at;
    const verdict = this.#verdict(name, config);
    if (verdict.kind !== 'exempt' && verdict.kind !== 'exemption-expired') {
      return {
        ...this.#byRule(verdict),
        exemption: undefined,
        refused: refusalOf(verdict, name, config),
      };
    }
    // The rule that would govern says when the keys would be due.
    const ruled = this.#byRule(this.#verdict(name, { ...config, exemptions: [] }));
    const exemption = verdict.kind === 'exempt' ? verdict.exemption : undefined;
    return { ...ruled, exemption, refused: refusalOf(verdict, name, config) };
  }

  #verdict(name: string, config: Config): UserVerdict {
    const { account, clock, overrides } = this.#at;
    const user = this.#users.of(name);
    return evaluateUser(config, { account, user, now: clock.now(), overrides }).verdict;
  }

  #byRule(verdict: UserVerdict): Pick<Governed, 'rule' | 'daysThreshold'> {
    if (verdict.kind !== 'governed') return { rule: undefined, daysThreshold: this.#lowest };
    const { rule, settings } = verdict;
    return { rule: rule.name, daysThreshold: settings.daysThreshold.value };
  }
}

function refusalOf(verdict: UserVerdict, name: string, config: Config): KeyturnError | undefined {
  if (verdict.kind === 'governed') return undefined;
  const turn = unlessGoverned(verdict, { name, config });
  return turn.kind === 'refused' ? turn.error : undefined;
}

/** The lowest age at which keys are due by any rule. */
export function lowestThreshold({ model }: Config, overrides: Overrides): number {
  const groups = model.accounts?.groups?.map((_, index) => index) ?? [undefined];
  const all = model.rules.flatMap((_, rule) =>
    groups.map((group) => settingsOf(layersOf(model, rule, group), overrides).daysThreshold.value),
  );
  return Math.min(...all);
}
