// What a configuration asks about a user, and what is known of it: that, and nothing else of the user, a plan
// depends on. A tag that nobody asks about may change.

import type { ConfigModel } from './model.ts';
import { matches } from './pattern.ts';
import { tagsOf } from './place-template.ts';
import { flat, type UserFacts } from './select.ts';

/** Null is what AWS does not tell; what is left out nobody asks about. */
export interface AskedFacts {
  readonly path?: string | null;
  /** By name; `null` for a tag that the user does not have. */
  readonly tags?: Readonly<Record<string, string | null>> | null;
  /** By pattern: whether the user is in such a group. */
  readonly groups?: Readonly<Record<string, boolean>> | null;
  readonly has_password?: boolean | null;
}

/** The names and patterns that selections and places ask about. */
export interface AskedNames {
  readonly path: boolean;
  readonly tags: readonly string[];
  readonly groups: readonly string[];
  readonly hasPassword: boolean;
}

export function namesAsked(
  { rules, exemptions = [] }: Pick<ConfigModel, 'rules' | 'exemptions'>,
  texts: readonly string[],
): AskedNames {
  const selections = [...rules, ...exemptions].flatMap(({ match }) =>
    match === 'all' ? [] : flat(match),
  );
  const tags = [
    ...selections.flatMap(({ tag = {} }) => Object.keys(tag)),
    ...texts.flatMap((text) => tagsOf(text).map(({ name }) => name)),
  ];
  const groups = selections.flatMap(({ group }) => (group === undefined ? [] : [group].flat()));
  return {
    path: selections.some(({ path }) => path !== undefined),
    tags: [...new Set(tags)].toSorted(),
    groups: [...new Set(groups)].toSorted(),
    hasPassword: selections.some((each) => each.has_password !== undefined),
  };
}

export function askedFacts(asked: AskedNames, user: UserFacts): AskedFacts {
  const { path, tags, groups, hasPassword } = user;
  const tagValue = (name: string) =>
    tags !== undefined && Object.hasOwn(tags, name) ? (tags[name] ?? null) : null;
  const isIn = (pattern: string) =>
    groups?.some((name) => matches(pattern, name, 'group')) === true;
  return {
    ...(asked.path && { path: path ?? null }),
    ...(asked.tags.length > 0 && {
      tags: tags === undefined ? null : Object.fromEntries(asked.tags.map((n) => [n, tagValue(n)])),
    }),
    ...(asked.groups.length > 0 && {
      groups:
        groups === undefined ? null : Object.fromEntries(asked.groups.map((p) => [p, isIn(p)])),
    }),
    ...(asked.hasPassword && { has_password: hasPassword ?? null }),
  };
}
