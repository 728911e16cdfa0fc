// What was done to keys (I16), and when to come again: told alike by every document, page and last word.

import { minuteOf } from './clock.ts';
import type { ChangedBy, KeyChangeWord } from './events.ts';

interface NamedChange {
  readonly change: KeyChangeWord;
  readonly account_id: string;
  readonly username: string;
  readonly access_key_id: string;
  readonly by: ChangedBy;
  readonly why: string;
}

export interface PlannedChange extends NamedChange {
  /** Whether an earlier run made it already, so that the run would only tell it. */
  readonly already_done: boolean;
}

export interface KeyChanged extends NamedChange {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A plain hand-off file that was to go, and stays. */
export interface KeptHandoff {
  readonly account_id: string;
  readonly username: string;
  readonly access_key_id: string;
  readonly path: string;
  readonly reason: string;
}

/** What every document tells, however its run ended. */
export interface ToldSoFar {
  readonly changes: readonly KeyChanged[];
  readonly keptHandoffs: readonly KeptHandoff[];
}

export const NOTHING_TOLD: ToldSoFar = { changes: [], keptHandoffs: [] };

export type ChangeCounts = Record<KeyChangeWord, number>;

export function countChanges(changes: readonly Pick<KeyChanged, 'change'>[]): ChangeCounts {
  const counts = { created: 0, deactivated: 0, reactivated: 0, deleted: 0 };
  for (const { change } of changes) counts[change] += 1;
  return counts;
}

const WORDS = {
  created: 'created',
  deactivated: 'made Inactive',
  reactivated: 'made Active again',
  deleted: 'deleted',
} as const;

/** Why recovery tells of a change that it did not make; `reason` is what it was asked for. */
export function whyFound(reason: string | undefined): string {
  const what = reason === undefined ? '' : ` (${reason})`;
  return `found done: an earlier run had asked for it${what}, and ended before it could say so`;
}

/** "deleted AKIA… of svc-a (recovery: nobody holds its secret)" */
export function changeLine(change: NamedChange, isSeveral = false): string {
  const { access_key_id: keyId, username, account_id: account, by, why } = change;
  const whose = isSeveral ? `${account}/${username}` : username;
  return `${WORDS[change.change]} ${keyId} of ${whose} (${by}: ${why})`;
}

/** The section of a page about files with secrets that are not needed there, and stay all the same. */
export function keptHandoffLines(kept: readonly KeptHandoff[]): string[] {
  if (kept.length === 0) return [];
  const lines = kept.map(({ path, username, reason }) => `  ${path}, of ${username}: ${reason}`);
  return ['Hand-off files that stay; each run tries again to remove them:', ...lines];
}

/** Whether the tables of a page leave it out: what recovery did, and a new key that was taken back. */
export function isBesideTables({ by, change }: KeyChanged): boolean {
  return by === 'recovery' || (by === 'rotation' && change === 'deleted');
}

/** A line that says when to come again; nothing where nothing waits. */
export function nextRunLines(nextRunAt: string | null): string[] {
  return nextRunAt === null
    ? []
    : [`Something waits: run again after ${minuteOf(new Date(nextRunAt))}.`];
}
