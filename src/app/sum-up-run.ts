// Use case: the sum of a run that several processes shared. What was done to keys is read from the journal, by the
// ID of the run: what a process said that was killed is gone, and its part was done again by another one, which did
// not find all of it. What nobody records (who could not be rotated, and why) is in the notes of the parts.

import pMap from 'p-map';
import type { JournalRecord } from '../lifecycle/record.ts';
import type { AccountState, StateStore } from '../state/state-store.ts';
import { type Problem, type RunNote, readNote } from './run-note.ts';

/** Accounts whose journals are read at the same time. */
const PARALLEL = 16;

export interface SumOptions {
  readonly run: string;
  /** What was to be done, by account: the parts, as they are called in notes. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/** What a run did to keys, over all attempts. */
export interface KeyCounts {
  created: number;
  /** Delivered to every place of their rotation. */
  delivered: number;
  deactivated: number;
  reactivated: number;
  deleted: number;
}

export interface SummedPart {
  readonly account: string;
  readonly part: string;
  /** Undefined where the part has said nothing: nobody came to its end. */
  readonly note: RunNote | undefined;
}

export interface RunSum {
  readonly parts: readonly SummedPart[];
  readonly keys: KeyCounts;
  /** Users of whom the run recorded something. */
  readonly usersTouched: number;
}

/** Throws as reading state does. */
export async function sumUpRun({ run, parts }: SumOptions, store: StateStore): Promise<RunSum> {
  const known = new Set(await store.accounts());
  const keys: KeyCounts = { created: 0, delivered: 0, deactivated: 0, reactivated: 0, deleted: 0 };
  let usersTouched = 0;
  const summed = await pMap(
    parts,
    async ([account, names]) => {
      if (!known.has(account)) return names.map((part) => ({ account, part, note: undefined }));
      const state = await store.open(account, 'read');
      usersTouched += await countKeys(state, run, keys);
      const notes = new Map((await state.notes.of(run)).map(({ part, text }) => [part, text]));
      return names.map((part) => ({ account, part, note: readNote(notes.get(part) ?? '') }));
    },
    { concurrency: PARALLEL },
  );
  return { parts: summed.flat(), keys, usersTouched };
}

async function countKeys(state: AccountState, run: string, keys: KeyCounts): Promise<number> {
  const users = await state.usersOf(run);
  for (const user of users) {
    const { records } = await state.history(user);
    for (const record of records) {
      const what = record.run === run ? COUNTED[record.step.type] : undefined;
      if (what !== undefined) keys[what] += 1;
    }
  }
  return users.length;
}

const COUNTED: Readonly<Partial<Record<JournalRecord['step']['type'], keyof KeyCounts>>> = {
  created: 'created',
  adopted: 'created',
  delivered: 'delivered',
  deactivated: 'deactivated',
  retired: 'deactivated',
  reactivated: 'reactivated',
  deleted: 'deleted',
  discarded: 'deleted',
};

/** Problems with the account that they are of. */
export interface PlacedProblem extends Problem {
  readonly account_id: string;
}

export function problemsIn(parts: readonly SummedPart[]): readonly PlacedProblem[] {
  return parts.flatMap(({ account, note }) =>
    (note?.problems ?? []).map((problem) => ({ account_id: account, ...problem })),
  );
}
