// What has changed since a plan was made, in words: each difference names the key, the place or the fact.

import { minuteOf } from '../../base/clock.ts';
import { shortKey } from '../../reports/plan-words.ts';
import type { Basis } from './basis.ts';

/** None where the user is as the plan saw them. */
export function differences(before: Basis, now: Basis): readonly string[] {
  return [
    ...ofRule(before, now),
    ...ofKeys(before.keys, now.keys),
    ...ofRotations(before, now),
    ...ofPlaces(before.places, now.places),
  ];
}

/** Of the rule that governs, and of what it asks about: also compared where the plan has begun already. */
export function ofRule(before: Pick<Basis, 'facts' | 'policy'>, now: typeof before): string[] {
  const facts = flat(before.facts, now.facts);
  const changed = facts.map(({ name, was, is }) => `${name} ${isNow(was, is)}`);
  if (changed.length > 0) return changed;
  return flat(before.policy, now.policy).map(({ name, was, is }) => `${name} ${isNow(was, is)}`);
}

interface Changed {
  readonly name: string;
  readonly was: unknown;
  readonly is: unknown;
}

function flat(before: object, now: object): Changed[] {
  const [was, is] = [pathsOf(before), pathsOf(now)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names
    .map((name) => ({ name, was: was.get(name), is: is.get(name) }))
    .filter((each) => JSON.stringify(each.was) !== JSON.stringify(each.is));
}

const NAMES: Readonly<Record<string, string>> = { tags: 'the tag', groups: 'membership of group' };

/** Values by what they are called: `the tag team`. */
function pathsOf(object: object): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(object)) {
    const isInner = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isInner) found.set(name, value);
    else {
      for (const [inner, one] of Object.entries(value)) {
        found.set(`${NAMES[name] ?? name} ${inner}`, one);
      }
    }
  }
  return found;
}

function isNow(was: unknown, is: unknown): string {
  if (is === null || is === undefined) return `is gone, and was ${valueWord(was)}`;
  const before = was === null || was === undefined ? 'was not there' : `was ${valueWord(was)}`;
  return `is ${valueWord(is)}, and ${before}`;
}

function valueWord(value: unknown): string {
  return Array.isArray(value) ? value.join(' and ') : JSON.stringify(value);
}

function ofKeys(before: Basis['keys'], now: Basis['keys']): string[] {
  const made = now.filter(({ key_id: id }) => !before.some((key) => key.key_id === id));
  const rest = before.flatMap(({ key_id: id, status }) => {
    const key = now.find((each) => each.key_id === id);
    if (key === undefined) return [`key ${shortKey(id)} was deleted`];
    return key.status === status ? [] : [`key ${shortKey(id)} is ${key.status}, and was ${status}`];
  });
  return [
    ...made.map(({ key_id: id, created_at: at }) => {
      return `key ${shortKey(id)} was made by somebody else, at ${at === null ? '?' : minuteOf(new Date(at))}`;
    }),
    ...rest,
  ];
}

function ofRotations(before: Basis, now: Basis): string[] {
  const [was, is] = [before.open, now.open];
  if (was?.id !== is?.id) {
    if (is === null) return ['another run has ended the open rotation'];
    return ['another run has begun a rotation'];
  }
  if (was !== null && is !== null && (was.phase !== is.phase || was.records !== is.records)) {
    const to = was.phase === is.phase ? '' : ` from ${was.phase} to ${is.phase}`;
    return [`another run has moved the open rotation${to}`];
  }
  const isSettled = before.unsettled.join() === now.unsettled.join();
  return isSettled ? [] : ['another run has begun or ended a change of a key'];
}

function ofPlaces(before: Basis['places'], now: Basis['places']): string[] {
  const gone = before.filter(({ at }) => !now.some((place) => place.at === at));
  const come = now.filter(({ at }) => !before.some((place) => place.at === at));
  const changed = before.flatMap(({ at, holds, version }) => {
    const place = now.find((each) => each.at === at);
    if (place === undefined) return [];
    if (holds?.join() !== place.holds?.join()) {
      return [`${at} has ${keysWord(place.holds)}, and had ${keysWord(holds)}`];
    }
    if (version === place.version) return [];
    return [`${at} was written by somebody else since (version ${place.version ?? 'none'})`];
  });
  return [
    ...changed,
    ...gone.map(({ at }) => `the key would not go to ${at} any more`),
    ...come.map(({ at }) => `the key would go to ${at}`),
  ];
}

function keysWord(holds: readonly string[] | null): string {
  if (holds === null) return 'a content that cannot be read';
  return holds.length === 0 ? 'no key' : `key ${holds.map(shortKey).join(' and ')}`;
}

/** Whether a key was used since a step was planned that holds only while it is not. */
export function wasUsedSince(planned: string, now: string | undefined): boolean {
  if (now === undefined || now === 'never') return false;
  return planned === 'never' || Date.parse(now) > Date.parse(planned);
}
