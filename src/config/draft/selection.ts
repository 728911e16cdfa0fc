// The words that select exactly some users: a path, a pattern of names, a tag, a group, or else their names. The
// wider the words, the more of tomorrow's users they will be right for; but of today's none may be selected who is
// not meant.

import { comparableUserName } from '../../base/user-name.ts';
import type { Selection } from '../model.ts';
import { isLiteral, patternFault } from '../pattern.ts';
import { secretsIn } from '../secrets.ts';
import { selects } from '../select.ts';

/** A user as selections ask about one. */
export interface SelectableUser {
  readonly account: string;
  readonly name: string;
  readonly path: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly hasPassword: boolean | undefined;
}

/** Whether a configuration can say the name: IAM's own rules allow no other, and servers are not all IAM. */
export function canBeNamed({ name }: Pick<SelectableUser, 'name'>): boolean {
  const isName = patternFault(name, 'user') === undefined && isLiteral(name, 'user');
  return isName && secretsIn(name).length === 0;
}

/** Selects the members, and nobody else of all. */
export function selectionOf<User extends SelectableUser>(
  members: readonly User[],
  all: readonly User[],
): Selection {
  const isMember = new Set<SelectableUser>(members);
  const isExact = (selection: Selection): boolean =>
    all.every((user) => (answer(selection, user) === 'yes') === isMember.has(user));
  const wide =
    members.length > 1
      ? [...byPath(members), ...byName(members), ...byTag(members), ...byGroup(members)]
      : [];
  const candidates = [...wide, byPatterns(members, all), byNames(members)];
  const accounts = [...new Set(members.map(({ account }) => account))];
  const inAccounts = candidates.map((each) => ({ ...each, account: oneOrList(accounts) }));
  const found = [...candidates, ...inAccounts].find(isExact);
  if (found !== undefined) return found;
  // Of names that mean another in another account each account says its own.
  return { any: accounts.map((account) => ({ account, ...byNames(inAccount(members, account)) })) };
}

function inAccount<User extends SelectableUser>(users: readonly User[], account: string): User[] {
  return users.filter((user) => user.account === account);
}

function answer(selection: Selection, user: SelectableUser) {
  const { account: id } = user;
  const account = { id, name: undefined, ou: undefined, ouIds: undefined, tags: undefined };
  return selects(selection, { account, user });
}

function byNames(members: readonly SelectableUser[]): Selection {
  return { user: oneOrList([...new Set(members.map(({ name }) => name))]) };
}

/** A pattern for each beginning that several members share and nobody else has; the others by name. */
function byPatterns<User extends SelectableUser>(
  members: readonly User[],
  all: readonly User[],
): Selection {
  const isMember = new Set<SelectableUser>(members);
  const shared = new Map<string, number>();
  for (const { name } of members) {
    const start = beginningOf(name);
    if (start !== undefined) shared.set(start, (shared.get(start) ?? 0) + 1);
  }
  const isOwn = (start: string) =>
    all.every((user) => !user.name.startsWith(start) || isMember.has(user));
  const starts = [...shared].filter(([start, count]) => count > 1 && isOwn(start));
  const own = new Set(starts.map(([start]) => start));
  const rest = members.filter(({ name }) => !own.has(beginningOf(name) ?? ''));
  const names = rest.map(({ name }) => name);
  return { user: oneOrList([...new Set([...[...own].map((start) => `${start}*`), ...names])]) };
}

/** Its first word, with the sign behind it. */
function beginningOf(name: string): string | undefined {
  return /^[A-Za-z\d]{2,}[-_]/.exec(name)?.[0];
}

function oneOrList(texts: readonly string[]): string | readonly string[] {
  const [only, second] = texts;
  return only !== undefined && second === undefined ? only : texts;
}

/** The deepest folder that all are in, then those above it. */
function byPath(members: readonly SelectableUser[]): readonly Selection[] {
  const paths = members.map(({ path }) => path);
  if (paths.some((path) => path === undefined)) return [];
  const common = commonStart(paths as string[]).replace(/[^/]*$/, '');
  const found: Selection[] = [];
  for (let path = common; path.length > 1; path = path.replace(/[^/]+\/$/, '')) {
    const pattern = `${path}*`;
    if (patternFault(pattern, 'path') === undefined) found.push({ path: pattern });
  }
  return found;
}

/** A beginning or an end that all names share, up to a separator. */
function byName(members: readonly SelectableUser[]): readonly Selection[] {
  const names = members.map(({ name }) => name);
  const start = /^.*[-_.@=+,]/.exec(commonStart(names))?.[0];
  const end = /[-_.@=+,].*$/.exec(reversed(commonStart(names.map(reversed))))?.[0];
  const patterns = [
    ...(start === undefined ? [] : [`${start}*`]),
    ...(end === undefined ? [] : [`*${end}`]),
  ];
  const isPattern = (pattern: string) =>
    patternFault(pattern, 'user') === undefined && /[A-Za-z\d]/.test(pattern);
  return patterns.filter(isPattern).map((user) => ({ user }));
}

function byTag(members: readonly SelectableUser[]): readonly Selection[] {
  const [first, ...others] = members;
  const shared = Object.entries(first?.tags ?? {}).filter(([name, value]) =>
    others.every(
      ({ tags }) => tags !== undefined && Object.hasOwn(tags, name) && tags[name] === value,
    ),
  );
  return shared
    .filter(
      ([name, value]) =>
        name !== '' &&
        value !== '' &&
        isPlainTag(value) &&
        secretsIn(`${name} ${value}`).length === 0,
    )
    .map(([name, value]) => ({ tag: { [name]: value } }));
}

/** A value with stars or slashes around it would be read as a pattern. */
function isPlainTag(value: string): boolean {
  return isLiteral(value, 'tag') && patternFault(value, 'tag') === undefined;
}

function byGroup(members: readonly SelectableUser[]): readonly Selection[] {
  const [first, ...others] = members;
  return (first?.groups ?? [])
    .filter((name) => others.every(({ groups }) => groups?.includes(name) === true))
    .filter((name) => patternFault(name, 'group') === undefined && isLiteral(name, 'group'))
    .map((group) => ({ group }));
}

export function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (length > 0 && !other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

/** The same user in any letter case. */
export function userKey({ account, name }: Pick<SelectableUser, 'account' | 'name'>): string {
  return `${account} ${comparableUserName(name)}`;
}
