// What is known of the accounts of a run: their names, and, where the configuration asks and only then, their
// units and tags. What AWS does not tell stays unknown, and an account that depends on it is not entered (I11).

import type { AccountsGateway, AccountUnits, ListedAccount } from '../../aws/accounts-gateway.ts';
import { type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { groupOf } from '../../config/evaluate.ts';
import type { Config } from '../../config/read-config.ts';
import { type AccountFacts, askedBy } from '../../config/select.ts';

export interface LearnedAccount {
  readonly facts: AccountFacts;
  /** Why something that was asked is not known; undefined where all of it is. */
  readonly untold: KeyturnError | undefined;
}

export function nothingOfAccount(id: string, name?: string): AccountFacts {
  return { id, name, ou: undefined, ouIds: undefined, tags: undefined };
}

export class AccountDirectory {
  readonly #config: Config;
  readonly #known = new Map<string, AccountFacts>();
  /** What rules and exemptions ask of the accounts that are entered. */
  readonly #ofUsers: Pick<ReturnType<typeof askedBy>, 'units' | 'accountTags'>;
  #units: Promise<ReadonlyMap<string, AccountUnits>> | undefined;

  constructor(config: Config) {
    this.#config = config;
    const { model, exemptions } = config;
    this.#ofUsers = askedBy({ rules: model.rules, accounts: undefined, exemptions }, []);
  }

  /** Of an account that nobody learned about only its ID is known. */
  of(id: string): AccountFacts {
    return this.#known.get(id) ?? nothingOfAccount(id);
  }

  /** Asks for as little as decides. Throws what every further call would meet. */
  async learn(
    { id, name }: Pick<ListedAccount, 'id' | 'name'>,
    accounts: AccountsGateway,
  ): Promise<LearnedAccount> {
    let facts = nothingOfAccount(id, name);
    let untold: KeyturnError | undefined;
    const isOpen = () => groupOf(this.#config, facts).kind === 'unknown';
    const ask = async (what: () => Promise<Partial<AccountFacts>>) => {
      try {
        facts = { ...facts, ...(await what()) };
      } catch (thrown) {
        const error = toKeyturnError(thrown);
        if (error.stops === 'run' || error.isStop) throw error;
        untold = error;
      }
    };
    const { units, accountTags } = askedBy({ ...this.#config.model, exemptions: [] }, []);
    if (this.#ofUsers.units || (units && isOpen())) {
      await ask(async () => (await this.#allUnits(accounts)).get(id) ?? {});
    }
    if (this.#ofUsers.accountTags || (accountTags && isOpen())) {
      await ask(async () => ({ tags: await accounts.tagsOf(id) }));
    }
    this.#known.set(id, facts);
    return { facts, untold };
  }

  /** Read once: a refusal is the answer for every account. */
  #allUnits(accounts: AccountsGateway): Promise<ReadonlyMap<string, AccountUnits>> {
    this.#units ??= accounts.units();
    return this.#units;
  }
}
