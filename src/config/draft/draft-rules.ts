// Rules for the users of an inventory: who share a way to name their places come under one rule, people under
// another, and whose place nobody knows under further ones. What a rule says is what was seen, and no more.

import { kindNamed } from '../../destinations/kinds.ts';
import { withUser } from '../../destinations/place.ts';
import type { DeliverItem, Selection } from '../model.ts';
import { placeFault } from '../place-fault.ts';
import { partsOfText, textOf } from '../place-item.ts';
import { FILTERS } from '../place-template.ts';
import { secretsIn } from '../secrets.ts';
import { freeName, slugOf } from './rule-names.ts';
import { canBeNamed, type SelectableUser, selectionOf, userKey } from './selection.ts';

/** A user with keys. */
export interface DraftUser extends SelectableUser {
  /** What is known of each key, in words: `412 d old, used 2 d ago (s3)`. */
  readonly keys: readonly string[];
  /** For the order in which users are told. */
  readonly oldestDays: number;
  readonly places: readonly DraftPlace[];
}

/** Where a key of the user was found. */
export interface DraftPlace {
  /** In words. */
  readonly shown: string;
  /** What `--deliver` would take for it; undefined where keyturn could not write there. */
  readonly deliver: string | undefined;
  /** Where it differs from the region of the run. */
  readonly region: string | undefined;
  /** Why it could not be written, in words that can follow a colon. */
  readonly problem?: string | undefined;
}

export interface DraftedRule {
  readonly name: string;
  readonly match: Selection;
  readonly isForPeople: boolean;
  readonly deliver: readonly DeliverItem[];
  /** `places`: where keys were found; `none`: nobody knows. */
  readonly basis: 'places' | 'people' | 'none';
  readonly members: readonly DraftUser[];
}

export interface DraftedRules {
  readonly rules: readonly DraftedRule[];
  /** Whom no rule can name. */
  readonly unnamed: readonly DraftUser[];
}

const HANDOFF = ['handoff'] as const;

export function draftRules(users: readonly DraftUser[]): DraftedRules {
  const unnamed = users.filter((user) => !canBeNamed(user));
  const all = users.filter(canBeNamed);
  const placed = all.filter((user) => deliverOf(user) !== undefined);
  const others = all.filter((user) => deliverOf(user) === undefined);
  const people = others.filter(({ hasPassword }) => hasPassword === true);
  const rest = others.filter(({ hasPassword }) => hasPassword !== true);
  const names = new Set<string>();
  let left: readonly DraftUser[] = all;
  const ruleFor = (
    members: readonly DraftUser[],
    deliver: readonly DeliverItem[],
    basis: DraftedRule['basis'],
  ): DraftedRule => {
    const match: Selection =
      basis === 'people' ? { has_password: true } : selectionOf(members, left);
    // The first rule that matches governs: whom one has taken, none below has to leave out.
    left = left.filter((user) => !members.includes(user));
    const name = freeName(basis === 'people' ? 'people' : nameFor(match, deliver), names);
    return { name, match, deliver, basis, members, isForPeople: basis === 'people' };
  };
  return {
    unnamed,
    rules: [
      ...groupsByPlace(placed).map((group) => ruleFor(group.members, group.deliver, 'places')),
      ...(people.length === 0 ? [] : [ruleFor(people, HANDOFF, 'people')]),
      ...groupsByKind(rest).map((members) => ruleFor(members, HANDOFF, 'none')),
    ],
  };
}

/** Undefined where a key was found nowhere, or in a place that is not written. */
function deliverOf(user: DraftUser): readonly DeliverItem[] | undefined {
  const items = user.places.map((place) => itemFor(place, user));
  const isWhole = items.length > 0 && items.every((item) => item !== undefined);
  if (!isWhole) return undefined;
  const texts = new Map(items.map((item) => [JSON.stringify(item), item as DeliverItem]));
  return [...texts.keys()].sort().map((text) => texts.get(text) as DeliverItem);
}

