// What a configuration asks about users: in as few calls as there are pages of them, where AWS describes them
// all; else one by one, of those alone who may have something to do. What nobody tells stays unknown (I11).

import pMap from 'p-map';
import type { AccountGateway } from '../../aws/gateway.ts';
import { type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { isLiteral } from '../../config/pattern.ts';
import type { Asked, UserFacts } from '../../config/select.ts';

/** Calls at once; the bound on all calls of a run holds besides. */
const PARALLEL = 16;

type Learned = Partial<Pick<UserFacts, 'path' | 'groups' | 'tags'>>;

export interface UsersOfAccount {
  readonly gateway: Pick<AccountGateway, 'overview' | 'reader' | 'userFacts'>;
  readonly emit: EventSink;
}

export function nothingOf(name: string): UserFacts {
  return { name, path: undefined, groups: undefined, tags: undefined, hasPassword: undefined };
}

export class UserDirectory {
  readonly #asked: Asked & { readonly everybody: boolean };
  readonly #at: UsersOfAccount;
  readonly #known = new Map<string, UserFacts>();
  #isWhole = false;
  #isListed = false;

  /** `everybody`: whether something has to be known of users who have nothing to do. */
  constructor(asked: Asked & { readonly everybody: boolean }, at: UsersOfAccount) {
    this.#asked = asked;
    this.#at = at;
  }

  of(name: string): UserFacts {
    return this.#known.get(comparableUserName(name)) ?? nothingOf(name);
  }

  /** Undefined for a user of whom nobody has told anything. */
  find(name: string): UserFacts | undefined {
    return this.#known.get(comparableUserName(name));
  }

  add(name: string, facts: Partial<UserFacts>): void {
    this.#known.set(comparableUserName(name), { ...this.of(name), ...facts });
  }

  get #needsDetails(): boolean {
    const { paths, groups, tags, everybody } = this.#asked;
    return paths || groups || tags || everybody;
  }

  /** Whether nobody is left out whose name AWS did not tell. */
  get namesEverybody(): boolean {
    return this.#isWhole || this.#isListed;
  }

  /** Whether AWS described all users. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Everybody of whom something is known. */
  all(): Iterable<UserFacts> {
    return this.#known.values();
  }

  /** All users at once, where AWS tells. Throws what every further call would meet. */
  async describeAll(): Promise<void> {
    if (!this.#needsDetails) return;
    const { gateway, emit } = this.#at;
    try {
      for await (const { name, path, groups, tags } of gateway.overview.describeUsers()) {
        this.add(name, { path, groups, tags });
      }
      this.#isWhole = true;
    } catch (thrown) {
      const error = unlessFatal(thrown);
      emit({ code: 'users-read-singly', errorCode: error.code, reason: error.message });
      this.#known.clear();
    }
  }

  /** Those who may have something to do, where AWS did not tell of all. */
  async learn(names: readonly string[]): Promise<void> {
    if (!this.#needsDetails || this.#isWhole || names.length === 0) return;
    const { paths, groups, tags, everybody } = this.#asked;
    if (paths || everybody) await this.#told(() => this.#learnPaths());
    if (tags) {
      await this.#each(names, async (name) => ({
        tags: await this.#at.gateway.userFacts.tagsOf(name),
      }));
    }
    if (groups) await this.#learnGroups(names);
  }

  /** The path is in the ARN, which the list of users tells. */
  async #learnPaths(): Promise<void> {
    for await (const { name, arn } of this.#at.gateway.reader.listUsers()) {
      const [, path] = /:user(\/(?:.*\/)?)[^/]+$/.exec(arn) ?? [];
      if (path !== undefined) this.add(name, { path });
    }
    this.#isListed = true;
  }

  /** Groups that are named are fewer than users; of patterns each user is asked. */
  async #learnGroups(names: readonly string[]): Promise<void> {
    const { userFacts } = this.#at.gateway;
    const { groupPatterns } = this.#asked;
    const isNamed = groupPatterns.every((pattern) => isLiteral(pattern, 'group'));
    const groups = [...new Set(groupPatterns)];
    if (!isNamed || groups.length > names.length) {
      return await this.#each(names, async (name) => ({ groups: await userFacts.groupsOf(name) }));
    }
    await this.#told(async () => {
      const members = new Map<string, string[]>();
      for (const group of groups) {
        for (const name of await userFacts.membersOf(group)) {
          const key = comparableUserName(name);
          members.set(key, [...(members.get(key) ?? []), group]);
        }
      }
      for (const name of names) {
        this.add(name, { groups: members.get(comparableUserName(name)) ?? [] });
      }
    });
  }

  async #each(names: readonly string[], ask: (name: string) => Promise<Learned>): Promise<void> {
    let denial: KeyturnError | undefined;
    const one = async (name: string): Promise<void> => {
      try {
        this.add(name, await ask(name));
      } catch (thrown) {
        const error = unlessFatal(thrown);
        // Gone meanwhile: nothing is done with such a user.
        if (error.code !== 'unknown-user') denial = error;
      }
    };
    await pMap(names, one, { concurrency: PARALLEL });
    if (denial !== undefined) this.#tell(denial);
  }

  async #told(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (thrown) {
      this.#tell(unlessFatal(thrown));
    }
  }

  #tell({ code, message }: KeyturnError): void {
    this.#at.emit({ code: 'users-not-described', errorCode: code, reason: message });
  }
}

function unlessFatal(thrown: unknown): KeyturnError {
  const error = toKeyturnError(thrown);
  if (error.stops === 'run' || error.isStop) throw error;
  return error;
}
