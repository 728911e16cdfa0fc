// Whom a selection is about. What nobody could tell is a third answer: a user whose tags were denied is
// neither with the tag nor without it (I11), which matters most under `not:`.

import type { AccountSelection, ConfigModel, Exemption, Match, Selection } from './model.ts';
import { matches, type NameKind } from './pattern.ts';

export type Answer = 'yes' | 'no' | 'unknown';

/** What is known of an account; undefined is what nobody told. */
export interface AccountFacts {
  readonly id: string;
  readonly name: string | undefined;
  /** Names from the root down: `Root/Workloads/Prod`. */
  readonly ou: string | undefined;
  /** The IDs of all units that it is in. */
  readonly ouIds: readonly string[] | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/** What is known of a user; undefined is what nobody told. */
export interface UserFacts {
  readonly name: string;
  readonly path: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly groups: readonly string[] | undefined;
  readonly hasPassword: boolean | undefined;
}

export interface Facts {
  readonly account: AccountFacts;
  readonly user: UserFacts;
}

export function selects(match: Match, facts: Facts): Answer {
  return match === 'all' ? 'yes' : selected(match, facts);
}

function selected(selection: Selection, facts: Facts): Answer {
  const { user, account } = facts;
  const { path, group, tag, has_password: hasPassword, any, not } = selection;
  return all([
    named(selection.user, user.name, 'user'),
    named(path, user.path, 'path'),
    inGroup(group, user.groups),
    tagged(tag, user.tags),
    inAccount(selection.account, account),
    hasPassword === undefined ? 'yes' : is(user.hasPassword, (has) => has === hasPassword),
    any === undefined ? 'yes' : some(any.map((one) => selected(one, facts))),
    not === undefined ? 'yes' : opposite(selected(not, facts)),
  ]);
}

export function selectsAccount(
  match: 'all' | string | AccountSelection,
  account: AccountFacts,
): Answer {
  if (match === 'all') return 'yes';
  if (typeof match === 'string') return match === account.id ? 'yes' : 'no';
  const { id, name, ou, tag } = match;
  return all([
    id === undefined ? 'yes' : listOf(id).includes(account.id) ? 'yes' : 'no',
    named(name, account.name, 'account'),
    ou === undefined ? 'yes' : some(listOf(ou).map((one) => inUnit(one, account))),
    tagged(tag, account.tags),
  ]);
}

function inAccount(wanted: Selection['account'], account: AccountFacts): Answer {
  if (wanted === undefined) return 'yes';
  if (typeof wanted !== 'string' && !Array.isArray(wanted)) {
    return selectsAccount(wanted as AccountSelection, account);
  }
  return some(
    listOf(wanted as string | readonly string[]).map((one) =>
      /^\d{12}$/.test(one)
        ? one === account.id
          ? 'yes'
          : 'no'
        : named(one, account.name, 'account'),
    ),
  );
}

/** `Root/Workloads/*` is about what is in the unit itself too, as `/svc/*` is of paths. */
function inUnit(pattern: string, { ou, ouIds }: AccountFacts): Answer {
  if (pattern.startsWith('ou-') || pattern.startsWith('r-')) {
    return is(ouIds, (ids) => ids.some((id) => matches(pattern, id, 'path')));
  }
  return is(ou, (path) => [path, `${path}/`].some((each) => matches(pattern, each, 'path')));
}

type Patterns = string | readonly string[] | undefined;

function named(patterns: Patterns, name: string | undefined, kind: NameKind): Answer {
  if (patterns === undefined) return 'yes';
  return is(name, (known) => listOf(patterns).some((pattern) => matches(pattern, known, kind)));
}

function inGroup(patterns: Patterns, groups: readonly string[] | undefined): Answer {
  if (patterns === undefined) return 'yes';
  return is(groups, (known) =>
    known.some((name) => listOf(patterns).some((pattern) => matches(pattern, name, 'group'))),
  );
}

function tagged(
  wanted: Selection['tag'],
  tags: Readonly<Record<string, string>> | undefined,
): Answer {
  return all(
    Object.entries(wanted ?? {}).map(([name, patterns]) =>
      is(tags, (known) => {
        const value = Object.hasOwn(known, name) ? known[name] : undefined;
        return (
          value !== undefined && listOf(patterns).some((pattern) => matches(pattern, value, 'tag'))
        );
      }),
    ),
  );
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function is<Fact>(fact: Fact | undefined, test: (fact: Fact) => boolean): Answer {
  return fact === undefined ? 'unknown' : test(fact) ? 'yes' : 'no';
}

/** One "no" decides, whatever is not known. */
function all(answers: readonly Answer[]): Answer {
  return answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes';
}

function some(answers: readonly Answer[]): Answer {
  return answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
}

function opposite(answer: Answer): Answer {
  return answer === 'unknown' ? 'unknown' : answer === 'yes' ? 'no' : 'yes';
}

/** What a configuration asks about users and accounts, so that nothing else is read. */
export interface Asked {
  readonly paths: boolean;
  readonly groups: boolean;
  /** Every pattern of groups. */
  readonly groupPatterns: readonly string[];
  readonly tags: boolean;
  readonly passwords: boolean;
  readonly accountNames: boolean;
  readonly units: boolean;
  readonly accountTags: boolean;
}

export function askedBy(
  {
    rules,
    accounts,
    exemptions,
  }: Pick<ConfigModel, 'rules' | 'accounts'> & { readonly exemptions: readonly Exemption[] },
  texts: readonly string[],
): Asked {
  const selections = [...rules, ...exemptions].flatMap(({ match }) =>
    match === 'all' ? [] : flat(match),
  );
  const ofUsers = selections.flatMap(({ account }) =>
    account !== undefined && typeof account !== 'string' && !Array.isArray(account)
      ? [account as AccountSelection]
      : [],
  );
  const ofGroups = [
    ...(accounts?.groups ?? []).map(({ match }) => match),
    ...(accounts?.never ?? []),
  ];
  const inAccounts = [...ofUsers, ...ofGroups.filter((each) => typeof each !== 'string')];
  const isNamed = selections.some(({ account }) =>
    (typeof account === 'string'
      ? [account]
      : Array.isArray(account)
        ? (account as string[])
        : []
    ).some((one) => !/^\d{12}$/.test(one)),
  );
  return {
    paths: selections.some(({ path }) => path !== undefined),
    groups: selections.some(({ group }) => group !== undefined),
    groupPatterns: selections.flatMap(({ group }) => (group === undefined ? [] : listOf(group))),
    tags:
      selections.some(({ tag }) => tag !== undefined) ||
      texts.some((text) => text.includes('{tag:')),
    passwords: selections.some((each) => each.has_password !== undefined),
    accountNames:
      isNamed ||
      inAccounts.some(({ name }) => name !== undefined) ||
      texts.some((text) => text.includes('{account_name')),
    units: inAccounts.some(({ ou }) => ou !== undefined),
    accountTags: inAccounts.some(({ tag }) => tag !== undefined),
  };
}

/** The selection, and all that stand in it. */
export function flat(selection: Selection): readonly Selection[] {
  const { any = [], not } = selection;
  return [selection, ...any.flatMap(flat), ...(not === undefined ? [] : flat(not))];
}
