// What is remembered of keys as plain JSON, and back, for every store that keeps it.

import { z } from 'zod';
import { isAccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import type { Stretch } from '../lifecycle/use-history.ts';
import {
  dateOfSlot,
  type InactiveSights,
  type Sights,
  secondOf,
  secondsAround,
  type Times,
  type Uses,
} from './known-sightings.ts';

/**
 * A forgotten key is judged by its creation and last use alone, which lie further back: forgetting
 * makes deletion possible earlier. So it must take longer than any hold that somebody may ask for.
 * Ten years of a large account are a few megabytes.
 */
const FORGET_AFTER_MS = 3653 * MS_PER_DAY;

/**
 * A key is gone where no run has looked for so long at any of its date. Uses under a former name of a user are the
 * key's own: forgotten, they would no longer show a gap that has to be waited for (I15). Three years, since plans that
 * have nothing to do for a user look at none of the user's keys.
 */
const FORGET_USES_AFTER_MS = 1_100 * MS_PER_DAY;

const times = z.record(z.string(), z.iso.datetime());
const STRETCH = /^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$/;
/**
 * Earlier versions do not know the later records, and drop them when they save: a hold then starts anew, an
 * old key is waited for as one of which nothing is known, and one that was made Active by hand counts as it
 * did with them.
 */
const sightingsSchema = z.object({
  format_version: z.literal(1),
  last_seen_active: times,
  first_seen_inactive: z
    .record(
      z.string(),
      z.object({ since: z.iso.datetime(), user: z.string(), created_at: z.iso.datetime() }),
    )
    .optional(),
  /** By key ID; when each was first seen Active again, after it was Inactive. */
  active_again: times.optional(),
  /** By user and date; a day of use, or its first and its last one, as 2026-11-01..2026-11-28. */
  uses: z
    .record(
      z.string(),
      z.object({
        looked_from: z.iso.datetime(),
        looked_to: z.iso.datetime(),
        closely_from: z.iso.datetime(),
        days: z.array(z.string().regex(STRETCH)),
        key: z.string().optional(),
      }),
    )
    .optional(),
});

export type RecordedSightings = z.infer<typeof sightingsSchema>;

/** Without what is so old that nobody needs it. */
export function encodeSights(known: Sights, now: Date): RecordedSightings {
  const { active, inactive } = known;
  const oldestMs = now.getTime() - FORGET_AFTER_MS;
  const recent = (seen: Times) =>
    [...seen]
      .filter(([, at]) => at.getTime() >= oldestMs)
      .map(([name, at]) => [name, at.toISOString()] as const);
  const again = recent(known.activeAgain);
  const sights = [...inactive].map(([id, { since, user, createdAt }]) => {
    const sight = { since: since.toISOString(), user, created_at: createdAt.toISOString() };
    return [id, sight] as const;
  });
  const isGone = goneBy(now, known.uses);
  const looks = [...known.uses].flatMap(
    ([name, { lookedFrom, closelyFrom, lookedTo, stretches, keyId }]) => {
      const isKnown =
        lookedFrom !== undefined && closelyFrom !== undefined && lookedTo !== undefined;
      if (!isKnown) return [];
      if (isGone(name)) return [];
      const look = {
        looked_from: lookedFrom.toISOString(),
        looked_to: lookedTo.toISOString(),
        closely_from: closelyFrom.toISOString(),
        ...(keyId !== undefined && { key: keyId }),
      };
      return [[name, { ...look, days: stretches.map(wordsOf) }] as const];
    },
  );
  return {
    format_version: 1,
    last_seen_active: sorted(recent(active)),
    ...(again.length > 0 && { active_again: sorted(again) }),
    ...(sights.length > 0 && { first_seen_inactive: sorted(sights) }),
    ...(looks.length > 0 && { uses: sorted(looks) }),
  };
}

/** Whether no run has looked for long at any key that may be the one of the name. */
function goneBy(now: Date, uses: Uses): (name: string) => boolean {
  const oldestMs = now.getTime() - FORGET_USES_AFTER_MS;
  const present = new Set<number>();
  for (const [name, { lookedTo }] of uses) {
    if (lookedTo === undefined || lookedTo.getTime() < oldestMs) continue;
    for (const second of secondsAround(dateOfSlot(name))) present.add(second);
  }
  return (name) => !present.has(secondOf(dateOfSlot(name)));
}

function wordsOf({ from, to }: Stretch): string {
  const [first, last] = [from, to].map((day) => day.toISOString().slice(0, 10));
  return first === last ? `${first}` : `${first}..${last}`;
}

function stretchOf(words: string): Stretch {
  const [first = words, last = first] = words.split('..');
  return { from: new Date(`${first}T00:00:00Z`), to: new Date(`${last}T00:00:00Z`) };
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Undefined for what is not of this version. */
export function decodeSights(parsed: unknown): Sights | undefined {
  const checked = sightingsSchema.safeParse(parsed);
  if (!checked.success) return undefined;
  const { last_seen_active, first_seen_inactive = {}, active_again = {}, uses } = checked.data;
  return {
    active: timesOf(last_seen_active),
    inactive: sightsOf(first_seen_inactive),
    activeAgain: timesOf(active_again),
    uses: usesOf(uses ?? {}),
  };
}

type RecordedSights = NonNullable<z.infer<typeof sightingsSchema>['first_seen_inactive']>;

function sightsOf(sights: RecordedSights): InactiveSights {
  return new Map(
    Object.entries(sights).map(([id, { since, user, created_at }]) => [
      id,
      { since: new Date(since), user, createdAt: new Date(created_at) },
    ]),
  );
}

type RecordedUses = NonNullable<z.infer<typeof sightingsSchema>['uses']>;

function usesOf(uses: RecordedUses): Uses {
  return new Map(
    Object.entries(uses).map(([name, { looked_from, looked_to, closely_from, days, key }]) => [
      name,
      {
        ...(key !== undefined && isAccessKeyId(key) && { keyId: key }),
        lookedFrom: new Date(looked_from),
        lookedTo: new Date(looked_to),
        closelyFrom: new Date(closely_from),
        stretches: days.map(stretchOf),
      },
    ]),
  );
}

function timesOf(entries: Readonly<Record<string, string>>): Times {
  return new Map(Object.entries(entries).map(([name, at]) => [name, new Date(at)]));
}
