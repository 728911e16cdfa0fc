// What the journal says about one key, record by record. UserHistory answers questions about it.

import { REQUEST_WINDOW_AFTER_MS } from './late-key.ts';
import type { JournalRecord } from './record.ts';

export interface KeyPast {
  /** When we made it Inactive; undefined when we never did, or when it was Active again since. */
  deactivatedAtMs: number | undefined;
  /** What AWS has answered to our last change of its status; undefined while one is under way. */
  answered: { readonly status: 'Active' | 'Inactive'; readonly atMs: number } | undefined;
  /** The latest time at which the journal tells of it as Active, or about to be. */
  activeAtMs: number | undefined;
  /** When it was last made Active again, or came back into its places. */
  takenBackMs: number | undefined;
  /** The latest time at which the journal tells of a request of ours to make it Inactive, or of its end. */
  inactiveAskedMs: number | undefined;
  /** The run that made the request. */
  inactiveAskedBy: string | undefined;
  /** When a record said that it is to be Active from then on, unless it was asked to be Inactive since. */
  wantedActiveMs: number | undefined;
  /** Rotations that replace it or made it, in the order in which they began. */
  readonly rotations: Set<string>;
}

export function newPast(): KeyPast {
  return {
    deactivatedAtMs: undefined,
    answered: undefined,
    activeAtMs: undefined,
    takenBackMs: undefined,
    inactiveAskedMs: undefined,
    inactiveAskedBy: undefined,
    wantedActiveMs: undefined,
    rotations: new Set(),
  };
}

/** I13: until when a request of ours may make it Inactive although it is to be Active; undefined when none may. */
export function threatenedUntil({ wantedActiveMs, inactiveAskedMs }: KeyPast): Date | undefined {
  if (wantedActiveMs === undefined || inactiveAskedMs === undefined) return undefined;
  const untilMs = inactiveAskedMs + REQUEST_WINDOW_AFTER_MS;
  return wantedActiveMs >= untilMs ? undefined : new Date(untilMs);
}

const SAYS_ACTIVE: ReadonlySet<JournalRecord['step']['type']> = new Set([
  'intended',
  'undoing',
  'in-grace',
  'deactivating',
  'retiring',
  'reactivating',
  'reactivated',
]);

const ASKS_FOR_INACTIVE: ReadonlySet<JournalRecord['step']['type']> = new Set([
  'deactivating',
  'retiring',
]);

const TAKES_BACK: ReadonlySet<JournalRecord['step']['type']> = new Set([
  'undoing',
  'undone',
  'reactivating',
  'reactivated',
]);

const IS_INACTIVE: ReadonlySet<JournalRecord['step']['type']> = new Set(['deactivated', 'retired']);

const WANTS_ACTIVE: ReadonlySet<JournalRecord['step']['type']> = new Set([
  'undone',
  'reactivated',
  'in-grace',
  'lapsed',
]);

/** Reads one more record about the key. */
export function note(past: KeyPast, { step: { type }, at, run }: JournalRecord): void {
  const atMs = at.getTime();
  if (WANTS_ACTIVE.has(type)) noteWanted(past, type, atMs);
  if (IS_INACTIVE.has(type)) {
    past.deactivatedAtMs = atMs;
    past.answered = { status: 'Inactive', atMs };
  }
  if (type === 'reactivated') past.answered = { status: 'Active', atMs };
  if (type === 'reactivating' || ASKS_FOR_INACTIVE.has(type)) past.answered = undefined;
  // The key's status after an undo that died half-way is not known, so the hold starts anew; also
  // where somebody had made it Active before the undo. And a key that a later rotation set out to
  // replace had been taken back into use.
  if (type === 'reactivating' || type === 'undoing' || type === 'intended') {
    past.deactivatedAtMs = undefined;
  }
  // Whoever asked may have asked once more until then; one who only found that it is so asked nothing.
  const isAsker = IS_INACTIVE.has(type) && run === past.inactiveAskedBy;
  if (ASKS_FOR_INACTIVE.has(type)) past.inactiveAskedBy = run;
  if (ASKS_FOR_INACTIVE.has(type) || isAsker) past.inactiveAskedMs = atMs;
  // One that is found to be so has landed late, and is to be Active all the same.
  if (ASKS_FOR_INACTIVE.has(type) || type === 'deactivated') past.wantedActiveMs = undefined;
  if (TAKES_BACK.has(type)) past.takenBackMs = Math.max(atMs, past.takenBackMs ?? atMs);
  if (SAYS_ACTIVE.has(type)) past.activeAtMs = Math.max(atMs, past.activeAtMs ?? atMs);
}

/** That nothing is to be seen of a request tells of a key that is to be Active, and of no other. */
function noteWanted(past: KeyPast, type: JournalRecord['step']['type'], atMs: number): void {
  if (type !== 'lapsed' || past.wantedActiveMs !== undefined) past.wantedActiveMs = atMs;
}