/** With {user} and {account} where they stand in its name. */
function itemFor(
  { deliver, region }: DraftPlace,
  { name, account }: DraftUser,
): DeliverItem | undefined {
  // A brace of its own would be read as a placeholder.
  if (deliver === undefined || /[{}]/.test(deliver) || secretsIn(deliver).length > 0)
    return undefined;
  const [bare = '', behind = ''] = split(deliver);
  const to = `${aroundUser(bare, name).replaceAll(account, '{account}')}${behind}`;
  const item = region === undefined ? to : { to, region };
  return placeFault(item) === undefined ? item : undefined;
}

/** Shorter ones stand in many names by chance. */
const FILTERED_LENGTH_MIN = 4;

/** With {user} where the name of the user stands as a word, as it is or as a filter writes it. */
function aroundUser(text: string, user: string): string {
  const plain = withUser(text, user);
  if (plain !== text) return plain;
  for (const [filter, write] of Object.entries(FILTERS)) {
    const written = write(user);
    if (written === user || written.length < FILTERED_LENGTH_MIN) continue;
    const found = withUser(text, written);
    if (found !== text) return found.replaceAll('{user}', `{user|${filter}}`);
  }
  return text;
}

/** Names of fields and options stay as they are. */
function split(deliver: string): readonly [string, string] {
  const at = deliver.search(/[#?]/);
  return at < 0 ? [deliver, ''] : [deliver.slice(0, at), deliver.slice(at)];
}

interface PlacedGroup {
  readonly deliver: readonly DeliverItem[];
  readonly members: readonly DraftUser[];
}

/** Users whose places are named alike, exceptions first; each by itself where the name does not tell them apart. */
function groupsByPlace(users: readonly DraftUser[]): readonly PlacedGroup[] {
  const groups = new Map<string, DraftUser[]>();
  const deliveries = new Map<string, readonly DeliverItem[]>();
  const isSeveral = new Set(users.map(({ account }) => account)).size > 1;
  for (const user of users) {
    const deliver = deliverOf(user) ?? [];
    const own = isApart(deliver, isSeveral) ? '' : userKey(user);
    const key = `${JSON.stringify(deliver)} ${own}`;
    groups.set(key, [...(groups.get(key) ?? []), user]);
    deliveries.set(key, deliver);
  }
  return [...groups]
    .map(([key, members]) => ({ members, deliver: deliveries.get(key) ?? [] }))
    .toSorted((a, b) => a.members.length - b.members.length);
}

/** Whether no two users would share one of the places, in one account or in several. */
function isApart(deliver: readonly DeliverItem[], isSeveral: boolean): boolean {
  return deliver.map(textOf).every((text) => {
    const isInAccount = kindNamed(partsOfText(text).kind)?.isInAccount === true;
    const isOfAccount = !isSeveral || isInAccount || text.includes('{account}');
    return /\{user[|}]/.test(text) && isOfAccount;
  });
}

/** By what their paths and names have in common; who has nothing in common comes last, together. */
function groupsByKind(users: readonly DraftUser[]): readonly (readonly DraftUser[])[] {
  const groups = new Map<string, DraftUser[]>();
  for (const user of users) {
    const key = kindOf(user);
    groups.set(key, [...(groups.get(key) ?? []), user]);
  }
  const lone = [...groups.values()].filter(({ length }) => length === 1).flat();
  const several = [...groups.values()].filter(({ length }) => length > 1);
  return [...several.toSorted((a, b) => b.length - a.length), ...(lone.length === 0 ? [] : [lone])];
}

function kindOf({ name, path }: DraftUser): string {
  if (path !== undefined && path !== '/') return path;
  return `name ${/^[^-_.@=+,]+/.exec(name)?.[0] ?? name}`;
}

/** A name for the rule, from the words that select. */
function nameFor({ path, user, tag, group }: Selection, deliver: readonly DeliverItem[]): string {
  const [tagName, tagValue] = Object.entries(tag ?? {})[0] ?? [];
  const tagged = tagName === undefined ? undefined : `${tagName}-${String(tagValue)}`;
  const text = [path, group, tagged, user].find((each) => typeof each === 'string');
  if (typeof text === 'string') return slugOf(text);
  const texts = deliver.map(textOf);
  if (texts.includes('handoff')) return 'no-place';
  const words = texts.map((each) => partsOfText(each).template ?? '');
  return slugOf(words.map((each) => each.replaceAll(/[#?].*$|\{[^}]*\}/g, ' ')).join(' '));
}
